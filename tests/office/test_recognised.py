"""What an office file is, judged by its content: read, refused with advice, or said to have a password."""

import io
import zipfile
from pathlib import Path

import pytest

from tasks.errors import EncryptedFile, TypeMismatch, UnsupportedType
from tasks.judge.files import judge_file
from tasks.read.containers import _IN_ZIP, DOC, DOCX
from tasks.read.convert import CONVERTED
from tasks.read.office import _FILTERS
from tasks.read.recognise import _BY_EXTENSION, RTF, recognise
from tasks.read.report import _READERS, read
from tests.corpus.score import CORPUS
from tests.tasks.read.made import html, outcome, word

OLD = next(path for path in (CORPUS / "docs").glob("*.doc")).read_bytes()
"""A Word 97 document."""


def renamed(body, name):
    """An OLE file whose stream WordDocument is called otherwise."""
    old = "WordDocument".encode("utf-16-le")
    at = body.index(old)
    entry = name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little")
    return body[:at] + entry + body[at + 66 :]


def locked(body):
    """A Word document whose head says that it has a password."""
    at = body.index(b"\xec\xa5") + 11
    return body[:at] + bytes([body[at] | 1]) + body[at + 1 :]


def zipped(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "<x/>")
    return file.getvalue()


@pytest.mark.parametrize("name", ["年报.doc", "年报.wps", "年报"])
def test_a_word_document_is_one_whatever_it_is_called(name):
    assert recognise(name, OLD).media_type == DOC
    assert recognise(name, b"{\\rtf1 }").media_type == RTF


@pytest.mark.parametrize("name", ["年报.doc", "年报.wps", "年报.rtf"])
def test_old_names_promise_nothing(name):
    """Sites give them to whatever Word opens; it is read as what it is."""
    assert recognise(name, word("2021")).media_type == DOCX
    for body in (word("2021"), html("2021")):
        assert outcome(name, body, "2021") == "exact"


@pytest.mark.parametrize("name", ["年报.docx", "年报.pdf", "年报.xlsx"])
def test_new_names_promise_what_they_say(name):
    for body in (OLD, b"{\\rtf1 }"):
        with pytest.raises(TypeMismatch):
            recognise(name, body)


def test_a_password():
    for body in (locked(OLD), renamed(OLD, "EncryptedPackage")):
        for name in ("年报.doc", "年报.docx"):
            with pytest.raises(EncryptedFile):
                recognise(name, body)


REFUSED = {
    "xls": (renamed(OLD, "Workbook"), "xlsx"),
    "ppt": (renamed(OLD, "PowerPoint Document"), "演示文稿"),
    "msg": (renamed(OLD, "__properties_version1.0"), "邮件"),
    "works": (renamed(OLD, "MatOST"), "Works"),
    "another": (renamed(OLD, "Something"), "旧版 Office 文件"),
    "ofd": (zipped("OFD.xml"), "OFD"),
    "xlsb": (zipped("xl/workbook.bin"), "xlsx"),
    "odt": (zipped("content.xml"), "OpenDocument"),
    "pptx": (zipped("ppt/presentation.xml"), "演示文稿"),
    "zip": (zipped("年报.pdf"), "压缩包"),
    "Word 2003": (b'<?xml version="1.0"?><w:wordDocument xmlns:w="w"/>', ".docx"),
}


@pytest.mark.parametrize(("body", "said"), REFUSED.values(), ids=REFUSED)
def test_others_are_refused_by_name(body, said):
    with pytest.raises(UnsupportedType, match=said):
        recognise("年报.doc", body)


def test_where_there_is_no_libreoffice_the_advice_names_it(monkeypatch):
    monkeypatch.setenv("NIANBAO_SOFFICE", "off")
    for name, body in (("年报.doc", OLD), ("年报.wps", OLD), ("年报.rtf", b"{\\rtf1 2024}")):
        rejected = judge_file(name, body).rejected
        assert rejected.code == "DOC.UNSUPPORTED_TYPE"
        assert "LibreOffice" in str(rejected)
        assert "PDF" in rejected.advice


def test_what_is_recognised_is_read_or_converted():
    """A type that is neither would be a machinery's gap told to its sender as a fault of the file."""
    recognised = {*_BY_EXTENSION.values(), *_IN_ZIP.values(), DOC, RTF}
    assert recognised == _READERS.keys() | CONVERTED
    assert _FILTERS.keys() == CONVERTED


def test_what_is_not_converted_is_not_read():
    with pytest.raises(UnsupportedType):
        read(recognise("年报.doc", OLD))


def test_the_corpus_has_a_word_document():
    assert Path(CORPUS / "docs").exists()
    assert OLD.startswith(b"\xd0\xcf\x11\xe0")
