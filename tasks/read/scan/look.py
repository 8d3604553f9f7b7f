"""One picture, from its pixels to grids and lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise

import cv2
import numpy as np

from expectations.evidence import BBox
from expectations.forms import FORMS
from tasks.read.grid import Grid
from tasks.read.lines import Line
from tasks.read.ocr.engine import Crop, lines
from tasks.read.ruled import ruled_grids
from tasks.read.scan.cells import FIGURE_LIKE, read_cells
from tasks.read.scan.picture import Matrix, Picture, Pixels, box_under, picture_of
from tasks.read.scan.print import Box, Sheet, running_lines, sheet_of
from tasks.read.scan.ruling import ruled_page, squared
from tasks.read.scan.seen import FigureSeen, GridSeen, LineSeen, PictureSeen
from tasks.read.scan.spread import leaves
from tasks.read.scan.upright import facing, sheet_matrix, straightened

_HAN = re.compile(r"[\u3400-\u9fff]")
_SAMPLES = 7
_LEGIBLE = 0.75
"""Of the samples' confidence: a page that stands upright is read at least so well."""
_CELLS = 4
"""A grid of several rows with fewer cells is a frame."""
_SHORT = 30
"""Characters: headings, titles and signatures are no longer."""
_NUMBER = re.compile("[0-9○〇零]")


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters."""
    return {a + b for a, b in pairwise(text) if _HAN.match(a) and _HAN.match(b)}


_PAIRS = frozenset(
    pair
    for form in FORMS.values()
    for text in (
        *(figure.label for figure in form.figures()),
        *(row.label + " " + row.group for row in form.rows),
        *(section.heading for section in form.sections),
    )
    for pair in _pairs(text)
)
"""Neighbouring characters in the labels and headings of the forms."""
_WORD = 1.0
"""Of its height: a wider gap in a line is a space."""


def look(image: Pixels, to_page: Matrix, dpi: float, native: float, page: int, *, is_page: bool = False) -> PictureSeen:
    """What `image` (BGR or gray) shows; `to_page` maps its pixels to the points of `page`.

    Of two pages on a sheet, which only a whole page of the document may be, the second stands below the first.
    """
    place = box_under(to_page, (0, 0, image.shape[1], image.shape[0]))
    cut = sheet_matrix(image)
    if cut:
        matrix, size = cut
        image = np.asarray(cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC), np.uint8)
        to_page = to_page @ np.linalg.inv(matrix)
    whole = picture_of(image, to_page, dpi, native)
    sheet = facing(sheet_of(straightened(whole)), _legibility, _LEGIBLE)
    pages = leaves(sheet) if is_page else [sheet]
    down = place[3] - place[1]
    seen = [
        _seen(one, page, (place[0], place[1] + n * down, place[2], place[3] + n * down)) for n, one in enumerate(pages)
    ]
    grids, texts, figures = (tuple(chain.from_iterable(parts)) for parts in zip(*seen, strict=True))
    return PictureSeen(page, place, grids, texts, figures, native, whole.is_bilevel)


def _seen(sheet: Sheet, page: int, place: BBox) -> tuple[list[GridSeen], list[LineSeen], list[FigureSeen]]:
    """What one page shows, that stands in `place` in the order of reading."""
    better = squared(sheet.picture, sheet.ruling)
    sheet = sheet_of(better) if better else sheet
    picture = sheet.picture
    found = [g for g in ruled_grids(ruled_page(picture, sheet.ruling, page)) if _is_table(g)]
    read = [read_cells(sheet, grid, page) for grid in found]
    tables = [_extent(grid, picture.dpi / 72) for grid in found]
    return (
        [GridSeen(_down(box, picture, place), grid) for box, (grid, _) in zip(tables, read, strict=True)],
        _lines(sheet, tables, page, place),
        [figure for _, figures in read for figure in figures],
    )


def _is_table(grid: Grid) -> bool:
    return len(grid.cells) >= (_CELLS if grid.rows > 1 else 2)


def _down(box: Box, picture: Picture, place: BBox) -> float:
    """How far down its page a box begins, were the picture on it as upright as it was made."""
    return place[1] + box[1] / picture.size[1] * (place[3] - place[1])


def _extent(grid: Grid, scale: float) -> Box:
    boxes = np.array([cell.bbox for cell in grid.cells]) * scale
    x0, top = boxes[:, :2].min(axis=0)
    x1, bottom = boxes[:, 2:].max(axis=0)
    return int(x0), int(top), int(x1), int(bottom)


def _lines(sheet: Sheet, tables: list[Box], number: int, place: BBox) -> list[LineSeen]:
    """The running text, each line by two crops."""
    rows = running_lines(sheet, tables)
    flat = [box for row in rows for box in row]
    first = lines([sheet.crop(box) for box in flat])
    matters = [n for n, seen in enumerate(first) if _matters(seen.text, flat[n], flat)]
    again = list(first)
    for n, seen in zip(matters, lines([_other(sheet, flat[n]) for n in matters]), strict=True):
        again[n] = seen
    found: list[LineSeen] = []
    at = 0
    for row in rows:
        parts = slice(at, at + len(row))
        at += len(row)
        text, other = (_joined(row, [seen.text for seen in read[parts]]) for read in (first, again))
        y = _down(row[0], sheet.picture, place)
        size = max(b[3] - b[1] for b in row) * 72 / sheet.picture.dpi
        confidence = min(seen.confidence for seen in first[parts])
        if text.strip():
            found.append(LineSeen(Line(text, size, number), other, y, confidence))
    return found


def _matters(text: str, box: Box, others: Sequence[Box]) -> bool:
    """Whether a line may name the body or a number, or be a title: it is read once more."""
    usual = sorted(b[3] - b[1] for b in others)[len(others) // 2]
    return len(text) < _SHORT or box[3] - box[1] > 1.2 * usual or bool(_NUMBER.search(text))


def _other(sheet: Sheet, box: Box) -> Crop:
    """The same line from a wider crop of the page as it was, smaller."""
    crop = sheet.crop(box, 0.04)
    return np.asarray(cv2.resize(crop, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA), np.uint8)


def _joined(row: list[Box], texts: list[str]) -> str:
    pieces: list[str] = []
    end: int | None = None
    for box, text in zip(row, texts, strict=True):
        gap = end is not None and box[0] - end > _WORD * (box[3] - box[1])
        pieces.append(f" {text}" if gap else text)
        end = box[2]
    return "".join(pieces)


def _legibility(sheet: Sheet) -> float:
    """How sure the model is of a sample of lines, if they are Chinese; 1 where there is no print.

    Characters that lie on their side are recognised as well, and stand in line with those of the next lines: words that
    a report of this kind must have are what only an upright page shows.
    """
    boxes = [box for row in running_lines(sheet, []) for box in row if box[3] - box[1] > 8]
    wide = sorted((b for b in boxes if b[2] - b[0] > 2.5 * (b[3] - b[1])), key=lambda b: b[0] - b[2])
    if not sheet.print.any():
        return 1.0
    chosen = wide[:: max(1, len(wide) // _SAMPLES)][:_SAMPLES]
    if not chosen:
        return 0.0
    seen = [one for one in lines([sheet.crop(box)[:, : 10 * (box[3] - box[1])] for box in chosen]) if one.text]
    words = [one for one in seen if not FIGURE_LIKE.match(one.text)]
    good = sum(one.confidence for one in words if len(_HAN.findall(one.text)) >= 2)
    told = sum(not _pairs(one.text).isdisjoint(_PAIRS) for one in words)
    return good / max(len(words), 3) * min(1.0, 2 * told / max(len(words), 1))
