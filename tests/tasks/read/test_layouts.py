"""One named test for each way in which real reports differ in print, drawn small by our own sample maker."""

import io
import random

import pdfplumber
import pytest

from expectations.forms import FORMS
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf

LAYOUTS = {
    "plain": Layout(),
    "rules drawn as thin boxes": Layout(rules="boxes"),
    "dashed rules": Layout(rules="dashes"),
    "only horizontal rules": Layout(rules="horizontal"),
    "no rules at all": Layout(rules="none"),
    "no rules and dashes for zero": Layout(rules="none", zero="-"),
    "no rules and blank for zero": Layout(rules="none", zero=""),
    "only horizontal rules and blank for zero": Layout(rules="horizontal", zero=""),
    "no rules and a page break, header repeated": Layout(rules="none", start=300, repeat_header=True),
    "no rules and vertical labels": Layout(rules="none", vertical_labels=True),
    "landscape table 3": Layout(landscape=True),
    "page break inside table 3": Layout(start=300),
    "page break, header repeated": Layout(start=300, repeat_header=True),
    "page break high up": Layout(start=420),
    "group labels in vertical writing": Layout(vertical_labels=True),
    "group labels swapped": Layout(groups_swapped=True),
    "labels shortened": Layout(short_labels=True),
    "table 2 as one table an article": Layout(table2_split=True),
    "blank for zero": Layout(zero=""),
    "slash for zero": Layout(zero="/"),
    "hyphen for zero": Layout(zero="-"),
    "dash for zero": Layout(zero="—"),
    "thousands separators": Layout(thousands=True),
    "full-width digits": Layout(full_width=True),
    "figures broken over two lines": Layout(narrow_figures=True, font_size=11),
    "running head": Layout(running_head="青岚市水利局政府信息公开"),
    "watermark": Layout(watermark="内部资料"),
    "bold by striking twice": Layout(double_struck=True),
    "another table before": Layout(foreign_table=True),
    "table of contents": Layout(contents=True),
    "text underlined with rules": Layout(underlined=True),
    "note row below table 4": Layout(note_row="注：行政复议、行政诉讼数量含上年度结转数量。"),
    "page turned right": Layout(rotate=90),
    "page turned left": Layout(rotate=270),
    "page upside down": Layout(rotate=180),
    "shifted page box": Layout(shift=40),
    "small print": Layout(font_size=6, padding=2),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.code)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_layout(layout, form):
    figures = consistent_figures(form, random.Random(3), size=2000)
    year = 2020 if form.code == "2019" else 2024
    body = draw_pdf(SampleReport("青岚市水利局", year, form.code, figures), layout)
    report = read(recognise("report.pdf", body))
    assert not report.doubts
    assert {c.address: c.value or 0 for c in report.cells} == figures
    assert (report.agency, report.year, report.form) == ("青岚市水利局", year, form.code)
    assert [s.number for s in report.sections] == ["一", "二", "三", "四", "五", "六"]


@pytest.mark.parametrize("layout", [Layout(), Layout(rotate=90), Layout(shift=40)], ids=["plain", "turned", "shifted"])
def test_every_cell_lies_on_what_it_read(layout):
    """pdfplumber, which shares no code with our reader, sees the same text in every box."""
    figures = consistent_figures(FORMS["2021"], random.Random(3))
    body = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", figures), layout)
    cells = read(recognise("report.pdf", body)).cells
    with pdfplumber.open(io.BytesIO(body)) as pdf:
        for cell in cells:
            page = pdf.pages[cell.page - 1]
            left, top = page.cropbox[0] - page.bbox[0], page.cropbox[1] - page.bbox[1]
            inside = [c["text"] for c in page.chars if holds(cell.bbox, c, left, top)]
            assert sorted(inside) == sorted(cell.raw)


def holds(box, char, left, top):
    x, y = (char["x0"] + char["x1"]) / 2 - left, (char["top"] + char["bottom"]) / 2 - top
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
