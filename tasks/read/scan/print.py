"""Where print stands in a picture: the lines of a cell, and those of running text; each as a tight crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from tasks.read.ocr.crops import bands, joined
from tasks.read.scan.picture import WHITE, Picture, Pixels, kept
from tasks.read.scan.ruling import Ruling, ruling_of

Box = tuple[int, int, int, int]
"""x0, top, x1, bottom in pixels."""

_SPECK = 0.011
"""Inches: what is less wide and high is dirt, or a point."""
_STROKE = 0.026
"""Inches: print has a stroke that is longer, or it is dirt."""
_THIN = 0.02
"""Inches: what is as thin, along the edge of a cell, is of its rule."""
_PAD = 0.02
_ONE_LINE = 1.25
"""Of the usual height of characters: what is not higher is one line."""
_WORD = 0.1
"""Inches: print that is closer is one piece of a line."""
_FAINT = 205
"""A pixel that is darker may be ink that is hardly seen."""
_HIGHEST = 0.6
"""Inches: what is higher is no line of print, but the edge of a sheet or a drawing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An upright picture with its print: ink that is no rule and no dirt, and what to crop from, without rules."""

    picture: Picture
    ruling: Ruling = field(repr=False)
    print: Pixels = field(repr=False)
    bare: Pixels = field(repr=False)
    usual: float
    """Pixels: how high its characters are."""

    def crop(self, box: Box, pad: float = _PAD) -> Pixels:
        """What stands in a box and closely around it."""
        x0, top, x1, bottom = box
        edge = round(pad * self.picture.dpi)
        width, height = self.picture.size
        return self.bare[max(0, top - edge) : min(height, bottom + edge), max(0, x0 - edge) : min(width, x1 + edge)]

    def turned(self, quarters: int) -> Sheet:
        """Turned clockwise by quarters of a full turn, with what is print in it."""
        horizontal, vertical, ink, text, bare = (
            np.ascontiguousarray(np.rot90(part, -quarters))
            for part in (self.ruling.horizontal, self.ruling.vertical, self.ruling.ink, self.print, self.bare)
        )
        ruling = Ruling(vertical, horizontal, ink) if quarters % 2 else Ruling(horizontal, vertical, ink)
        return Sheet(self.picture.turned(quarters), ruling, text, bare, self.usual)


def sheet_of(picture: Picture) -> Sheet:
    """The picture with its print told from ruling and dirt."""
    ruling = ruling_of(picture)
    least = max(2, round(_SPECK * picture.dpi))
    text = ruling.text
    _, labels, stats, _ = cv2.connectedComponentsWithStats(text, connectivity=8)
    wide, high, area = (stats[:, n] for n in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    is_print = (np.maximum(wide, high) >= least) & (area >= least * least * 0.6)
    is_print[0] = False
    bare = picture.gray.copy()
    bare[cv2.dilate(ruling.both, np.ones((3, 3), np.uint8)) > 0] = WHITE
    glyphs = high[is_print & (high >= 2 * least) & (high <= _HIGHEST * picture.dpi) & (wide <= 2 * high)]
    usual = float(np.percentile(glyphs, 75)) if len(glyphs) else 0.1 * picture.dpi
    return Sheet(picture, ruling, kept(labels, is_print), bare, usual)


def lines_in(sheet: Sheet, box: Box) -> list[Box]:
    """The lines of print in a cell, from top to bottom; none where it is blank."""
    x0, top, x1, bottom = box
    ink = _off_edges(sheet.print[top:bottom, x0:x1], sheet.picture.dpi)
    if ink is None:
        return []
    parts = [(a, b) for a, b in bands(ink, axis=1) if _is_print(ink[a:b], sheet.picture.dpi)]
    # the strokes of a character such as 二 belong together, as do the halves of one that is faint
    lines = joined(parts, lambda line, part: part[1] - line[0] <= _ONE_LINE * sheet.usual)
    found = []
    for first, last in lines:
        left, right = _without_specks(ink[first:last], sheet)
        found.append((x0 + left, top + first, x0 + right, top + last))
    return found


def _without_specks(ink: Pixels, sheet: Sheet) -> tuple[int, int]:
    """Where the print of a line begins and ends, without dirt that stands farther from it than its points do."""
    groups = joined(bands(ink, axis=0), lambda group, part: part[0] - group[1] <= sheet.usual)
    kept = [group for group in groups if _is_print(_trimmed(ink[:, group[0] : group[1]]), sheet.picture.dpi)] or groups
    return kept[0][0], kept[-1][1]


def _trimmed(ink: Pixels) -> Pixels:
    rows = np.flatnonzero(ink.any(axis=1))
    return ink[rows[0] : rows[-1] + 1]


def _off_edges(ink: Pixels, dpi: float) -> Pixels | None:
    """The ink of a cell but for what rules have left along its edges; None where there is none."""
    if not ink.any():
        return None
    height, width = ink.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, wide, high = (stats[:, n] for n in range(4))
    thin = _THIN * dpi
    beside = ((x <= 1) | (x + wide >= width - 1)) & (wide <= thin)
    along = ((y <= 1) | (y + high >= height - 1)) & (high <= thin)
    left = kept(labels, ~(beside | along))
    return left if left.any() else None


def has_traces(sheet: Sheet, box: Box) -> bool:
    """Whether there is something in a cell without print that may be some: coloured ink, or faint strokes."""
    x0, top, x1, bottom = box
    edge = max(1, round(_PAD / 2 * sheet.picture.dpi))
    area = slice(top + edge, bottom - edge), slice(x0 + edge, x1 - edge)
    stroke = _STROKE * sheet.picture.dpi
    marks = np.asarray((sheet.bare[area] < _FAINT) | (sheet.picture.coloured[area] > 0), np.uint8)
    faint = _off_edges(marks, 2 * sheet.picture.dpi) if marks.size else None
    if faint is None:
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(faint, connectivity=8)
    return bool(np.any(stats[1:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) >= stroke))


def _is_print(ink: Pixels, dpi: float) -> bool:
    columns = np.flatnonzero(ink.any(axis=0))
    width = int(np.ptp(columns)) + 1 if len(columns) else 0
    return bool(max(ink.shape[0], width) >= _STROKE * dpi)


def running_lines(sheet: Sheet, tables: Sequence[Box]) -> list[list[Box]]:
    """The lines of print outside tables, from top to bottom, each as its pieces from left to right."""
    ink = sheet.print.copy()
    edge = round(0.04 * sheet.picture.dpi)
    for x0, top, x1, bottom in tables:
        ink[max(0, top - edge) : bottom + edge, max(0, x0 - edge) : x1 + edge] = 0
    reach = round(_WORD * sheet.picture.dpi)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 2 * reach + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    least = _STROKE * sheet.picture.dpi
    most = _HIGHEST * sheet.picture.dpi
    boxes = [
        (int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:] if least <= max(w, h) and h <= most
    ]
    return _rows(_merged(boxes))


def _merged(boxes: list[Box]) -> list[Box]:
    """Pieces that overlap, such as the parts of one character, as one."""
    rows = _rows(boxes)
    found: list[Box] = []
    for row in rows:
        usual = sorted(b[3] - b[1] for b in row)[int(0.8 * (len(row) - 1))]
        pieces: list[Box] = []
        for box in row:
            if pieces and box[0] - pieces[-1][2] <= 0.8 * usual:
                a = pieces[-1]
                pieces[-1] = a[0], min(a[1], box[1]), max(a[2], box[2]), max(a[3], box[3])
            else:
                pieces.append(box)
        found += pieces
    return found


def _rows(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes whose middles stand in one line."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: -(b[3] - b[1])):
        middle = (box[1] + box[3]) / 2
        for row in rows:
            first = row[0]
            if first[1] <= middle <= first[3]:
                row.append(box)
                break
        else:
            rows.append([box])
    rows.sort(key=lambda row: row[0][1] + row[0][3])
    return [sorted(row) for row in rows]
