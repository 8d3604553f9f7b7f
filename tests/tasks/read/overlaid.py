"""A sample report in PDF with something drawn over (or under) its pages: raw operators, annotations, fields, layers."""

import random
import re

from expectations.forms import FORMS
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf

AGENCY, YEAR, HEIGHT = "青岚市水利局", 2024, 841.8898
FIGURES = consistent_figures(FORMS["2021"], random.Random(3), size=2000)
PLAIN = draw_pdf(SampleReport(AGENCY, YEAR, "2021", FIGURES), Layout(font_size=7))
CELLS = {cell.address: cell for cell in read(recognise("report.pdf", PLAIN)).cells}
ADDRESSES = ("table2.licensing.decisions", "table3.granted.natural_person", "table4.review.upheld")
"""A cell of each table."""
_CONTENTS = re.compile(rb"/Contents \[?((?:\d+ 0 R *)+)\]?")


def place(address):
    """The box of a cell in the page's user space: left, bottom, right, top; and its page, from 0."""
    cell = CELLS[address]
    x0, top, x1, bottom = cell.bbox
    return (x0, HEIGHT - bottom, x1, HEIGHT - top), cell.page - 1


def overlaid(body, page, content=b"", *, under=b"", resources=b"", annots=(), catalog=b"", objects=()):
    """`body` with `content` drawn last on `page` (`under`: first), by an incremental update.

    `resources` is put into the page's /Resources, `catalog` into the catalogue, `annots` are dictionaries, `objects`
    further objects: a `%d` in any of these stands for the number of the first of `objects`.
    """
    numbers = sorted({int(n) for n in re.findall(rb"(\d+) 0 obj\s*<<[^>]*?/Contents", body)})
    size, root = (max(map(int, re.findall(rb"/%s (\d+)" % name, body))) for name in (b"Size", b"Root"))
    first = size + 2 + len(annots)

    def filled(text):
        return text.replace(b"%d", b"%d" % first)

    changed = {size: _stream(under), size + 1: _stream(content)}
    changed |= {size + 2 + n: filled(annotation) for n, annotation in enumerate(annots)}
    changed |= {first + n: filled(item) for n, item in enumerate(objects)}
    page_object = _object(body, numbers[page])
    own = _CONTENTS.search(page_object)
    page_object = page_object.replace(
        own[0],
        b"/Contents [%d 0 R %s %d 0 R] /Annots [%s]" % (size, own[1], size + 1, _list(size + 2, annots)),
    )
    changed[numbers[page]] = page_object.replace(b"/Resources <<", b"/Resources << " + filled(resources))
    if catalog:
        changed[root] = _object(body, root).replace(b"<<", b"<< " + filled(catalog), 1)
    return _updated(body, changed, root)


def turned(body, content, rotate):
    """`body` with what its pages hold turned counter-clockwise by `content` degrees, and a /Rotate of `rotate`."""
    width, height = 595.2756, HEIGHT
    matrix = {
        0: b"1 0 0 1 0 0 cm",
        90: b"0 1 -1 0 %.4f 0 cm" % height,
        180: b"-1 0 0 -1 %.4f %.4f cm" % (width, height),
        270: b"0 -1 1 0 0 %.4f cm" % width,
    }[content]
    box = (height, width) if content % 180 else (width, height)
    size, root = (max(map(int, re.findall(rb"/%s (\d+)" % name, body))) for name in (b"Size", b"Root"))
    changed = {size: _stream(matrix + b"\n")}
    for found in sorted(set(re.findall(rb"(\d+) 0 obj\s*<<[^>]*?/Contents", body))):
        page = _CONTENTS.sub(rb"/Contents [%d 0 R \1]" % size, _object(body, int(found)))
        page = re.sub(rb"/MediaBox \[.*?\]", b"/MediaBox [0 0 %.4f %.4f]" % box, page)
        changed[int(found)] = re.sub(rb"/Rotate \d+", b"/Rotate %d" % rotate, page)
    return _updated(body, changed, root)


def _list(first, items):
    return b" ".join(b"%d 0 R" % (first + n) for n in range(len(items)))


def _object(body, number):
    return re.findall(rb"\n%d 0 obj\n(.*?)endobj" % number, body, re.DOTALL)[-1]


def _stream(content):
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _updated(body, changed, root):
    before = int(re.findall(rb"startxref\s+(\d+)", body)[-1])
    out, table = body + b"\n", b"xref\n"
    for number, content in sorted(changed.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    trailer = b"trailer << /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF" % (
        max(changed) + 1,
        root,
        before,
        len(out),
    )
    return out + table + trailer


def text(content, x, y, before=b"", size=9):
    """Operators that print `content` in Helvetica."""
    return b"q BT %s /F1 %.2f Tf %.2f %.2f Td (%s) Tj ET Q\n" % (before, size, x, y, content)


def right_or_doubted(body, *addresses):
    """The outcome of reading: "right" where everything is read as printed, else the addresses in doubt.

    Fails where a figure at another place than `addresses` is wrong, or where anything wrong is validated.
    """
    report = read(recognise("report.pdf", body))
    wrong = {c.address for c in report.cells if (c.value or 0) != FIGURES[c.address]} | (
        FIGURES.keys() - {c.address for c in report.cells}
    )
    verdict = validate(report)
    doubted = {doubt.where for doubt in report.doubts}
    assert verdict.outcome == "quarantined" if wrong or doubted else verdict.outcome == "validated"
    assert wrong <= set(addresses), wrong
    return doubted or "right"
