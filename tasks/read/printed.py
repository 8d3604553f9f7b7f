"""Characters in the order in which people read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import inf
from operator import attrgetter

from tasks.read.page import Char

GAP = 0.5
"""Of a character's height: a wider gap inside a line is a space."""
_SAME_LINE = 0.5
"""Of the height of the higher character: those whose middles are not farther apart stand in one line, also a point."""


def char_rows(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters grouped into lines, from top to bottom, each from left to right."""
    rows: list[list[Char]] = []
    row: list[Char] = []
    reach = -inf
    y = height = 0.0
    for char in sorted(chars, key=attrgetter("y")):
        if char.y > reach:
            size = char.bottom - char.top
            if not row or char.y - y > (size if size > height else height) * _SAME_LINE:
                row = []
                rows.append(row)
                y, height = char.y, size
                reach = y + height * _SAME_LINE
        row.append(char)
    return [sorted(row, key=attrgetter("x0")) for row in rows]


def printed(chars: Collection[Char]) -> str:
    """The text of a cell or line: a space where a line has a gap, lines joined by line breaks."""
    if len(chars) < 2:
        return "".join([char.text for char in chars])
    return "\n".join(map(line, char_rows(chars)))


def line(row: Iterable[Char]) -> str:
    """The text of characters that stand in one line, from left to right."""
    texts: list[str] = []
    end = inf
    for text, x0, top, x1, bottom, _, _ in row:
        texts.append(f" {text}" if x0 - end > (bottom - top) * GAP else text)
        end = x1
    return "".join(texts)
