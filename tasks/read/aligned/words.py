"""Words of a page where no ruling lines say what belongs together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from expectations.blanks import is_blank_mark
from expectations.evidence import BBox
from tasks.read.figures import FIGURE
from tasks.read.labels import key
from tasks.read.page import Char, Page
from tasks.read.printed import char_rows

_GAP = 0.15
"""Of a character's height: what is farther apart may stand in two columns."""


@dataclass(frozen=True, slots=True)
class Word:
    """Characters of one line with no gap between them."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    page: Page

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def is_figure(self) -> bool:
        return bool(FIGURE.match(self.text)) or is_blank_mark(self.text)


WordRow = list[Word]


def word_rows(page: Page, aside: Container[int]) -> list[WordRow]:
    """The page's lines as words, without the characters whose index is in `aside`."""
    rows = char_rows(char for index, char in enumerate(page.chars) if index not in aside)
    return [_words(row, page) for row in rows]


def _words(row: Sequence[Char], page: Page) -> WordRow:
    groups: list[list[Char]] = [[row[0]]]
    for char in row[1:]:
        if char.x0 - groups[-1][-1].x1 > (char.bottom - char.top) * _GAP:
            groups.append([])
        groups[-1].append(char)
    return [_word(group, page) for group in groups]


def _word(chars: list[Char], page: Page) -> Word:
    text = "".join(c.text for c in chars)
    return Word(text, chars[0].x0, min(c.top for c in chars), chars[-1].x1, max(c.bottom for c in chars), page)


def row_key(row: Iterable[Word]) -> str:
    """What words say, for finding labels in them."""
    return key("".join(word.text for word in row))


def surrounding(parts: Sequence[Word] | Sequence[Char]) -> BBox:
    """The box around words or characters of one page."""
    return (
        min(part.x0 for part in parts),
        min(part.top for part in parts),
        max(part.x1 for part in parts),
        max(part.bottom for part in parts),
    )
