"""Two pages on one sheet: a copied book, a folded sheet of twice the size, two pages printed side by side."""

from __future__ import annotations

import cv2
import numpy as np

from tasks.read.scan.picture import Picture
from tasks.read.scan.print import Sheet, sheet_of
from tasks.read.scan.upright import straightened

_WIDER = 1.2
"""Of its height: a sheet of two pages is wider."""
_MIDDLE = 0.42, 0.58
"""Of its width: the gutter is there."""
_MARGINS = 0.5
"""Inches: so wide is what the pages leave free on both sides of the gutter."""
_LINE = 0.6
"""Inches: what is higher, between two pages, is the fold."""
_DIRT = 0.001
"""Of the height: so much ink is none."""


def leaves(sheet: Sheet) -> list[Sheet]:
    """The pages on an upright sheet from left to right, each straight by itself; of one page, the sheet as it is."""
    gutter = _gutter(sheet)
    if gutter is None:
        return [sheet]
    width, _ = sheet.picture.size
    return [sheet_of(straightened(_part(sheet.picture, *side))) for side in ((0, gutter), (gutter, width))]


def _part(picture: Picture, left: int, right: int) -> Picture:
    """What stands between two columns of pixels."""
    shift = np.array([[1, 0, -left], [0, 1, 0], [0, 0, 1]], dtype=float)
    return picture.warped(shift, (right - left, picture.size[1]))


def _gutter(sheet: Sheet) -> int | None:
    """Where two pages meet: in the midst of what has no print and no rule from top to bottom."""
    width, height = sheet.picture.size
    if width <= _WIDER * height:
        return None
    start, end = (round(share * width) for share in _MIDDLE)
    text = sheet.print[:, start:end]
    fold = cv2.morphologyEx(text, cv2.MORPH_OPEN, np.ones((round(_LINE * sheet.picture.dpi), 1), np.uint8))
    printed = ((text > 0) & (np.asarray(fold) == 0)).sum(axis=0) > _DIRT * height
    ruled = sheet.ruling.both[:, start:end].any(axis=0)
    edges = np.flatnonzero(np.concatenate([[True], printed | ruled, [True]]))
    n = int(np.diff(edges).argmax())
    wide = int(edges[n + 1] - edges[n]) - 1
    return start + int(edges[n]) + wide // 2 if wide >= _MARGINS * sheet.picture.dpi else None
