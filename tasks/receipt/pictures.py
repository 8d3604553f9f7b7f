"""Pictures of a PDF's pages, small enough to be sent along with a receipt page."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium

from tasks.read.guard import guarded
from tasks.read.recognise import PDF
from tasks.values import Document

MOST_BYTES = 2_100_000
"""Of all pictures together: as base64 in a page they are a third larger."""

_SHARP = (1700, 72)
_STEPS = ((1100, 60), (900, 50), (700, 45), (520, 35), (380, 25))
"""Width in pixels and quality, from what is best to read to what is still a help."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a viewer shows it: its size in points and its picture (JPEG)."""

    number: int
    width: float
    height: float
    jpeg: bytes


def receipt_page_pictures(document: Document, numbers: tuple[int, ...]) -> tuple[Picture, ...]:
    """The pages `numbers` of a PDF, drawn in the guarded process; none of any other file.

    A receipt page without pictures is better than none: what breaks here must not keep the receipt back.
    """
    if document.media_type != PDF:
        return ()
    try:
        return guarded(page_pictures, document.body, numbers)
    except Exception:
        logging.getLogger(__name__).warning("%s: no page pictures", document.name, exc_info=True)
        return ()


def page_pictures(body: bytes, numbers: tuple[int, ...]) -> tuple[Picture, ...]:
    """The pages `numbers` (from 1) of a PDF, in the best quality in which all of them fit into MOST_BYTES."""
    with pdfium.PdfDocument(body) as document:
        for width, quality in _STEPS:
            found = tuple(_within(_pictures(document, numbers, width, quality)))
            if len(found) == len(numbers):
                break
        return found


def page_sizes(body: bytes) -> tuple[tuple[float, float], ...]:
    """The size of every page of a PDF in points, as a viewer shows it."""
    with pdfium.PdfDocument(body) as document:
        return tuple(document.get_page_size(number) for number in range(len(document)))


def sharp_picture(body: bytes, number: int) -> bytes:
    """One page (from 1) as JPEG, sharp enough for a part of it to fill a screen."""
    with pdfium.PdfDocument(body) as document:
        (picture,) = _pictures(document, (number,), *_SHARP)
        return picture.jpeg


def _within(pictures: Iterable[Picture]) -> Iterator[Picture]:
    total = 0
    for picture in pictures:
        total += len(picture.jpeg)
        if total > MOST_BYTES:
            return
        yield picture


def _pictures(document: pdfium.PdfDocument, numbers: tuple[int, ...], width: int, quality: int) -> Iterator[Picture]:
    for number in numbers:
        page = document[number - 1]
        size = page.get_size()
        image = page.render(scale=width / max(size[0], 1.0), draw_annots=True).to_pil().convert("RGB")
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        page.close()
        yield Picture(number, size[0], size[1], file.getvalue())
