"""What the cells of a grid print: labels line by line, figures by tight crops and as digits alone, each twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz.distance import Indel

from expectations.forms import FORMS
from tasks.read.grid import Grid, GridCell
from tasks.read.labels import key
from tasks.read.ocr.engine import Crop, digits, lines_and_digits
from tasks.read.ocr.looks import sharpened
from tasks.read.scan.pale import INK
from tasks.read.scan.picture import WHITE
from tasks.read.scan.print import Box, Sheet, has_traces, lines_in
from tasks.read.scan.seen import ENGINE, FigureSeen

FIGURE_LIKE = re.compile(r"[^\u3400-\u4dff\u4e01-\u4e27\u4e29-\u9fff]*\Z")
"""Whatever the model makes of a figure or a dash, it is no Chinese character but 一 or 丨: every label has one."""
_WIDE = 7.0
"""Of its height: a line that is wider holds no figure alone."""
_ALIKE, _APART = 0.7, 0.1
"""A head is the form's if it is so like it, and less like any other."""
_FLAT, _SLANT, _THIN = 0.3, 0.2, 0.35
"""Of the usual height a dash is not as high; a slash is a straight stroke that leans so much, in each row so thin."""
_SHRINK = 0.012
_BOLDER = 1.6
"""The second crop is so much larger, and black and white."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One line of print in a cell of the grid."""

    cell: int
    box: Box
    is_lone: bool


def read_cells(sheet: Sheet, grid: Grid, page: int) -> tuple[Grid, list[FigureSeen]]:
    """The grid of a sheet, in its own points, with what it prints, in the document's; and the figures in it."""
    scale = sheet.picture.dpi / 72
    edge = max(1, round(_SHRINK * sheet.picture.dpi))
    boxes = [_inner(cell, scale, edge) for cell in grid.cells]
    pieces = [
        _Piece(n, line, len(found) == 1)
        for n, box in enumerate(boxes)
        for found in [lines_in(sheet, box)]
        for line in found
    ]
    crops = [sheet.crop(piece.box) for piece in pieces]
    read = lines_and_digits(crops)
    texts = [text for text, _ in read]
    short = [n for n, p in enumerate(pieces) if p.is_lone and _is_short(p.box) and FIGURE_LIKE.match(texts[n].text)]
    again = digits([sharpened(sheet.crop(pieces[n].box, pad=0.045), _BOLDER, blur=3) for n in short])
    as_figure = {n: (read[n][1], other) for n, other in zip(short, again, strict=True)}
    by_cell: dict[int, list[int]] = {}
    for n, piece in enumerate(pieces):
        by_cell.setdefault(piece.cell, []).append(n)
    figures: list[FigureSeen] = []
    cells: list[GridCell] = []
    for n, cell in enumerate(grid.cells):
        own = by_cell.get(n, [])
        place = sheet.picture.on_page([v * scale for v in cell.bbox or ()])
        if len(own) == 1 and own[0] in as_figure:
            one, two = as_figure[own[0]]
            crop = np.ascontiguousarray(crops[own[0]])
            mark = _mark(crop, sheet.usual)
            figure = FigureSeen(
                page, place, mark or _cleaned(one.text), one.confidence, _cleaned(two.text), two.confidence,
                width=crop.shape[1], pixels=crop.tobytes(), is_mark=bool(mark),
            )  # fmt: skip
            figures.append(figure)
            text = figure.text
        elif own:
            text = _snapped("\n".join(texts[i].text for i in own))
        else:
            figures.append(FigureSeen(page, place, "", 1.0, is_unsure=has_traces(sheet, boxes[n])))
            text = ""
        cells.append(cell._replace(text=text, bbox=place))
    return Grid(tuple(cells), grid.rows, page, ENGINE), figures


def _inner(cell: GridCell, scale: float, edge: int) -> Box:
    assert cell.bbox
    x0, top, x1, bottom = (round(v * scale) for v in cell.bbox)
    return max(0, x0 + edge), max(0, top + edge), x1 - edge, bottom - edge


def _is_short(box: Box) -> bool:
    return box[2] - box[0] <= _WIDE * (box[3] - box[1]) or box[3] - box[1] < 12


def _mark(crop: Crop, usual: float) -> str:
    """A dash or a slash if the ink has its shape: what stands for none, and models take for a 1."""
    ink = crop < max(INK, (int(crop.min()) + WHITE) // 2)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return ""
    high, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    if high <= _FLAT * usual:
        return "-" if 2 * high <= wide <= 3 * usual else ""
    if high < usual / 2 or wide > high or len(rows) < 0.8 * high:
        return ""
    spans = [np.flatnonzero(ink[row]) for row in rows]
    if max(int(np.ptp(span)) + 1 for span in spans) > max(3.0, _THIN * high):
        return ""
    slope, place = np.polyfit(rows, [span.mean() for span in spans], 1)
    off = np.array([span.mean() for span in spans]) - (slope * rows + place)
    return "/" if slope <= -_SLANT and float(np.abs(off).max()) <= max(1.5, 0.1 * high) else ""


def _cleaned(text: str) -> str:
    """Without the points that dirt beside a figure makes."""
    return text.strip(".,")


def _snapped(text: str) -> str:
    """A head of the form for what is nearly one; any other text as it is."""
    printed = key(text)
    if len(printed) < 2 or printed in _heads():
        return text
    likeness = sorted(((Indel.normalized_similarity(printed, head), head) for head in _heads()), reverse=True)
    (best, head), (other, _) = likeness[0], likeness[1]
    return _heads()[head] if best >= _ALIKE and best - other >= _APART else text


@cache
def _heads() -> dict[str, str]:
    """By its key every head of a column, group or block that is found to the letter."""
    form = FORMS["2021"]
    texts = ["信息内容", "申请人情况", "法人或其他组织", "行政诉讼"]
    texts += [item.article for one in FORMS.values() for item in one.items]
    texts += [name for column in (*form.applicants, *form.results) for name in (column.label, *column.aliases)]
    texts += [group.label for group in form.groups]
    return {key(text): text for text in texts}
