"""Digits that do not count although they are printed: struck out, or raised as the mark of a footnote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from expectations.evidence import BBox
from tasks.read.page import Boxes, Char, Rule

_DIGITS = frozenset("0123456789０１２３４５６７８９")
_MIDDLE = (0.28, 0.72)
"""Of a character's height: what runs between strikes it; an underline runs below, a border above or below."""
_ACROSS = 0.6
"""Of a character's width: so much of it at least is struck."""
_SMALL, _RAISED, _BESIDE = 0.86, 0.2, 0.6
"""Of the digit before: the height of a footnote's mark (5/6 in browsers), how much higher it ends, how close it is."""

Indices = npt.NDArray[np.int_]


def digits(chars: Sequence[Char]) -> Indices:
    """The indices of the digits."""
    return np.array([n for n, char in enumerate(chars) if char[0] in _DIGITS], dtype=int)


def struck(boxes: Boxes, rules: Sequence[Rule]) -> tuple[npt.NDArray[np.bool_], list[Rule]]:
    """Which of the characters in `boxes` a rule runs through, and the rules that run through none."""
    x0, top, x1, bottom = boxes
    if not len(rules) or not len(x0):
        return np.zeros(len(x0), dtype=bool), list(rules)
    at, start, end = np.array(rules, dtype=float).T[:, :, None]
    height = bottom - top
    inside = (at > top + _MIDDLE[0] * height) & (at < top + _MIDDLE[1] * height)
    near = np.flatnonzero(inside.any(axis=1))
    across = np.minimum(end[near], x1) - np.maximum(start[near], x0) > _ACROSS * (x1 - x0)
    through = inside[near] & across
    strikes = set(near[through.any(axis=1)].tolist())
    return through.any(axis=0), [rule for n, rule in enumerate(rules) if n not in strikes]


def crossed(boxes: Boxes, strokes: Iterable[BBox]) -> npt.NDArray[np.bool_]:
    """Which of the characters in `boxes` a slanted stroke, from corner to corner of its own box, runs through."""
    x0, top, x1, bottom = boxes
    x, y, height = (x0 + x1) / 2, (top + bottom) / 2, bottom - top
    hit = np.zeros(len(x), dtype=bool)
    for left, up, right, down in strokes:
        inside = (left <= x) & (x <= right) & (up <= y) & (y <= down)
        falls = up + (x - left) * (down - up) / (right - left)
        hit |= inside & (np.minimum(abs(y - falls), abs(y - (up + down - falls))) < height / 2)
    return hit


def raised(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Which of the digits in `boxes` are marks of footnotes: clearly smaller than a digit to their left, and higher."""
    x0, top, x1, bottom = boxes
    height = bottom - top
    marks = np.zeros(len(height), dtype=bool)
    small = np.flatnonzero(height < _SMALL * height.max(initial=0))
    large = np.flatnonzero(_SMALL * height > height.min(initial=inf))

    def beside(others: Indices) -> npt.NDArray[np.bool_]:
        gap, reach = x0[small, None] - x1[others], _BESIDE * height[others]
        is_beside: npt.NDArray[np.bool_] = (gap > -reach) & (gap < reach) & (x0[small, None] > x0[others])
        return is_beside

    while len(small):
        figures, before = large[~marks[large]], np.flatnonzero(marks)
        above = (top[figures] < bottom[small, None]) & (bottom[small, None] < (bottom - _RAISED * height)[figures])
        of_figure = beside(figures) & above & (height[small, None] < _SMALL * height[figures])
        in_line = (abs(bottom[small, None] - bottom[before]) < 1) & (abs(height[small, None] - height[before]) < 1)
        follows = beside(before) & in_line
        found = small[(of_figure.any(axis=1) | follows.any(axis=1)) & ~marks[small]]
        if not len(found):
            break
        marks[found] = True
    return marks
