"""Characters in the order in which people read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from operator import attrgetter

from tasks.read.page import Char

GAP = 0.5
"""Of a character's height: a wider gap inside a line is a space."""
_SAME_LINE = 0.5
"""Of the height of the higher character: those whose middles are not farther apart stand in one line, also a point."""


def char_rows(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters grouped into lines, from top to bottom, each from left to right."""
    rows: list[list[Char]] = []
    y = height = 0.0
    for char in sorted(chars, key=attrgetter("y")):
        size = char.bottom - char.top
        if rows and char.y - y <= (size if size > height else height) * _SAME_LINE:
            rows[-1].append(char)
        else:
            rows.append([char])
            y, height = char.y, size
    return [sorted(row, key=attrgetter("x0")) for row in rows]


def printed(chars: Collection[Char]) -> str:
    """The text of a cell or line: a space where a line has a gap, lines joined by line breaks."""
    if len(chars) < 2:
        return "".join(char.text for char in chars)
    return "\n".join(_line(row) for row in char_rows(chars))


def _line(row: list[Char]) -> str:
    text = row[0].text
    for before, char in pairwise(row):
        is_gap = char.x0 - before.x1 > (char.bottom - char.top) * GAP
        text += (" " if is_gap else "") + char.text
    return text
