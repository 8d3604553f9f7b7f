"""What is really printed in a cell: its dark pixels must be explained by the characters that were read there.

Rendering shares no code with text extraction, and costs a tenth of a second engine: that one is asked only about cells
with ink that no character explains. Red is not counted as ink: seals are printed over tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from expectations.evidence import BBox, Cell
from tasks.read.page import Page

SCALE = 2.0
"""Pixels a point."""
_DARK = 110
_BORDER = 1.5
_SLACK = 1.5
_SPECKS = 4
"""Pixels: fewer dark ones are dust."""

Pixels = npt.NDArray[np.bool_]


def unexplained(drawn: Sequence[pdfium.PdfPage], pages: Sequence[Page], cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """The cells with ink outside the characters read in them. `pages` are what was read of the `drawn` ones."""
    placed = sorted((c for c in cells if c.page and c.bbox), key=_line)
    found: list[Cell] = []
    for (number, _, _), group in groupby(placed, key=_line):
        found.extend(_unexplained(drawn[number - 1], pages[number - 1], list(group)))
    return tuple(found)


def _line(cell: Cell) -> tuple[int, float, float]:
    """Cells beside each other are rendered at once; more of the page would be slower than another rendering."""
    assert cell.page
    assert cell.bbox
    return cell.page, cell.bbox[1], cell.bbox[3]


def _unexplained(page: pdfium.PdfPage, read: Page, cells: Sequence[Cell]) -> Iterator[Cell]:
    boxes = [cell.bbox for cell in cells if cell.bbox]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    area = min(lefts), min(tops), max(rights), max(bottoms)
    dark = _dark_pixels(page, area)
    chars = [box for box in (read.as_displayed(c[1:5]) for c in read.chars) if _holds(area, box)]
    for cell, box in zip(cells, boxes, strict=True):
        inside = [c for c in chars if _holds(box, c)]
        if not _explains(dark, area[0], area[1], box, inside):
            yield cell


def _dark_pixels(page: pdfium.PdfPage, area: BBox) -> Pixels:
    width, height = page.get_size()
    crop = (max(0, area[0]), max(0, height - area[3]), max(0, width - area[2]), max(0, area[1]))
    bitmap = page.render(scale=SCALE, crop=crop, may_draw_forms=False, draw_annots=False)
    pixels = bitmap.to_numpy()
    red = pixels if pixels.ndim == 2 else pixels[:, :, 2]
    dark: Pixels = red < _DARK
    return dark


def _holds(box: BBox, char: BBox) -> bool:
    x, y = (char[0] + char[2]) / 2, (char[1] + char[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _explains(dark: Pixels, left: float, top: float, box: BBox, chars: Sequence[BBox]) -> bool:
    """Whether all dark pixels inside `box` lie on or beside the characters."""
    x0, y0 = _pixel(box[0] + _BORDER - left), _pixel(box[1] + _BORDER - top)
    x1, y1 = _pixel(box[2] - _BORDER - left), _pixel(box[3] - _BORDER - top)
    ink = dark[y0:y1, x0:x1].copy()
    for char in chars:
        rows = max(0, _pixel(char[1] - _SLACK - top) - y0), max(0, _pixel(char[3] + _SLACK - top) - y0)
        columns = max(0, _pixel(char[0] - _SLACK - left) - x0), max(0, _pixel(char[2] + _SLACK - left) - x0)
        ink[slice(*rows), slice(*columns)] = False
    return int(ink.sum()) < _SPECKS


def _pixel(points: float) -> int:
    return max(0, round(points * SCALE))
