"""Defects found by attack on reading: one test each. The guarded process itself: tests/tasks/test_guard.py."""

import gzip
import io
import random
import tarfile
import zipfile

import pytest

from expectations.forms import FORMS
from tasks.errors import Rejected
from tasks.read.examine import examined
from tasks.read.recognise import PDF, recognise
from tasks.read.report import read
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tests.guarded import limit
from tests.tasks.read.hostile import made
from tests.tasks.read.made import html, outcome, word

SOUND = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", consistent_figures(FORMS["2021"], random.Random(11))))


def stored(name, body, method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, body)
    return file.getvalue()


def in_tar(body):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("report.pdf")
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return file.getvalue()


HOLD_A_PDF = {
    "a zip": stored("年报.pdf", SOUND),
    "a zip that says it early": b"PK\x05\x06" + bytes(18) + SOUND,
    "a gzip": gzip.compress(SOUND, 0),
    "a tar": in_tar(SOUND),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(20) + SOUND,
    "an old Office file": b"\xd0\xcf\x11\xe0" + bytes(500) + SOUND,
    "an archive": b"Rar!\x1a\x07\x00" + SOUND,
    "another archive": b"7z\xbc\xaf\x27\x1c" + SOUND,
    "a program": b"MZ" + bytes(60) + SOUND,
    "a web page": b"<html><body>" + SOUND,
    "a letter": b"From: a@example.com\r\nContent-Type: application/pdf\r\n\r\n" + SOUND,
    "an answer": b"HTTP/1.1 200 OK\r\n\r\n" + SOUND,
}


@pytest.mark.parametrize("body", HOLD_A_PDF.values(), ids=HOLD_A_PDF)
def test_what_holds_a_pdf_is_not_that_pdf(body):
    for name in ("年报.zip", "年报.pdf", "年报"):
        with pytest.raises(Rejected) as rejected:
            read(recognise(name, body))
        assert rejected.value.code.startswith("DOC.")


@pytest.mark.parametrize("junk", [b"\xef\xbb\xbf", b"\r\n \n", b"\x00\x00", b"junk\n", b"\x1b%-12345X@PJL\n"])
def test_a_pdf_may_have_a_little_before_its_header(junk):
    assert recognise("a.pdf", junk + SOUND).media_type == PDF


NO_CHARSETS = [
    "zlib",
    "hex",
    "undefined",
    "rot13",
    "idna",
    "punycode",
    "utf-7",
    "unicode_escape",
    "base64",
    "bz2",
    "mbcs",
]


@pytest.mark.parametrize("name", NO_CHARSETS)
def test_a_charset_that_is_none_is_not_believed(name):
    assert outcome("a.html", html("2021").replace("utf-8", name), "2021") == "exact"
    assert outcome("a.html", html("2021").replace("utf-8", name).encode("gb18030"), "2021") == "exact"
    with pytest.raises(Rejected):
        recognise("a.html", b"\xff\xff<html charset=" + name.encode() + b">" + bytes(range(128, 256)))


BROKEN_WORD = [
    "a version that nobody has",
    "a method that nobody has",
    "a method that nobody has, inside",
    "said to be encrypted",
    "said to be encrypted, inside",
    "strongly encrypted",
    "patched data",
    "names in no encoding",
    "names that differ",
    "names with NUL",
    "entries elsewhere",
    "wrong sums",
    "no content types",
    "no relations",
    "relations to nothing",
    "relations outside",
    "no XML",
    "another root",
    "no body",
    "another encoding",
    "a bomb that lies",
    "an entity bomb",
    "an entity from outside",
]


@pytest.mark.parametrize("what", BROKEN_WORD)
def test_a_broken_docx_is_the_files_fault(what):
    """Bytes that the libraries choke on are no failure of ours, and say nothing that is not there."""
    name, body = made(f"docx: {what}")
    code = ending(name, body)
    if code != "read":
        assert code in ("DOC.CORRUPT", "DOC.ENCRYPTED", "DOC.UNSUPPORTED_TYPE", "DOC.NOT_ANNUAL_REPORT")
    else:
        assert examined(name, body)[1].cells == examined(name, word("2021"))[1].cells


SLOW = [
    "html: 30,000 rows that differ",
    "html: spans everywhere",
    "html: rows covered from above",
    "html: 300,000 attributes, quoted",
    "html: marks of two classes in turn",
    "html: hidden siblings",
    "docx: 30,000 rows of one cell",
    "docx: 20,000 vertical merges",
    "docx: a span of a thousand million",
    "docx: paragraphs in a table",
    "txt: marks in turn",
    "txt: 30,000 rows that differ",
    "txt: brackets",
    "txt: claims that fit two ways",
    "txt: a separator that is none",
    "txt: spaces before no page number",
]


@pytest.mark.parametrize("what", SLOW)
def test_what_took_a_minute_takes_seconds(what, monkeypatch):
    """By the guard's own limit of CPU, a third of what it is."""
    limit(monkeypatch, cpu_seconds=5.0)
    assert ending(*made(what)) != "DOC.TOO_SLOW"


def ending(name, body):
    try:
        examined(name, body)
    except Rejected as rejected:
        return rejected.code
    return "read"
