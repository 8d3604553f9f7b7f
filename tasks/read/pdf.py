"""PDF pages as characters and ruling lines, read by PDFium."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox
from tasks.errors import CorruptFile
from tasks.read.drawn import image_cover, page_objects, rules, segments
from tasks.read.page import Char, Page, chars_at
from tasks.read.radicals import IDEOGRAPHS
from tasks.read.struck import struck_once
from tasks.read.view import View, turned

Angles = npt.NDArray[np.int_]
Mask = npt.NDArray[np.bool_]


@contextmanager
def opened(body: bytes) -> Iterator[Sequence[pdfium.PdfPage]]:
    """The PDF's pages, each parsed once and open as long as needed. Raises CorruptFile where PDFium gives up."""
    try:
        document = pdfium.PdfDocument(body)
        try:
            yield [document[index] for index in range(len(document))]
        finally:
            document.close()
    except pdfium.PdfiumError as error:
        raise CorruptFile("有页面无法打开") from error


def pdf_pages(pages: Sequence[pdfium.PdfPage]) -> tuple[Page, ...]:
    """All pages of a PDF, upright."""
    return tuple(_page(page, number) for number, page in enumerate(pages, start=1))


def _page(page: pdfium.PdfPage, number: int) -> Page:
    view = View(page)
    text_page = page.get_textpage()
    drawn = _drawn(text_page.raw)
    text_page.close()
    turns = _turns(drawn.radians, view)
    turn = int(np.bincount(turns[turns >= 0], minlength=1).argmax())
    chars, gaps = _main_text(drawn, view, turns == turn, turn)
    objects = list(page_objects(page))
    thin = turned(view.boxes(list(segments(objects))), turn, view.width, view.height)
    horizontal, vertical = rules(thin.T.tolist())
    width, height = (view.height, view.width) if turn in (90, 270) else (view.width, view.height)
    return Page(number, width, height, turn, chars, horizontal, vertical, gaps, image_cover(objects, view))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The visible characters of a page in drawing order; `gaps` is what stands before each."""

    texts: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    corners: list[BBox] = field(default_factory=list)
    radians: list[float] = field(default_factory=list)


def _drawn(handle: object) -> _Drawn:
    unicode, loose_box, angle = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharAngle
    rect = raw.FS_RECTF()
    reference = ctypes.byref(rect)
    drawn = _Drawn()
    gap = ""
    for index in range(raw.FPDFText_CountChars(handle)):
        code = unicode(handle, index)
        text = (IDEOGRAPHS.get(code) or chr(code)) if 0 < code < 0x110000 else ""
        if "\ud800" <= text <= "\udfff":  # half of a character, which no text may hold
            text = "\ufffd"
        if not text or text.isspace():
            gap = "\n" if text in "\r\n" or gap == "\n" else " "
            continue
        loose_box(handle, index, reference)
        drawn.corners.append((rect.left, rect.bottom, rect.right, rect.top))
        drawn.radians.append(angle(handle, index))
        drawn.texts.append(text)
        drawn.gaps.append(gap)
        gap = ""
    return drawn


def _turns(radians: Sequence[float], view: View) -> Angles:
    """What makes each character upright as shown: 0, 90, 180 or 270 degrees clockwise; -1 for a slanted watermark."""
    turn_of = {angle: _turn(math.degrees(angle) % 360, view) for angle in set(radians)}
    return np.array([turn_of[angle] for angle in radians], dtype=int)


def _turn(degrees: float, view: View) -> int:
    right_angle: int = round(degrees / 90) * 90
    return (right_angle - view.rotation) % 360 if abs(degrees - right_angle) <= 3 else -1


def _main_text(drawn: _Drawn, view: View, is_main: Mask, turn: int) -> tuple[tuple[Char, ...], tuple[str, ...]]:
    """The characters that run in the main direction, on the page, struck once, upright; and the gap before each."""
    boxes = view.boxes(drawn.corners)
    shown = np.flatnonzero(is_main & (boxes[2] > boxes[0]) & view.shows(boxes)).tolist()
    upright = turned(boxes[:, shown], turn, view.width, view.height)
    chars = chars_at([drawn.texts[i] for i in shown], upright)
    first = struck_once(chars)
    return tuple(chars[i] for i in first), tuple(drawn.gaps[shown[i]] for i in first)
