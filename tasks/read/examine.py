"""The untrusted part of a file's way, in the guarded process: what the file is, and what it says.

All that is asked about a file from here on (also by `tasks.judge.second_look` and for pictures) shares one budget of
time, and its body crosses to the process once, as long as no other file comes in between.
"""

from __future__ import annotations

from tasks.read import read
from tasks.read.guard import begin, guarded
from tasks.read.recognise import Kind, kind_of, recognise
from tasks.values import Document, Report


def recognised(name: str, body: bytes) -> Document:
    """The document in `body`. Raises the Rejected that says why it cannot be read."""
    begin(body)
    return Document(name, *guarded(kind_of, name, body), body)


class NeedsOcr(Exception):  # noqa: N818 (nothing went wrong)
    """Its pages, or its tables, are pictures: to read them takes seconds a page."""


def examined(name: str, body: bytes, *, at_once: bool = True) -> tuple[Document, Report]:
    """The document in `body` and the report in it, with one question. Raises Rejected as both of them do.

    What takes seconds a page is done `at_once`, or raises NeedsOcr.
    """
    begin(body)
    kind, report = guarded(_kind_and_report, name, body)
    return Document(name, *kind, body), report


def _kind_and_report(name: str, body: bytes) -> tuple[Kind, Report]:
    document = recognise(name, body)
    return Kind(document.media_type, document.pages), read(document)
