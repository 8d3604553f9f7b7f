"""A PDF with its form fields, as viewers open it, by PDFium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pypdfium2 as pdfium

from tasks.errors import CorruptFile


@contextmanager
def opened(body: bytes) -> Iterator[pdfium.PdfDocument]:
    """The PDF. Raises CorruptFile where PDFium gives up."""
    try:
        with pdfium.PdfDocument(body) as document:
            document.init_forms()
            yield document
    except pdfium.PdfiumError as error:
        raise CorruptFile("有页面无法打开") from error


@contextmanager
def opened_pages(body: bytes) -> Iterator[Sequence[pdfium.PdfPage]]:
    """The PDF's pages, each parsed once and open as long as needed. Raises CorruptFile where PDFium gives up."""
    with opened(body) as document:
        yield list(document)
