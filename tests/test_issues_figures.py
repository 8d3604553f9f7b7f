"""Figures that were silently another, and agencies accused because of our reading: one test for each class."""

import pytest

from tasks.judge import second_look
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tests.plausible.document import Cell, Run
from tests.plausible.judge import judge_all, make
from tests.plausible.render import printed
from tests.test_issues_eyes import draft, failed, judged

DOUBT = {"READ.DISAGREEMENT"}


def laid(made, change=lambda body: body):
    """The findings after the accused cells were read again: whether anybody is accused."""
    name, body = printed(made)
    document = recognise(name, change(body))
    report = read(document)
    return second_look.reconsidered(document, report, validate(report))[1]


def accuses(verdict):
    return [f for f in verdict.findings if f.outcome == "fail" and f.severity == "critical" and f.fault != "reading"]


@pytest.fixture(autouse=True)
def in_process(monkeypatch):
    monkeypatch.setattr(second_look, "guarded", lambda function, *args: function(*args))


@pytest.mark.parametrize("medium", ["pipes", "bars", "tabs"])
@pytest.mark.parametrize("code", ["denied.query_matter", "granted", "carried_over"])
def test_a_row_whose_figures_stand_one_field_farther_is_a_doubt(medium, code):
    made = draft(medium)
    table = made.table("table3")
    row = table.rows[table.row_of(code)]
    first = next(n for n, cell in enumerate(row) if cell.role == "figure")
    row.insert(first, Cell([Run("")], role="other"))
    report, verdict = judged(made)
    assert verdict.outcome == "quarantined"
    assert any(doubt.where == f"table3.{code}" for doubt in report.doubts)


@pytest.mark.parametrize("medium", ["pipes", "lines"])
def test_a_bar_among_the_digits_is_a_look_alike(medium):
    made = draft(medium)
    made.cell("table4.review.total").text = "2|"
    verdict = laid(made)
    assert verdict.outcome == "quarantined"
    assert not accuses(verdict)


def test_white_space_parts_the_digits_of_a_pdf():
    made = draft("pdf")
    made.cell("table2.licensing.decisions").text = "195 1"
    report, verdict = judged(made)
    assert failed(verdict) == DOUBT
    assert {doubt.where for doubt in report.doubts} == {"table2.licensing.decisions"}


def test_digits_in_their_usual_distance_are_one_number():
    made = draft("pdf")
    made.cell("table2.licensing.decisions").text = "11111"
    report, verdict = judged(made)
    assert verdict.outcome == "validated"
    assert {c.address: c.value for c in report.cells}["table2.licensing.decisions"] == 11111


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("unit_of_figure_in_next_cell", ["pdf"]),
        ("figure_over_two_rows", ["pdf"]),
        ("raised_note_mark", ["pdf"]),
        ("figure_as_object", ["pdf"]),
        ("label_cells_split", ["bars"]),
        ("blank_dot", ["spaced"]),
        ("two_reports_in_one", ["md", "docx", "lines"]),
    ],
)
def test_no_wrong_figure_and_no_unfair_word(kind, media):
    results = judge_all([make(kind, medium, number, 2) for medium in media for number in range(4)])
    assert not [(r.medium, r.number, r.why) for r in results if r.outcome not in ("exact", "doubt")]


@pytest.mark.parametrize(
    "written",
    [
        '<span style="float:right">1</span>2',
        '<div style="display:flex"><b style="order:2">1</b><b>2</b></div>',
        '<div style="display:flex;flex-direction:row-reverse"><b>1</b><b>2</b></div>',
        '<style>i::first-letter{font-size:0}</style><i style="display:block">12</i>',
    ],
)
def test_digits_that_a_style_moves_are_a_doubt(written):
    made = draft("html")
    made.cell("table2.licensing.decisions").text = "MOVED"
    _, verdict = judged(made, lambda body: body.replace(b"MOVED", written.encode()))
    assert failed(verdict) == DOUBT


def test_a_number_afloat_over_a_web_table_is_a_doubt_and_a_badge_is_none():
    over = b'<div style="position:relative"><span style="position:absolute;left:90px;top:40px">13</span><table'
    badge = b'<div><a href="/m">\xe6\xb6\x88\xe6\x81\xaf<span style="position:absolute;top:0">13</span></a></div>'
    _, verdict = judged(
        draft("html"), lambda body: body.replace(b"<table", over, 1).replace(b"</table>", b"</table></div>", 1)
    )
    assert failed(verdict) == DOUBT
    _, verdict = judged(draft("html"), lambda body: body.replace(b"<body>", b"<body>" + badge, 1))
    assert verdict.outcome == "validated"


def test_a_table_in_doubt_accuses_nobody():
    made = draft("spaced")
    made.cell("table3.granted.enterprise").text = "· 0"
    made.cell("table3.partial.total").text = "77"
    verdict = laid(made)
    assert verdict.outcome == "quarantined"
    assert not accuses(verdict)
