"""What a file really is, judged by its content, and whether it may be read."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from tasks.errors import CorruptFile, EmptyFile, EncryptedFile, TooLarge, TooManyPages, TypeMismatch, UnsupportedType
from tasks.read.containers import DOCX, OLE_MAGIC, XLSX, ZIP_MAGIC, in_ole, in_zip, ole_name, zip_name
from tasks.read.encoding import decode
from tasks.values import Document

MAX_BYTES = 50_000_000
MAX_PAGES = 200

PDF = "application/pdf"
RTF = "application/rtf"
HTML = "text/html"
HTML_TABLES = "text/html; tables in text"
MARKDOWN = "text/markdown"
TEXT = "text/plain"

_BY_EXTENSION = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".html": HTML,
    ".htm": HTML,
    ".shtml": HTML,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": TEXT,
}
"""What a name promises."""
_OLD_NAMES = (".doc", ".wps", ".rtf")
"""They promise nothing: sites give them to whatever Word opens."""
EXTENSIONS = (*_BY_EXTENSION, *_OLD_NAMES)
"""The names of files that may be read; where LibreOffice is missing, the outcome of old ones says so."""
_OTHER = {
    b"PK": "压缩包",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"II*\x00": "图片",
    b"MM\x00*": "图片",
    b"BM": "图片",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"\x1f\x8b": "压缩包",
    b"BZh": "压缩包",
    b"\xfd7zXZ": "压缩包",
    b"\x28\xb5\x2f\xfd": "压缩包",
    b"MSCF": "压缩包",
    b"RIFF": "图片",
    b"%!PS": "PostScript 文件",
    b"MZ": "程序",
    b"\x7fELF": "程序",
}
_TAIL = 4096
_HEADER_WITHIN, _JUNK = 1024, 64
_BEGINS_OTHERWISE = re.compile(rb"\s*(?:<|[A-Za-z][\w-]*:\s|HTTP/)")
"""Markup, or the head of a letter or of an answer: what follows is its content."""
_RTF_MAGIC = b"{\\rtf"
_WORD_XML = ("<w:worddocument", 'progid="word.document"')
"""Of a Word document as one XML file, which sites' programs call .doc; LibreOffice 7.4 loses tables of it."""


def recognise(name: str, body: bytes) -> Document:
    """The document in `body`. Raises the Rejected that says why it cannot be read.

    Source: `rules.md`, the DOC. codes that need no reading of the text.
    """
    if not body:
        raise EmptyFile
    if len(body) > MAX_BYTES:
        raise TooLarge(f"{len(body) / 1e6:.0f} MB，上限 {MAX_BYTES / 1e6:.0f} MB")
    media_type = _media_type(name, body)
    return Document(name, media_type, _pdf_pages(body) if media_type == PDF else None, body)


def _media_type(name: str, body: bytes) -> str:
    expected = _BY_EXTENSION.get(PurePosixPath(name.replace("\\", "/")).suffix.lower())
    found = _by_content(body)
    if found is None:
        if expected in (PDF, DOCX, XLSX):
            raise CorruptFile("开头不是该类文件应有的内容")
        raise UnsupportedType(_other(body))
    if found == HTML_TABLES:  # a fragment of a page, or what converters leave of tables in Markdown
        found = expected if expected in (MARKDOWN, TEXT) else HTML
    if found == TEXT and expected in (MARKDOWN, TEXT, None):
        return expected or TEXT
    if expected and found != expected and not (found == HTML and expected == MARKDOWN):
        raise TypeMismatch(f"扩展名是 {PurePosixPath(name).suffix}，内容却是 {found}")
    return found


def _by_content(body: bytes) -> str | None:
    """The media type among those we read, or None."""
    if body.startswith(ZIP_MAGIC):
        return in_zip(body)
    if body.startswith(OLE_MAGIC):
        return in_ole(body)
    if body.startswith(_RTF_MAGIC):
        return RTF
    if any(body.startswith(magic) for magic in _OTHER):
        return None
    if _is_pdf(body):
        return PDF
    text = decode(body[:65536], partial=True)
    if text is None:
        return None
    start = text[:4096].lower()
    if any(tag in start for tag in ("<html", "<!doctype html", "<body")):
        return HTML
    if any(tag in start for tag in _WORD_XML):
        return None
    return HTML_TABLES if "<table" in start else TEXT


def _is_pdf(body: bytes) -> bool:
    """Whether its header stands first, or after a little that is nothing by itself: no page, letter or other file."""
    before = body[: max(0, body.find(b"%PDF-", 0, _HEADER_WITHIN))].strip(b"\xef\xbb\xbf\xff\xfe\x00\r\n\t\x0c ")
    return b"%PDF-" in body[:_HEADER_WITHIN] and len(before) <= _JUNK and not _BEGINS_OTHERWISE.match(before)


def _other(body: bytes) -> str:
    if body.startswith(ZIP_MAGIC):
        return zip_name(body)
    if body.startswith(OLE_MAGIC):
        return ole_name(body)
    if any(tag.encode() in body[:4096].lower() for tag in _WORD_XML):
        return "Word 2003 的 XML 文件，请用 Word 或 WPS 另存为 .docx"
    return next((what for magic, what in _OTHER.items() if body.startswith(magic)), "")


def _pdf_pages(body: bytes) -> int:
    if b"%%EOF" not in body.rstrip(b"\x00\r\n\t ")[-_TAIL:]:
        raise CorruptFile("文件结尾缺失，像是没有传完")
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise EncryptedFile from error
        raise CorruptFile from error
    with document:
        pages = len(document)
    if pages == 0:
        raise CorruptFile("没有任何页面")
    if pages > MAX_PAGES:
        raise TooManyPages(f"{pages} 页，上限 {MAX_PAGES} 页")
    return pages
