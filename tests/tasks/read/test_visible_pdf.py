"""What nobody can see on a PDF page is no figure, and what can be seen is not passed over: one small file per way."""

import pytest

from tasks.read.pdf import pdf_pages
from tasks.read.pdf_file import opened_pages
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, SampleReport, draw_pdf
from tests.tasks.read.overlaid import (
    ADDRESSES,
    AGENCY,
    FIGURES,
    HEIGHT,
    PLAIN,
    YEAR,
    overlaid,
    place,
    right_or_doubted,
    text,
    turned,
)

GRAY_LAYER = b"/OCProperties << /OCGs [%d 0 R] /D << /OFF [%d 0 R] /Order [%d 0 R] >> >>"
LAYER = b"<< /Type /OCG /Name (draft) >>"


def before(box):
    """Where another digit in front of the cell's own would stand."""
    x0, y0, _, y1 = box
    return x0 + 3, (y0 + y1) / 2 - 3


BY_PROPERTY = {
    "mode 3": lambda box: text(b"9", *before(box), b"3 Tr"),
    "mode 7": lambda box: text(b"9", *before(box), b"7 Tr"),
    "no size": lambda box: text(b"9", *before(box), size=0),
    "tiny": lambda box: text(b"9", *before(box), size=0.3),
    "tiny by its matrix": lambda box: b"q .01 0 0 .01 %.2f %.2f cm BT /F1 9 Tf (9) Tj ET Q\n" % before(box),
    "off the page": lambda box: text(b"9", -50, before(box)[1]),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("draw", BY_PROPERTY.values(), ids=BY_PROPERTY)
def test_invisible_by_property(draw, address):
    box, page = place(address)
    assert right_or_doubted(overlaid(PLAIN, page, draw(box))) == "right"


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_opacity(address):
    box, page = place(address)
    body = overlaid(
        PLAIN,
        page,
        text(b"9", *before(box), b"/Gone gs"),
        resources=b"/ExtGState << /Gone << /ca 0 /CA 0 >> >>",
    )
    assert right_or_doubted(body) == "right"


HIDDEN = {
    "white on white": lambda box: text(b"9", *before(box), b"1 g"),
    "nearly white": lambda box: text(b"9", *before(box), b".97 g"),
    "clipped away": lambda box: b"q 0 0 5 5 re W n " + text(b"9", *before(box)) + b"Q\n",
    "under a white box": lambda box: (
        text(b"9", *before(box)) + b"q 1 g %.2f %.2f 8 9 re f Q\n" % (before(box)[0] - 1, before(box)[1] - 1)
    ),
    "on its own colour": lambda box: (
        b"q 0 .3 .6 rg %.2f %.2f 8 9 re f Q\n" % (before(box)[0] - 1, before(box)[1] - 1)
        + text(b"9", *before(box), b"0 .3 .6 rg")
    ),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("draw", HIDDEN.values(), ids=HIDDEN)
def test_hidden_in_print(draw, address):
    box, page = place(address)
    assert right_or_doubted(overlaid(PLAIN, page, draw(box)), address) == {address}


@pytest.mark.parametrize("address", ADDRESSES)
def test_layer_that_is_off(address):
    box, page = place(address)
    content = b"/OC /Draft BDC\n" + text(b"9", *before(box)) + b"EMC\n"
    body = overlaid(
        PLAIN,
        page,
        content,
        resources=b"/Properties << /Draft %d 0 R >>",
        catalog=GRAY_LAYER,
        objects=[LAYER],
    )
    assert right_or_doubted(body, address) == {address}


@pytest.mark.parametrize("address", ADDRESSES)
def test_covered_by_an_annotation(address):
    (x0, y0, x1, y1), page = place(address)
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 20 20] /Length 22 >>\nstream\n1 1 1 rg 0 0 20 20 re f\nendstream"
    )
    form = form.replace(b"/Length 22", b"/Length 23")
    rect = b"[%.2f %.2f %.2f %.2f]" % (x0 + 1, y0 + 1, x1 - 1, y1 - 1)
    annotation = (
        b"<< /Type /Annot /Subtype /Square /F 4 /C [1 1 1] /IC [1 1 1] /Rect " + rect + b" /AP << /N %d 0 R >> >>"
    )
    assert right_or_doubted(overlaid(PLAIN, page, annots=[annotation], objects=[form]), address) == {address}


def middle(box):
    x0, y0, x1, y1 = box
    return (x0 + x1) / 2, (y0 + y1) / 2


def stroke(x0, y0, x1, y1):
    return b"q .8 w %.2f %.2f m %.2f %.2f l S Q\n" % (x0, y0, x1, y1)


STRUCK = {
    "a line": lambda x, y: stroke(x - 14, y, x + 14, y),
    "a narrow box": lambda x, y: b"q %.2f %.2f 28 .7 re f Q\n" % (x - 14, y - 0.3),
    "a red line": lambda x, y: b"q 1 0 0 RG " + stroke(x - 14, y, x + 14, y) + b"Q\n",
    "a cross": lambda x, y: stroke(x - 12, y - 6, x + 12, y + 6) + stroke(x - 12, y + 6, x + 12, y - 6),
    "a slant": lambda x, y: stroke(x - 12, y - 6, x + 12, y + 6),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("draw", STRUCK.values(), ids=STRUCK)
def test_struck_out(draw, address):
    box, page = place(address)
    assert right_or_doubted(overlaid(PLAIN, page, draw(*middle(box))), address) == {address}


@pytest.mark.parametrize("address", ADDRESSES)
def test_struck_out_by_an_annotation(address):
    (x0, y0, x1, y1), page = place(address)
    corners = (x0, y1, x1, y1, x0, y0, x1, y0)
    annotation = b"<< /Type /Annot /Subtype /StrikeOut /F 4 /Rect [%.2f %.2f %.2f %.2f] /QuadPoints [%s] >>" % (
        x0, y0, x1, y1, b" ".join(b"%.2f" % c for c in corners),
    )  # fmt: skip
    assert right_or_doubted(overlaid(PLAIN, page, annots=[annotation]), address) == {address}


@pytest.mark.parametrize("address", ADDRESSES)
def test_footnote_mark(address):
    box, page = place(address)
    x, y = middle(box)
    after = x + 1.7 * len(str(FIGURES[address])) + 0.3
    mark = b"q BT /F2 4 Tf %.2f %.2f Td <0032> Tj ET Q\n" % (after, y + 1)
    assert right_or_doubted(overlaid(PLAIN, page, mark), address) == "right"


DRAWN = {
    "curves": lambda x, y: (
        b"q 1 w %.2f %.2f m %.2f %.2f %.2f %.2f %.2f %.2f c S Q\n" % (x, y - 3, x + 6, y - 3, x + 6, y + 3, x, y + 3)
    ),
    "filled curves": lambda x, y: (
        b"q %.2f %.2f m %.2f %.2f %.2f %.2f %.2f %.2f c f Q\n" % (x, y - 3, x + 6, y - 3, x + 6, y + 3, x, y + 3)
    ),
    "a stroke": lambda x, y: stroke(x, y - 3, x + 1, y + 3),
    "a picture": lambda x, y: (
        b"q 8 0 0 8 %.2f %.2f cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\xff\x00\xff EI Q\n" % (x, y - 4)
    ),
    "a pale picture": lambda x, y: (
        b"q 12 0 0 12 %.2f %.2f cm BI /W 2 /H 2 /CS /G /BPC 8 ID \xe0\xff\xe0\xff EI Q\n" % (x, y - 6)
    ),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_ink_that_no_character_explains(draw, address):
    box, page = place(address)
    assert right_or_doubted(overlaid(PLAIN, page, draw(box[0] + 3, middle(box)[1])), address) == {address}


def field(box, value, extra=b""):
    x0, y0, x1, y1 = box
    return (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (f) /V (%s) /DA (/Helv 9 Tf 0 g) "
        b"/Rect [%.2f %.2f %.2f %.2f] %s >>" % (value, x0 + 1, y0 + 1, x1 - 1, y1 - 1, extra or b"/F 4")
    )


FORM = b"/AcroForm << /Fields [15 0 R] /DA (/Helv 9 Tf 0 g) /NeedAppearances true >>"


@pytest.mark.parametrize("address", ADDRESSES)
def test_field_beside_characters(address):
    box, page = place(address)
    body = overlaid(PLAIN, page, annots=[field(box, b"7")], catalog=FORM)
    assert address in right_or_doubted(body, address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_hidden_field(address):
    box, page = place(address)
    body = overlaid(PLAIN, page, annots=[field(box, b"7", b"/F 2")], catalog=FORM)
    assert right_or_doubted(body) == "right"


@pytest.mark.parametrize("address", ADDRESSES)
def test_free_text_beside_characters(address):
    (x0, y0, x1, y1), page = place(address)
    rect = b"[%.2f %.2f %.2f %.2f]" % (x0 + 1, y0 + 1, x1 - 1, y1 - 1)
    note = b"<< /Type /Annot /Subtype /FreeText /F 4 /Contents (7) /DA (/Helv 9 Tf 0 g) /Rect %s >>" % rect
    assert right_or_doubted(overlaid(PLAIN, page, annots=[note]), address) - {"table4"} == {address}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("content", [0, 180])
def test_turned_pages(content, rotate):
    assert right_or_doubted(turned(PLAIN, content, rotate)) == "right"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("content", [0, 180])
def test_hidden_on_a_turned_page(content, rotate):
    box, page = place("table2.licensing.decisions")
    body = turned(overlaid(PLAIN, page, text(b"9", *before(box), b"1 g")), content, rotate)
    assert right_or_doubted(body, "table2.licensing.decisions") == {"table2.licensing.decisions"}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("content", [0, 90, 180, 270])
def test_every_turned_page_is_made_upright(content, rotate):
    """Digits only: PDFium drops sideways characters that it has no font for, and samples embed none."""
    assert _digits(turned(PLAIN, content, rotate)) == _digits(PLAIN)


def _digits(body):
    with opened_pages(body) as pages:
        return [
            sorted((c.text, round(c.x), round(c.y)) for c in page.chars if c.text.isdigit())
            for page in pdf_pages(pages)
        ]


BLANK = draw_pdf(SampleReport(AGENCY, YEAR, "2021", FIGURES), Layout(font_size=7, zero=""))
ZERO = "table3.granted.enterprise"


def _raw(body):
    report = read(recognise("report.pdf", body))
    return report, {cell.address: cell.raw for cell in report.cells}


@pytest.mark.parametrize("kind", ["field", "free text"])
def test_what_annotations_write_in_a_blank_cell(kind):
    """The value of a field without appearance, and free text, are figures: read in their place, or a doubt there."""
    box, page = place(ZERO)
    x0, y0, x1, y1 = box
    rect = b"[%.2f %.2f %.2f %.2f]" % (x0 + 1, y0 + 1, x1 - 1, y1 - 1)
    note = b"<< /Type /Annot /Subtype /FreeText /F 4 /Contents (0) /DA (/Helv 9 Tf 0 g) /Rect " + rect + b" >>"
    annots, catalog = ([field(box, b"0")], FORM) if kind == "field" else ([note], b"")
    report, raw = _raw(overlaid(BLANK, page, annots=annots, catalog=catalog))
    assert raw[ZERO] == "0"
    assert {doubt.where for doubt in report.doubts} <= {ZERO, "table3.granted"}


def test_hidden_year_in_the_title():
    """White digits in the title's line: left out, and in doubt."""
    body = overlaid(PLAIN, 0, text(b"2019", 150, HEIGHT - 75, b"1 g", size=12))
    report, _ = _raw(body)
    assert report.year == YEAR
    assert report.doubts, "of the title, or of the row on which the fonts of the machine put it"


def test_digits_that_the_engine_has_no_font_for():
    """A lone full-width digit of a font that is not embedded: the engine may drop it, then another reads it."""
    body = draw_pdf(SampleReport(AGENCY, YEAR, "2021", FIGURES), Layout(font_size=7, full_width=True))
    report = read(recognise("report.pdf", body))
    wrong = {c.address for c in report.cells if (c.value or 0) != FIGURES[c.address]}
    assert wrong <= {doubt.where for doubt in report.doubts}
