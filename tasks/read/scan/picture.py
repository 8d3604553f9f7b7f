"""A picture under way from the file to an upright, clean page: pixels, and where each stands in the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from expectations.evidence import BBox

Pixels = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

WHITE = 255
_COLOURED, _BRIGHT = 45, 110
"""Between the strongest and the weakest of a pixel's colours, and of the strongest: ink of a seal or a marker."""
_PAPER = 1.12
"""What is nearly as bright as the ink of a seal is that ink."""
_GROUND = 24
"""Of the shorter side: how fine the map of a page's brightness is."""
_MARGIN = 0.2
"""Inches of white that are put around a picture: what is done to lines goes wrong at its edges."""
_BLACK, _INKED = 90, 120
"""How dark print is made whose darkest is not as dark as that: little toner, or faded."""
_DARKEST, _SHADE, _FAINTEST = 0.1, 200, 170
"""Of the pixels that are darker than that shade: print has so many of its darkest; and what is fainter is none."""
_TONES = 0.002
"""Of all pixels: a picture of black and white alone has no more that are neither."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`gray` is dark ink on white; `coloured` where coloured ink was taken out; `to_page` maps pixels to points.

    `dpi` is what it is worked at, `native` what it was taken at, as far as that is known; `is_bilevel`: black and white
    alone.
    """

    gray: Pixels = field(repr=False)
    coloured: Pixels = field(repr=False)
    to_page: Matrix = field(repr=False)
    dpi: float
    native: float
    is_bilevel: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.gray.shape[1], self.gray.shape[0]

    def warped(self, matrix: Matrix, size: tuple[int, int]) -> Picture:
        """The picture after `matrix`, in a frame of `size`; what comes in from outside is white."""
        gray = cv2.warpPerspective(
            self.gray, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=WHITE
        )
        coloured = cv2.warpPerspective(self.coloured, matrix, size, flags=cv2.INTER_NEAREST)
        to_page = self.to_page @ np.linalg.inv(matrix)
        return replace(self, gray=_pixels(gray), coloured=_pixels(coloured), to_page=to_page)

    def turned(self, quarters: int) -> Picture:
        """Turned clockwise by quarters of a full turn."""
        width, height = self.size
        matrices = {
            1: [[0, -1, height - 1], [1, 0, 0], [0, 0, 1]],
            2: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            3: [[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]],
        }
        if quarters % 4 == 0:
            return self
        matrix = np.array(matrices[quarters % 4], dtype=float)
        gray, coloured = (np.ascontiguousarray(np.rot90(part, -quarters)) for part in (self.gray, self.coloured))
        return replace(self, gray=gray, coloured=coloured, to_page=self.to_page @ np.linalg.inv(matrix))

    def on_page(self, box: Sequence[float]) -> BBox:
        """The box that a box of pixels covers in the document."""
        return box_under(self.to_page, box)


def box_under(matrix: Matrix, box: Sequence[float]) -> BBox:
    """The box around what becomes of a box."""
    x0, y0, x1, y1 = box
    corners = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], dtype=float)
    points = cv2.perspectiveTransform(corners, matrix)[0]
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def picture_of(image: Pixels, to_page: Matrix, dpi: float, native: float) -> Picture:
    """The picture in `image` (BGR or gray), cleaned of shadows and of coloured ink."""
    flat = _flattened(image)
    gray, coloured = (flat, np.zeros_like(flat)) if flat.ndim == 2 else _without_colours(flat)
    counts = np.bincount(gray.ravel(), minlength=256)
    is_bilevel = bool(counts[24:232].sum() < _TONES * gray.size)
    gray = _as_black(gray, counts)
    edge = round(_MARGIN * dpi)
    gray, coloured = (
        _pixels(cv2.copyMakeBorder(part, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=value))
        for part, value in ((gray, WHITE), (coloured, 0))
    )
    shift = np.array([[1, 0, -edge], [0, 1, -edge], [0, 0, 1]], dtype=float)
    return Picture(gray, coloured, to_page @ shift, dpi, native, is_bilevel)


def rectifying(corners: Matrix) -> tuple[Matrix, tuple[int, int]]:
    """What makes a rectangle of four corners (from the top left, clockwise), and its size."""
    (a, b, c, d) = corners
    width = int(max(np.linalg.norm(b - a), np.linalg.norm(c - d)))
    height = int(max(np.linalg.norm(d - a), np.linalg.norm(c - b)))
    wanted = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), wanted), float), (width, height)


def _without_colours(image: Pixels) -> tuple[Pixels, Pixels]:
    """Black print stays, for it is darker than the seal that lies over it; and where there is coloured ink.

    Brightness is stored sharp, colour is not: how bright the ink alone would be is told by the strongest colour nearby,
    and print by what is darker than that.
    """
    blue, green, red = cv2.split(image)
    strongest, weakest = _pixels(cv2.max(cv2.max(blue, green), red)), _pixels(cv2.min(cv2.min(blue, green), red))
    is_coloured = np.asarray((cv2.subtract(strongest, weakest) > _COLOURED) & (strongest > _BRIGHT), np.uint8)
    gray = _pixels(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    if not is_coloured.any():
        return gray, is_coloured
    near = cv2.dilate(is_coloured, np.ones((7, 7), np.uint8)) > 0
    colour = cv2.dilate(cv2.subtract(strongest, weakest), np.ones((13, 13), np.uint8)).astype(np.float32)
    full = float(np.percentile(colour[is_coloured > 0], 60))
    alone = float(np.median(gray[(is_coloured > 0) & (colour >= 0.9 * full)]))
    share = np.minimum(colour[near] / full, 1.0)
    ground = WHITE * (1 - share) + alone * share
    gray[near] = np.minimum(gray[near] / np.maximum(ground, 1.0) * WHITE * _PAPER, WHITE)
    return gray, is_coloured


def _as_black(gray: Pixels, counts: npt.NDArray[np.intp]) -> Pixels:
    """Faint print as dark as print is; any other as it was. `counts` has the number of pixels of each shade."""
    shades = np.cumsum(counts[:_SHADE])
    darkest = int(np.searchsorted(shades, _DARKEST * shades[-1]))
    if not _INKED < darkest <= _FAINTEST:
        return gray
    darker = WHITE - (WHITE - np.arange(256)) * (WHITE - _BLACK) / (WHITE - darkest)
    return _pixels(cv2.LUT(gray, np.clip(darker, 0, WHITE).astype(np.uint8)))


def _flattened(image: Pixels) -> Pixels:
    """Ink on white, whatever shadow lies on the page: each pixel as a share of the paper around it."""
    height, width = image.shape[:2]
    step = max(1, min(height, width) // (_GROUND * 12))
    small = cv2.resize(image, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    side = max(3, min(small.shape[:2]) // _GROUND) | 1
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((side, side), np.uint8)), side)
    paper = cv2.GaussianBlur(paper, (0, 0), side / 2)
    ground = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return _pixels(cv2.divide(image, np.maximum(ground, 1), scale=float(WHITE)))


def _pixels(array: npt.NDArray[np.generic] | cv2.typing.MatLike) -> Pixels:
    return np.asarray(array, dtype=np.uint8)


def mask(flags: npt.NDArray[np.bool_]) -> Pixels:
    """As ink where they are true."""
    return _pixels(flags * np.uint8(255))


def kept(labels: cv2.typing.MatLike, keeps: npt.NDArray[np.bool_]) -> Pixels:
    """The pieces of ink that are kept, by their labels; the first label is that of the paper."""
    keeps[0] = False
    return mask(keeps[labels])
