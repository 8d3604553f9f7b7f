"""Tables that are pictures: the report is one, the limit is ours, and nobody is accused."""

import io
import random

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from expectations.forms import FORMS
from tasks.errors import NotAnnualReport, NoTextLayer
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import SampleReport, consistent_figures, draw_pdf

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
SECTIONS = [f"{s.number}、{s.heading}" for s in FORMS["2021"].sections]
TITLE = "青岚市水利局2023年政府信息公开工作年度报告"
WHOLE = draw_pdf(SampleReport("青岚市水利局", 2023, "2021", consistent_figures(FORMS["2021"], random.Random(3))))


def picture(width=900, height=400):
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for y in range(10, height, 60):
        draw.line((10, y, width - 10, y), fill="black", width=2)
        draw.text((30, y + 15), "12   0   3   15", fill="black")
    return ImageReader(image)


def mixed(title=TITLE):
    """Text and headings, and a picture in place of each table."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    top = 800

    def line(text, size=11):
        nonlocal top
        canvas.setFont(FONT, size)
        canvas.drawString(60, top, text)
        top -= 24

    line(title, 18)
    for n, heading in enumerate(SECTIONS):
        line(heading, 14)
        if n in (1, 2, 3):
            canvas.drawImage(picture(), 60, top - 130, 470, 120)
            top -= 150
        else:
            line("认真落实《条例》，公开平台运行平稳。")
    canvas.save()
    return buffer.getvalue()


def scanned(body, pages, *, text=""):
    """The given pages as pictures; with `text` over (`3`: invisible) or `under` them, as OCR programs leave it."""
    document = pdfium.PdfDocument(body)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    for n, page in enumerate(document):
        image = ImageReader(page.render(scale=1.5).to_pil())
        lines = page.get_textpage().get_text_range().splitlines()
        if n not in pages or text == "under":
            _text(canvas, lines, 0)
        if n in pages:
            canvas.drawImage(image, 0, 0, 595, 842)
        if n in pages and text == "3":
            _text(canvas, lines, 3)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _text(canvas, lines, mode):
    for n, line in enumerate(lines):
        text = canvas.beginText(60, 800 - 14 * n)
        text.setTextRenderMode(mode)
        text.setFont(FONT, 10)
        text.textOut(line)
        canvas.drawText(text)


def test_tables_that_are_pictures():
    report = read(recognise("report.pdf", mixed()))
    findings = validate(report).findings
    assert (report.agency, report.year, report.pictured) == ("青岚市水利局", 2023, (1,))
    critical = {(f.rule, f.where, f.fault) for f in findings if f.severity == "critical"}
    tables = ("table2", "table3", "table4")
    assert critical == {(rule, t, "reading") for rule in ("READ.PICTURE", "READ.DISAGREEMENT") for t in tables}
    assert validate(report).rules["T3.MISSING_TABLE"] == "insufficient_data"


def test_pictures_without_a_report():
    with pytest.raises(NotAnnualReport):
        read(recognise("photos.pdf", photos()))


def photos():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.setFont(FONT, 14)
    canvas.drawString(60, 800, "水利工程照片")
    canvas.drawImage(picture(), 60, 300, 470, 300)
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("text", ["", "3", "under"])
def test_scan_through_and_through(text):
    """Text under a page's picture was guessed by some other program."""
    pages = len(pdfium.PdfDocument(WHOLE))
    with pytest.raises(NoTextLayer):
        read(recognise("report.pdf", scanned(WHOLE, set(range(pages)), text=text)))


@pytest.mark.parametrize("text", ["", "3", "under"])
def test_first_page_is_text_and_the_others_are_scans(text):
    """The tables of the pictured pages are not held against the agency, and what lies under them is no figure."""
    pages = len(pdfium.PdfDocument(WHOLE))
    report = read(recognise("report.pdf", scanned(WHOLE, set(range(1, pages)), text=text)))
    verdict = validate(report)
    assert verdict.outcome == "quarantined"
    assert {f.fault for f in verdict.findings if f.severity == "critical" and "MISSING" in f.rule} <= {"reading"}
    assert "READ.PICTURE" in {f.rule for f in verdict.findings}
    assert not any(cell.page != 1 for cell in report.cells)
