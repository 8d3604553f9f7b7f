"""A PDF's pages as pictures: only the stretches of height that are asked for, with annotations and form fields."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox

SCALE, CLOSE = 3.0, 7.0
"""Pixels a point: 216 dpi at first sight, 504 for a closer look. What costs is to parse a page, not to draw it."""
_MOST_PIXELS = 40_000_000
_BETWEEN = 20.0
"""Points: stretches that are not farther apart are drawn in one go."""

Pixels = npt.NDArray[np.uint8]
Area = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the whole page."""


class Part:
    """A rectangle of a page in shades of gray, turned so that its text is upright."""

    def __init__(self, page: pdfium.PdfPage, area: Area, turn: int, scale: float) -> None:
        self._page, self._area, self._turn = page, area, turn
        self.scale = scale
        self.gray = self._upright(_pixels(page, area, scale, is_gray=True))

    @cached_property
    def red(self) -> Pixels:
        """The same as seen through red glass: stamps and lines in red are gone."""
        return self._upright(_pixels(self._page, self._area, self.scale, is_gray=False)[:, :, 2])

    def _upright(self, pixels: Pixels) -> Pixels:
        return np.ascontiguousarray(np.rot90(pixels, -self._turn // 90) if self._turn else pixels)

    def boxes(self, boxes: Sequence[BBox]) -> npt.NDArray[np.float64]:
        """Boxes of the page as displayed, in pixels of this part: rows are x0, top, x1, bottom."""
        corner = np.array(self._area[:2] * 2, dtype=float)
        x0, top, x1, bottom = (np.array(boxes, dtype=float).reshape(-1, 4) * self.scale - corner).T
        wide, high = self._area[2] - self._area[0], self._area[3] - self._area[1]
        if self._turn == 90:
            x0, top, x1, bottom = high - bottom, x0, high - top, x1
        elif self._turn == 180:
            x0, top, x1, bottom = wide - x1, high - bottom, wide - x0, high - top
        elif self._turn == 270:
            x0, top, x1, bottom = top, wide - x1, bottom, wide - x0
        return np.stack([x0, top, x1, bottom], axis=1)


def stretches(boxes: Iterable[BBox]) -> Iterator[list[int]]:
    """The numbers of boxes that are drawn together: those between which there is little height."""
    found: list[int] = []
    end = -math.inf
    known = list(boxes)
    for number in sorted(range(len(known)), key=lambda n: known[n][1]):
        if found and known[number][1] > end + _BETWEEN:
            yield found
            found = []
        end = max(end, known[number][3]) if found else known[number][3]
        found.append(number)
    if found:
        yield found


def drawn(page: pdfium.PdfPage, boxes: Sequence[BBox], turn: int, scale: float = SCALE) -> Part | None:
    """What surrounds `boxes`, which are in points as displayed; None where that is nothing, or too much."""
    width, height = (math.ceil(side * scale) for side in page.get_size())
    sides = np.array(boxes, dtype=float).reshape(-1, 4) * scale
    left, top = (max(0, math.floor(side)) for side in sides[:, :2].min(axis=0))
    right, bottom = (math.ceil(side) for side in sides[:, 2:].max(axis=0))
    right, bottom = min(right, width), min(bottom, height)
    if right <= left or bottom <= top or (right - left) * (bottom - top) > _MOST_PIXELS:
        return None
    return Part(page, (left, top, right, bottom), turn, scale)


def _pixels(page: pdfium.PdfPage, area: Area, scale: float, *, is_gray: bool) -> Pixels:
    """An area of a page on white, as a viewer shows it."""
    left, top, right, bottom = area
    whole = (math.ceil(side * scale) for side in page.get_size())
    size = bottom - top, right - left
    pixels: Pixels = np.full(size if is_gray else (*size, 3), 255, dtype=np.uint8)
    kind = raw.FPDFBitmap_Gray if is_gray else raw.FPDFBitmap_BGR
    flags = raw.FPDF_ANNOT | (raw.FPDF_GRAYSCALE if is_gray else 0)
    bitmap = raw.FPDFBitmap_CreateEx(right - left, bottom - top, kind, pixels.ctypes.data, pixels.strides[0])
    if not bitmap:
        raise MemoryError
    at = -left, -top, *whole
    raw.FPDF_RenderPageBitmap(bitmap, page.raw, *at, 0, flags)
    if page.formenv:
        raw.FPDF_FFLDraw(page.formenv.raw, bitmap, page.raw, *at, 0, flags)
    raw.FPDFBitmap_Destroy(bitmap)
    return pixels
