"""Plausible documents made against the code a second time: one test for each class that was silent or unfair."""

import io
import re
import zipfile

import pytest

from tasks.read.identity import identify
from tasks.read.lines import Line
from tests.plausible.document import Line as Paragraph
from tests.plausible.document import Run
from tests.plausible.render.pdf import _Paper
from tests.test_issues_eyes import FEES, draft, failed, judged

A, B = "青岚市财政局", "青岚市水利局"
R = "政府信息公开工作年度报告"
PERIOD = "本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。"
DOUBT = {"READ.DISAGREEMENT"}


def who(head, intro=PERIOD, begun="2023年，我局认真落实《条例》。", signed=""):
    """The agency of a report's running text, and the candidates if it is in doubt."""
    texts = [*head.split("\n"), intro, "一、总体情况", begun, "二、主动公开政府信息情况", "六、其他需要报告的事项"]
    found = identify("nb.txt", [Line(text) for text in (*texts, "无。", *signed.split("\n")) if text])
    return found.agency, {name for note in found.notes if note.severity == "critical" for name in note.candidates}


@pytest.mark.parametrize("number", ["一、", "（二）", "(三)"])
def test_a_number_before_the_title_is_no_part_of_the_name(number):
    assert who(f"{number}{A}2023年{R}") == (A, set())


@pytest.mark.parametrize("between", [" ", "\n"])
def test_two_bodies_over_one_title_are_a_doubt(between):
    assert who(f"{A}{between}{B}\n2023年{R}")[1] == {A, B}
    assert who(f"{A}{between}{B}\n2023年{R}", signed=B) == (B, set())


@pytest.mark.parametrize("between", ["　　", " ", ""])
def test_two_bodies_that_sign_in_one_line_are_two(between):
    assert who(f"2023年{R}", signed=f"{A}{between}{B}\n2024年1月20日")[1] == {A, B}


def test_another_body_acts_in_the_first_sentence():
    assert who(f"{A}2023年{R}", begun=f"2023年，{B}认真贯彻落实《条例》，加大公开力度。")[1] == {A, B}
    for own in (A, "市财政局", "我局", "青岚市人民政府"):
        assert who(f"{A}2023年{R}", begun=f"2023年，{own}认真贯彻落实《条例》，加大公开力度。") == (A, set())


def test_a_name_without_its_place_is_completed_by_the_signature():
    assert who(f"市财政局2023年{R}", signed=f"{A}\n2024年1月20日") == (A, set())
    assert who(f"市财政局2023年{R}") == ("市财政局", set())


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("12<small>1</small>", DOUBT),
        ('12<span style="font-size:60%">1</span>', DOUBT),
        ('<span style="font-size:12pt">12</span><span style="font-size:8pt">1</span>', DOUBT),
        ('12<a href="#n" style="vertical-align:4px;font-size:8px">1</a>', DOUBT),
        ('<ol start="12"><li></li></ol>', DOUBT),
        ('<span style="font-size:12pt">12</span><span style="font-size:12pt">1</span>', set()),
        ('<span style="font-size:10.5pt">12</span><span style="vertical-align:baseline">1</span>', set()),
    ],
)
def test_smaller_digits_behind_others_on_a_web_page(written, told):
    made = draft("html")
    made.cell("table2.licensing.decisions").text = "MARK"
    assert failed(judged(made, lambda body: body.replace(b"MARK", written.encode()))[1]) == told


LOOK = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
THEME = '<w:color w:val="auto" w:themeColor="background1"/>'


def sized(first, second):
    return LOOK.format(f'<w:sz w:val="{first}"/>', 12) + LOOK.format(f'<w:sz w:val="{second}"/>', 1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (sized(21, 12), None),
        (sized(21, 21), 121),
        (LOOK.format("", 12) + LOOK.format('<w:w w:val="1"/>', 1), None),
        (LOOK.format(THEME, 9) + LOOK.format("", 12), 12),
    ],
)
def test_how_word_prints_digits(written, value):
    made = draft("docx")
    made.cell("table2.licensing.decisions").runs = [Run("MARK")]
    report, verdict = judged(made, lambda body: repacked(body, written))
    if value is None:
        assert failed(verdict) == DOUBT
    else:
        assert {c.address: c.value for c in report.cells}["table2.licensing.decisions"] == value
        assert verdict.outcome == "validated"


def repacked(body, written, style=""):
    """A DOCX whose run MARK is another, with one more style."""
    old, file = zipfile.ZipFile(io.BytesIO(body)), io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = re.sub(r"<w:r><w:t[^>]*>MARK</w:t></w:r>", written, old.read(name).decode("latin-1"))
            new.writestr(name, part.replace("</w:styles>", f"{style}</w:styles>").encode("latin-1"))
    return file.getvalue()


def test_a_style_may_number_an_empty_cell():
    made = draft("docx")
    made.cell("table2.licensing.decisions").runs = [Run("MARK")]
    style = (
        '<w:style w:type="paragraph" w:styleId="N"><w:name w:val="N"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr>'
        "</w:pPr></w:style>"
    )
    assert failed(judged(made, lambda b: repacked(b, '<w:pPr><w:pStyle w:val="N"/></w:pPr>', style))[1]) == DOUBT


@pytest.mark.parametrize(("rise", "told"), [(0.4, set()), (-0.25, DOUBT), (0.0, DOUBT)])
def test_a_browser_prints_note_marks_nearly_as_large_as_figures(rise, told, monkeypatch):
    plain = _Paper._run

    def run(paper, piece, x, y, size):
        if piece.look == "super":
            return paper._text(piece.text, x, y + rise * size, size * 5 / 6)
        return plain(paper, piece, x, y, size)

    monkeypatch.setattr(_Paper, "_run", run)
    made = draft("pdf")
    made.cell("table2.licensing.decisions").runs = [Run("12"), Run("1", "super")]
    report, verdict = judged(made)
    assert failed(verdict) == told
    if not told:
        assert {c.address: c.value for c in report.cells}["table2.licensing.decisions"] == 12


def test_numerals_in_the_columns_of_a_typed_table_4_are_a_doubt():
    made = draft("spaced")
    for cell in made.table("table4").figures():
        cell.text = "零一二三四五六七八九"[int(cell.text or 0) % 10]
    assert "READ.DISAGREEMENT" in failed(judged(made)[1])


@pytest.mark.parametrize(
    ("said", "told"), [("（计量单位：件、元）", DOUBT), ("（单位：件，万元）", set()), ("单位：件", set())]
)
@pytest.mark.parametrize("medium", ["html", "pdf"])
def test_a_line_of_units_names_the_unit_of_the_amounts(medium, said, told):
    made = draft(medium)
    made.cell(FEES).text = "1200"
    made.blocks.insert(next(n for n, b in enumerate(made.blocks) if b in made.tables()), Paragraph([Run(said)]))
    assert failed(judged(made)[1]) == told
