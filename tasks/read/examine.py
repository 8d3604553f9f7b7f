"""The untrusted part of a file's way, in the guarded processes: what the file is, and what it says.

All that is asked about a file from here on (also by `tasks.judge.second_look` and for pictures) shares one budget of
time, and its body crosses to the process once, as long as no other file comes in between. Pictures are looked at in a
process of their own, with a budget by the page, and only where a report stands in them.
"""

from __future__ import annotations

from itertools import islice

from tasks.read.convert import CONVERTED, read_converted
from tasks.read.guard import begin, guarded
from tasks.read.guard.place import OCR
from tasks.read.ocr import tesseract
from tasks.read.ocr.engine import is_installed
from tasks.read.ocr.looks import looks_at
from tasks.read.office import converted
from tasks.read.recognise import recognise
from tasks.read.report import read, read_seen, read_unless_pictured
from tasks.read.scan.seen import DocumentSeen
from tasks.values import Document, Report

_ALPHABET, _LARGER = "0123456789.,-/", 58
_PICTURES = 30
"""Pages that a file without pages is given time for."""


class NeedsOcr(Exception):  # noqa: N818 - no error: work for another queue
    """The report stands in pictures, and whoever asked does not want to wait for these."""


def examined(name: str, body: bytes, *, look: bool = True) -> tuple[Document, Report]:
    """The document in `body` and the report in it. Raises Rejected as recognising and reading do.

    An old office file is converted in between, and what came of it is asked about. A report in pictures is looked at,
    which takes seconds a page; where that is not wanted (`look` is false), it raises NeedsOcr. Where OCR is not
    installed, what stands in pictures is our limit.
    """
    begin(body)
    media_type, pages, report = guarded(_recognised_and_read, name, body, is_installed())
    document = Document(name, media_type, pages, body)
    if report is None and media_type in CONVERTED:
        docx, pdf = converted(media_type, body)
        begin(docx)
        report = guarded(read_converted, name, docx, pdf)
    if report is None and not look:
        raise NeedsOcr
    return document, report or _looked_at(document)


def _looked_at(document: Document) -> Report:
    begin(document.body, OCR, document.pages or _PICTURES)
    seen = guarded(_look, document.media_type, document.body, where=OCR)
    return guarded(read_seen, document, seen.without_pixels(), _second_reading(seen))


def _second_reading(seen: DocumentSeen) -> tuple[tuple[str, ...], ...] | None:
    """What the second reader sees of each figure; what it does not see as the first did, it is shown in other ways too.

    First what it saw of the crop as it is, maybe nothing, then what it made of other looks. None where there is no
    second reader.
    """
    figures = [figure for figure in seen.figures() if figure.pixels]
    first = tesseract.digits([figure.crop for figure in figures], _ALPHABET)
    if first is None:
        return None
    texts = [text.strip(".,") for text, _ in first]
    other = {
        n: looks_at(figure.crop)
        for n, figure in enumerate(figures)
        if texts[n].replace(",", "") != figure.text.replace(",", "")
    }
    shown = iter(tesseract.digits([crop for looks in other.values() for crop in looks.all], _ALPHABET) or [])
    again = {n: looks.read([text for text, _ in islice(shown, len(looks.all))]) for n, looks in other.items()}
    marks = [n for n in other if figures[n].is_mark]
    larger = tesseract.digits([figures[n].crop for n in marks], _ALPHABET, _LARGER) or []
    again |= {n: (*again[n], text) for n, (text, _) in zip(marks, larger, strict=True)}
    return tuple((text, *filter(None, again.get(n, ()))) for n, text in enumerate(texts))


def _look(media_type: str, body: bytes) -> DocumentSeen:
    from tasks.read.scan.document import look_at

    return look_at(media_type, body)


def _recognised_and_read(name: str, body: bytes, can_look: bool) -> tuple[str, int | None, Report | None]:
    document = recognise(name, body)
    report = None
    if document.media_type not in CONVERTED:
        report = read_unless_pictured(document) if can_look else read(document)
    return document.media_type, document.pages, report
