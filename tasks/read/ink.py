"""What is really printed: characters must leave ink where they stand, and ink in a cell must be that of characters.

Rendering shares no code with text extraction. What shows no ink is covered, clipped, as pale as its ground, or hidden
by a layer or an annotation; ink that no character explains is a digit drawn as curves, a picture, handwriting. Only the
places in question are rendered, in gray; red ink is none, for seals are printed over tables.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from expectations.evidence import BBox
from tasks.read.page import Boxes, Char, Page

SCALE = 1.5
"""Pixels a point."""
_UNIFORM = 24
"""Gray levels: less is no difference that can be seen."""
_DARK = 70
"""Gray levels below its ground: paler marks are watermarks and shading."""
_WHITE = 255
_BORDER = 1.5
_SLACK = 1.5
_EDGE = 0.1
"""Of a character's box: its margins, where a neighbour's ink may be."""
_SPECKS = 3
"""Pixels: fewer dark ones are dust."""

Pixels = npt.NDArray[np.uint8]


def displayed(page: Page, chars: Sequence[Char]) -> Boxes:
    """The boxes of characters of `page` as a viewer shows them."""
    boxes = np.array([char[1:5] for char in chars], dtype=float).reshape(-1, 4).T
    return np.stack(page.as_displayed(tuple(boxes)))  # type: ignore[arg-type]


def unseen(drawn: pdfium.PdfPage, page: Page, chars: Sequence[Char]) -> list[Char]:
    """Which of some characters of a page, that stand close together, leave no ink."""
    boxes = displayed(page, chars)
    rendered = Rendered(drawn, around(boxes))
    return [char for char, box in zip(chars, boxes.T.tolist(), strict=True) if not rendered.shows(box)]


def around(boxes: Boxes) -> BBox:
    return float(boxes[0].min()), float(boxes[1].min()), float(boxes[2].max()), float(boxes[3].max())


class Rendered:
    """A part of a page as a person sees it, annotations and form fields too."""

    def __init__(self, page: pdfium.PdfPage, area: BBox) -> None:
        self._page, self._left, self._top = page, max(0.0, area[0]), max(0.0, area[1])
        width, height = page.get_size()
        self._crop = (self._left, max(0.0, height - area[3]), max(0.0, width - area[2]), self._top)
        self._gray = self._render(grayscale=True)
        self._dark = self._gray < _WHITE - _DARK

    def _render(self, *, grayscale: bool) -> Pixels:
        pixels: Pixels = self._page.render(
            scale=SCALE, crop=self._crop, grayscale=grayscale, may_draw_forms=True, draw_annots=True
        ).to_numpy()
        return pixels

    def shows(self, char: BBox, cell: BBox | None = None) -> bool:
        """Whether there is anything in the core of a character's box, inside its cell's border, but an even ground."""
        place = self._slices(_core(char, cell))
        gray = self._gray[place]
        if not gray.size:
            return False
        if int(gray.max()) - int(gray.min()) >= _UNIFORM:
            return True
        colors = self._color[place].reshape(-1, 3).astype(int)
        return int((colors.max(axis=0) - colors.min(axis=0)).max()) >= _UNIFORM

    def is_marked(self, cell: BBox, explained: Boxes) -> bool:
        """Whether there is ink in a cell outside the boxes that explain it."""
        inner = self._slices((cell[0] + _BORDER, cell[1] + _BORDER, cell[2] - _BORDER, cell[3] - _BORDER))
        if not self._dark[inner].any():
            return False
        paper = np.ones(self._gray.shape, dtype=bool)
        x0, top, x1, bottom = explained
        near = (x0 < cell[2] + _SLACK) & (x1 > cell[0] - _SLACK) & (top < cell[3] + _SLACK) & (bottom > cell[1] - _SLACK)
        for a, b, c, d in explained[:, near].T.tolist():
            paper[self._slices((a - _SLACK, b - _SLACK, c + _SLACK, d + _SLACK))] = False
        if int((self._dark & paper)[inner].sum()) < _SPECKS:
            return False
        red = self._color[inner][:, :, 2].astype(int)
        return int((paper[inner] & (abs(red - int(np.median(red))) > _DARK)).sum()) >= _SPECKS

    @property
    def _color(self) -> Pixels:
        """The same in colours (blue, green, red): needed for few."""
        if not hasattr(self, "_colors"):
            self._colors = self._render(grayscale=False)
        return self._colors

    def _slices(self, box: Sequence[float]) -> tuple[slice, slice]:
        x0, top, x1, bottom = box
        return (
            slice(_pixel(top - self._top), max(_pixel(top - self._top) + 1, _pixel(bottom - self._top))),
            slice(_pixel(x0 - self._left), max(_pixel(x0 - self._left) + 1, _pixel(x1 - self._left))),
        )


def _pixel(points: float) -> int:
    return max(0, round(points * SCALE))


def _core(char: BBox, cell: BBox | None) -> BBox:
    x0, top, x1, bottom = char
    across, down = _EDGE * (x1 - x0), _EDGE * (bottom - top)
    x0, top, x1, bottom = x0 + across, top + down, x1 - across, bottom - down
    if cell is None:
        return x0, top, x1, bottom
    return max(x0, cell[0] + _BORDER), max(top, cell[1] + _BORDER), min(x1, cell[2] - _BORDER), min(bottom, cell[3] - _BORDER)
