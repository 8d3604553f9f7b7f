"""The eye sees what a page shows: sound files pass, files that show something else than they say do not."""

import os
import random
from dataclasses import replace

import pytest

from expectations.forms import FORMS
from tasks.errors import Rejected
from tasks.judge import eye
from tasks.judge.files import examine_file, judge_file
from tasks.judge.validate import validate_all
from tasks.read.examine import examined
from tasks.read.eye.look import look, memory
from tasks.read.eye.values import Asked, Differs, Looked
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.read.risks import FONT
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf
from tests.fonts import needs_chinese_font
from tests.tasks.read.lying import is_believed, lying
from tests.tasks.read.overlaid import PLAIN, overlaid, place

LIES = int(os.environ.get("NIANBAO_LIES", "44"))
"""How many are made; 200 take a minute."""


@pytest.fixture(autouse=True)
def _always(monkeypatch):
    monkeypatch.setenv("NIANBAO_EYE", "always")


@needs_chinese_font
def test_no_file_is_believed_that_shows_something_else():
    """As long as the eye is closed, many are."""
    reports = []
    for seed in range(LIES):
        body, what = lying(seed)
        try:
            document, report = examined("报告.pdf", body)
        except Rejected:
            continue
        reports.append((what, report, eye.seen(document, report)))
    blind = validate_all([before for _, before, _ in reports])
    verdicts = validate_all([after for *_, after in reports])
    believed = [
        what
        for (what, _, after), verdict in zip(reports, verdicts, strict=True)
        if verdict.outcome == "validated" and is_believed(after)
    ]
    closed = sum(
        verdict.outcome == "validated" and is_believed(before)
        for (_, before, _), verdict in zip(reports, blind, strict=True)
    )
    assert believed == []
    assert closed >= LIES / 5


def test_a_sound_report_is_seen_whole():
    found = examine_file("报告.pdf", PLAIN)
    assert found.report.doubts == ()
    assert {cell.engine for cell in found.report.cells} == {"lines+eye"}
    assert judge_file("报告.pdf", PLAIN).verdict.outcome == "validated"


LAYOUTS = [
    Layout(font_size=7, rotate=90),
    Layout(font_size=7, rotate=180),
    Layout(font_size=8, landscape=True, thousands=True),
    Layout(font_size=8, full_width=True),
    Layout(font_size=8, zero="/"),
    Layout(font_size=8, zero="—"),
    Layout(font_size=8, zero=""),
    Layout(font_size=8, rules="none"),
    Layout(font_size=8, rules="dashes", note_row="注：含上年度结转3件。"),
]


@needs_chinese_font
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("form", ["2019", "2021"])
def test_whatever_the_layout(layout, form):
    figures = consistent_figures(FORMS[form], random.Random(4), 600)
    report = read(recognise("r.pdf", body := draw_pdf(SampleReport("云浦县水务局", 2020, form, figures), layout)))
    asked = tuple(Asked(c.address, c.page, c.bbox, c.raw, c.engine == "lines") for c in report.cells if c.page)
    looked = look(body, asked, report.naming)
    assert looked.differs == ()
    assert len(looked.agreed) >= 0.99 * len(asked)
    assert [line.differs for line in looked.naming] == [False] * len(report.naming)


def test_what_is_drawn_beside_the_text_is_told_with_its_place():
    (left, bottom, right, top), page = place("table2.licensing.decisions")
    white = b"1 g %.2f %.2f %.2f %.2f re f 0 g\n" % (left + 2, bottom + 2, right - left - 4, top - bottom - 4)
    text = b"BT /F1 9 Tf %.2f %.2f Td (77) Tj ET\n" % (left + 20, bottom + 5)
    found = examine_file("报告.pdf", overlaid(PLAIN, page, white + text))
    doubt = next(d for d in found.report.doubts if d.where == "table2.licensing.decisions")
    assert doubt.cells[0].bbox


@pytest.mark.parametrize(("seen", "is_doubt"), [("空白", False), ("4378", False), ("437.9", True), ("43", True)])
def test_what_a_lent_font_cannot_draw_is_not_seen_otherwise(seen, is_doubt):
    _, report = examined("报告.pdf", PLAIN)
    address = "table2.fees.amount_wan"
    cells = tuple(replace(c, raw="437.8") if c.address == address else c for c in report.cells)
    lent = replace(report, cells=cells, risks=(FONT,))
    looked = Looked(differs=(Differs(address, seen),))
    assert bool(eye.with_eye(lent, looked).doubts) == is_doubt
    assert eye.with_eye(replace(lent, risks=()), looked).doubts


def test_settings(monkeypatch):
    body, _ = lying(0)
    document, report = examined("报告.pdf", body)
    monkeypatch.setenv("NIANBAO_EYE", "never")
    assert eye.seen(document, report) is report
    monkeypatch.setenv("NIANBAO_EYE", "risk")
    assert report.risks
    assert eye.seen(document, report) != report


def test_without_the_packages_a_sign_of_risk_is_a_doubt(monkeypatch):
    document, report = examined("报告.pdf", PLAIN)
    assert report.risks  # its font is not embedded
    monkeypatch.setattr(eye, "is_installed", lambda: False)
    assert {doubt.where for doubt in eye.seen(document, report).doubts} == {"table2", "table3", "table4"}


def test_where_nothing_is_to_be_looked_at_the_eye_is_not_started(monkeypatch):
    """As in scans, which were read as pictures."""
    document, report = examined("报告.pdf", PLAIN)
    report = replace(report, cells=tuple(replace(cell, engine="ocr") for cell in report.cells), naming=())
    monkeypatch.setattr(eye, "guarded", None)
    assert eye.seen(document, report) == report


def test_an_eye_that_gives_up_rejects_no_file():
    document, report = examined("报告.pdf", PLAIN)
    seen = eye.seen(replace(document, body=b"%PDF-1.4 no file at all" * 20), report)
    assert {cell.engine for cell in seen.cells} == {"lines+unseen"}


@needs_chinese_font
def test_equal_pieces_are_recognised_once():
    report = read(recognise("r.pdf", PLAIN))
    asked = tuple(Asked(cell.address, cell.page, cell.bbox, cell.raw, True) for cell in report.cells)
    memory.cache_clear()
    look(PLAIN, asked, ())
    first = memory().recognised
    assert 10 <= first < 60
    look(PLAIN, asked, ())
    assert memory().recognised == first
