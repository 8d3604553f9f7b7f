"""The untrusted part of a file's way, in the guarded process: what the file is, and what it says.

All that is asked about a file from here on (also by `tasks.judge.second_look` and for pictures) shares one budget of
time, and its body crosses to the process once, as long as no other file comes in between.
"""

from __future__ import annotations

from tasks.read import read
from tasks.read.convert import CONVERTED, read_converted
from tasks.read.guard import begin, guarded
from tasks.read.office import converted
from tasks.read.recognise import Kind, kind_of, recognise
from tasks.values import Document, Report


def recognised(name: str, body: bytes) -> Document:
    """The document in `body`. Raises the Rejected that says why it cannot be read."""
    begin(body)
    return Document(name, *guarded(kind_of, name, body), body)


class NeedsOcr(Exception):  # noqa: N818 (nothing went wrong)
    """Its pages, or its tables, are pictures: to read them takes seconds a page."""


def examined(name: str, body: bytes, *, look: bool = True) -> tuple[Document, Report]:
    """The document in `body` and the report in it. Raises Rejected as recognising and reading do.

    An old office file is converted in between, and what came of it is asked about. What takes seconds a page is done
    if one is to `look`, else it raises NeedsOcr.
    """
    begin(body)
    kind, report = guarded(_kind_and_report, name, body)
    if report is None:
        docx, pdf = converted(kind.media_type, body)
        begin(docx)
        report = guarded(read_converted, name, docx, pdf)
    return Document(name, *kind, body), report


def _kind_and_report(name: str, body: bytes) -> tuple[Kind, Report | None]:
    document = recognise(name, body)
    kind = Kind(document.media_type, document.pages)
    return kind, None if kind.media_type in CONVERTED else read(document)
