"""What is really printed: characters must leave ink where they stand, and ink in a cell must be that of characters.

Rendering shares no code with text extraction. What shows no ink is covered, clipped, as pale as its ground, or hidden
by a layer or an annotation; ink that no character explains is a digit drawn as curves, a picture, handwriting. Only the
places in question are rendered, in gray; red ink is none, for seals are printed over tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox
from tasks.read.page import Boxes, Char, Page

SCALE = 1.5
"""Pixels a point."""
_GRID = 2.0
"""Points: a rendered area begins at a multiple of this, which is one of pixels too."""
_TOUCHING = 1.0
"""Points: boxes that are not farther apart are drawn in one go."""
_UNIFORM = 24
"""Gray levels: less is no difference that can be seen."""
_DARK = 70
"""Gray levels below its ground: paler marks are watermarks and shading."""
_WHITE = 255
_BORDER = 1.5
_SLACK = 1.5
_EDGE = 0.1
"""Of a character's box: its margins, where a neighbour's ink may be."""
_FRAME, _ALONG = 5, 0.8
"""Pixels from a side, and share of what no character covers of its length, for a line that is a frame's."""
_SPECKS = 3
"""Pixels: fewer dark ones are dust."""

Pixels = npt.NDArray[np.uint8]


def boxes_of(boxes: Iterable[BBox]) -> Boxes:
    """Boxes as an array."""
    return np.array(list(boxes), dtype=float).reshape(-1, 4).T


def boxes_of_chars(chars: Sequence[Char]) -> Boxes:
    """Those of characters."""
    _, *sides, _, _ = zip(*chars, strict=True) if chars else ((),) * 7
    return np.fromiter(chain.from_iterable(sides), dtype=float).reshape(4, -1)


def shown(page: Page, boxes: Boxes) -> Boxes:
    """Upright boxes of `page` as a viewer shows them."""
    if page.turn == 0:
        return boxes
    return np.stack(page.as_displayed(tuple(boxes)))


def unseen(drawn: pdfium.PdfPage, page: Page, chars: Sequence[Char]) -> list[Char]:
    """Which of some characters of a page, that stand close together, leave no ink."""
    boxes = shown(page, boxes_of_chars(chars))
    return [chars[n] for n in Rendered(drawn, bands(boxes)).without_ink(cores(boxes))]


def around(boxes: Boxes) -> BBox:
    return float(boxes[0].min()), float(boxes[1].min()), float(boxes[2].max()), float(boxes[3].max())


def bands(boxes: Boxes) -> list[BBox]:
    """What surrounds the boxes, but for the stretches of height between them: there may be much that takes long."""
    order = np.argsort(boxes[1])
    ends = np.maximum.accumulate(boxes[3, order])
    starts = np.flatnonzero(boxes[1, order][1:] > ends[:-1] + _TOUCHING) + 1
    return [around(boxes[:, band]) for band in np.split(order, starts)]


class Rendered:
    """Parts of a page as a person sees them, annotations and form fields too."""

    def __init__(self, page: pdfium.PdfPage, areas: Sequence[BBox]) -> None:
        self._page = page
        self._areas = [(*(max(0.0, _GRID * (side // _GRID)) for side in area[:2]), *area[2:]) for area in areas]
        x0, top, _, _ = zip(*self._areas, strict=True)
        self._left, self._top = min(x0), min(top)
        self._gray = self._render(grayscale=True)
        self._colors: Pixels | None = None

    def _render(self, *, grayscale: bool) -> Pixels:
        """The areas on white: between them may be much text, which would take long."""
        width, height = self._page.get_size()
        whole_width, whole_height = math.ceil(width * SCALE), math.ceil(height * SCALE)
        parts = [
            (
                round(x0 * SCALE),
                round(top * SCALE),
                whole_width - math.ceil(max(0.0, width - x1) * SCALE),
                whole_height - math.ceil(max(0.0, height - bottom) * SCALE),
            )
            for x0, top, x1, bottom in self._areas
        ]
        left, top = round(self._left * SCALE), round(self._top * SCALE)
        size = max(0, *(part[3] - top for part in parts)), max(0, *(part[2] - left for part in parts))
        pixels: Pixels = np.full(size if grayscale else (*size, 3), _WHITE, dtype=np.uint8)
        for x0, y0, x1, y1 in parts:
            if x1 > x0 and y1 > y0:
                at = -x0, -y0, whole_width, whole_height
                self._draw(pixels[y0 - top : y1 - top, x0 - left : x1 - left], at, grayscale)
        return pixels

    def _draw(self, part: Pixels, at: tuple[int, int, int, int], grayscale: bool) -> None:
        """Draw the page, `at` where it begins and as large as it is, into `part` of the pixels."""
        part[:] = _WHITE
        height, width = part.shape[:2]
        kind = raw.FPDFBitmap_Gray if grayscale else raw.FPDFBitmap_BGR
        flags = raw.FPDF_ANNOT | (raw.FPDF_GRAYSCALE if grayscale else 0)
        bitmap = raw.FPDFBitmap_CreateEx(width, height, kind, part.ctypes.data, part.strides[0])
        if not bitmap:
            raise MemoryError
        raw.FPDF_RenderPageBitmap(bitmap, self._page.raw, *at, 0, flags)
        if self._page.formenv:
            raw.FPDF_FFLDraw(self._page.formenv.raw, bitmap, self._page.raw, *at, 0, flags)
        raw.FPDFBitmap_Destroy(bitmap)

    @property
    def _color(self) -> Pixels:
        """The same in colours (blue, green, red): needed for few."""
        if self._colors is None:
            self._colors = self._render(grayscale=False)
        return self._colors

    def without_ink(self, places: Boxes) -> list[int]:
        """The indices of the places with nothing but an even ground."""
        tinted = self._gray < _WHITE - _UNIFORM
        found: list[int] = []
        for n, (top, bottom, left, right) in enumerate(self._pixels(places)):
            part = tinted[top:bottom, left:right]
            if np.count_nonzero(part) in (0, part.size) and self._is_even(slice(top, bottom), slice(left, right)):
                found.append(n)
        return found

    def _is_even(self, rows: slice, columns: slice) -> bool:
        gray = self._gray[rows, columns]
        if gray.size and int(gray.max()) - int(gray.min()) >= _UNIFORM:
            return False
        colors = self._color[rows, columns].reshape(-1, 3).astype(int)
        return not colors.size or int((colors.max(axis=0) - colors.min(axis=0)).max()) < _UNIFORM

    def marked(self, cells: Boxes, explained: Boxes) -> list[int]:
        """The indices of the cells with ink outside the boxes that explain it."""
        dark = self._gray < _WHITE - _DARK
        slack = np.array([[-_SLACK], [-_SLACK], [_SLACK], [_SLACK]])
        printed = self._pixels(explained + slack)
        for top, bottom, left, right in printed:
            dark[top:bottom, left:right] = False
        places = enumerate(self._pixels(inner(cells)))
        suspects = [
            (n, slice(top, bottom), slice(left, right))
            for n, (top, bottom, left, right) in places
            if np.count_nonzero(dark[top:bottom, left:right])
        ]
        if not suspects:
            return []
        paper = np.ones(dark.shape, dtype=bool)
        for top, bottom, left, right in printed:
            paper[top:bottom, left:right] = False
        return [n for n, rows, columns in suspects if self._has_marks(paper, rows, columns)]

    def _has_marks(self, paper: npt.NDArray[np.bool_], rows: slice, columns: slice) -> bool:
        """Whether what no character explains stands out from its ground, in red light."""
        red = self._color[rows, columns][:, :, 2].astype(int)
        bare = paper[rows, columns]
        marks = bare & (abs(red - int(np.median(red))) > _DARK)
        return int(_without_frame(marks, bare).sum()) >= _SPECKS

    def _pixels(self, boxes: Boxes) -> list[list[int]]:
        """Top, bottom, left, right of each box in pixels; at least one."""
        x0, top, x1, bottom = np.maximum(0, np.rint((boxes - self._corner) * SCALE)).astype(int)
        pixels: list[list[int]] = np.stack([top, np.maximum(bottom, top + 1), x0, np.maximum(x1, x0 + 1)]).T.tolist()
        return pixels

    @property
    def _corner(self) -> Boxes:
        return np.array([[self._left], [self._top], [self._left], [self._top]])


def _without_frame(marks: npt.NDArray[np.bool_], paper: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The marks of a cell without lines along its sides: the frame that it has of its own, inside that of the table."""
    for turned, bare in ((marks, paper), (marks.T, paper.T)):
        is_line = turned.sum(axis=1) > _ALONG * bare.sum(axis=1)
        wide = min(_FRAME, len(is_line) // 4)
        is_line[wide : len(is_line) - wide] = False
        turned[is_line] = False
    return marks


def inner(cells: Boxes) -> Boxes:
    """Cells less their borders."""
    less: Boxes = cells + np.array([[_BORDER], [_BORDER], [-_BORDER], [-_BORDER]])
    return less


def cores(chars: Boxes) -> Boxes:
    """Characters' boxes less their margins."""
    x0, top, x1, bottom = chars
    across, down = _EDGE * (x1 - x0), _EDGE * (bottom - top)
    return np.stack([x0 + across, top + down, x1 - across, bottom - down])


def common(boxes: Boxes, others: Boxes) -> Boxes:
    """What each box has in common with the other at its index."""
    shared: Boxes = np.concatenate([np.maximum(boxes[:2], others[:2]), np.minimum(boxes[2:], others[2:])])
    return shared
