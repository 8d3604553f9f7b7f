"""Files made to break readers: each gets an answer within the limits, and the process that read it serves on."""

import io
import random
import time
import zipfile
import zlib

import pypdfium2 as pdfium
import pytest

from expectations.forms import FORMS
from tasks.errors import Rejected
from tasks.judge.validate import validate
from tasks.read.guard import guarded
from tasks.read.guard.place import READING
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tests.tasks.read.made import html, word


def pdf(*objects):
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + head + table + end


def one_page(stream, extra=b"", *others):
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R" + extra + b">>"
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream, *others)


def deflated(data, layers=1):
    for _ in range(layers):
        data = zlib.compress(data, 9)
    filters = b"/FlateDecode" * layers
    return b"<</Filter[%s]/Length %d>>stream\n%s\nendstream" % (filters, len(data), data)


def many_pages():
    document = pdfium.PdfDocument.new()
    for _ in range(5000):
        document.new_page(595, 842)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zipped(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(name, content)
    return file.getvalue()


def swollen_word():
    """A sound DOCX, but for 300 MB of spaces in its text."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word("2021"))) as sound,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in sound.namelist():
            content = sound.read(name)
            if name == "word/document.xml":
                content = content.replace(b"<w:t>", b"<w:t>" + b" " * 300_000_000, 1)
            package.writestr(name, content)
    return file.getvalue()


def sample():
    return draw_pdf(SampleReport("青岚市水利局", 2024, "2021", consistent_figures(FORMS["2021"], random.Random(1))))


DRAWS_ITSELF = (
    b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 5>>stream\n/F Do\nendstream"
)
BLANK = b"<</Length 0>>stream\n\nendstream"
RULES = b"".join(b"%d %d 9 1 re f " % (n % 500, n % 800) for n in range(100_000))
LAUGHS = '<!DOCTYPE a [<!ENTITY a "haha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
ROWS = "<tr><td>申请人情况</td></tr>" * 200_000
LONG_FIGURE = f"<td>{'9' * 1_000_000}</td><td"
HOSTILE = {
    "5,000 pages": ("a.pdf", many_pages),
    "a page tree that is its own child": (
        "a.pdf",
        lambda: pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    ),
    "a drawing that draws itself": (
        "a.pdf",
        lambda: one_page(deflated(b"/F Do"), b"/Resources<</XObject<</F 5 0 R>>>>", DRAWS_ITSELF),
    ),
    "a stream that swells to 400 MB": ("a.pdf", lambda: one_page(deflated(b" " * 400_000_000))),
    "a stream that swells twice": ("a.pdf", lambda: one_page(deflated(b"\0" * 400_000_000, layers=2))),
    "a million operators": ("a.pdf", lambda: one_page(deflated(b"q 1 0 0 1 0 0 cm " * 1_000_000))),
    "100,000 rules": ("a.pdf", lambda: one_page(deflated(RULES))),
    "a page as large as a town": ("a.pdf", lambda: one_page(BLANK).replace(b"595 842", b"9e9 9e9")),
    "a swollen DOCX": ("a.docx", swollen_word),
    "entities in entities": ("a.docx", lambda: zipped("word/document.xml", f"{LAUGHS}]><a>&j;</a>")),
    "spans over everything": ("a.html", lambda: html("2021").replace('colspan="1"', 'colspan="99999999"')),
    "100,000 nested elements": ("a.html", lambda: "<div>" * 100_000 + html("2021")),
    "a table of 200,000 cells": ("a.html", lambda: html("2021").replace("</table>", ROWS, 1)),
    "a line of a million figures": ("a.txt", lambda: "信息内容\n申请人情况\n" + "1 " * 1_000_000),
    "100,000 broken labels": ("a.txt", lambda: "信息内容\n申请人情况\n自然人\n" + "一、本年\n1 2\n" * 100_000),
    "a figure of a million digits": ("a.html", lambda: html("2021").replace("<td", LONG_FIGURE, 30)),
    "noise": ("a.pdf", lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(200_000)),
    "a picture": ("a.pdf", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "a program": ("a.docx", lambda: b"MZ" + bytes(5000)),
    "an archive of something else": ("a.docx", lambda: zipped("readme.txt", "hello")),
}  # fmt: skip


@pytest.mark.parametrize(("name", "make"), HOSTILE.values(), ids=HOSTILE)
def test_an_answer_within_the_limits(name, make):
    body = make()
    body = body.encode() if isinstance(body, str) else body
    began = time.monotonic()
    assert verdict(name, body) != "validated"
    assert time.monotonic() - began < READING.limits.wall_seconds
    assert guarded(pow, 3, 2) == 9


@pytest.mark.parametrize("make", [sample, lambda: word("2021")], ids=["PDF", "DOCX"])
def test_truncated_anywhere(make):
    whole = make()
    for tenth in range(1, 10):
        name = "a.pdf" if whole.startswith(b"%PDF") else "a.docx"
        assert verdict(name, whole[: len(whole) * tenth // 10]) != "validated"


def verdict(name, body):
    """As the flow reads: in the guarded process."""
    try:
        return validate(guarded(read, guarded(recognise, name, body))).outcome
    except Rejected as error:
        return error.code
