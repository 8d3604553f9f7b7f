"""Words of a page where no ruling lines say what belongs together."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from tasks.read.labels import key
from tasks.read.page import Char, Page
from tasks.read.printed import GAP, char_rows

FIGURE = re.compile(r"[-+－]?[0-9０-９][0-9０-９,，.．]*(?:万?元|件|项)?(?:[（(][^（）()]*[）)])?\Z|[-—–－/／]{1,2}\Z")
"""A token that is a number, perhaps with unit and remark, or a dash that stands for none."""


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
    def x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def is_figure(self) -> bool:
        return bool(FIGURE.match(self.text))


WordRow = list[Word]


def word_rows(page: Page, aside: Container[int]) -> list[WordRow]:
    """The page's lines as words, without the characters whose index is in `aside`."""
    rows = char_rows(char for index, char in enumerate(page.chars) if index not in aside)
    return [_words(row, page) for row in rows]


def _words(row: Sequence[Char], page: Page) -> WordRow:
    groups: list[list[Char]] = [[row[0]]]
    for char in row[1:]:
        if char.x0 - groups[-1][-1].x1 > (char.bottom - char.top) * GAP:
            groups.append([])
        groups[-1].append(char)
    return [_word(group, page) for group in groups]


def _word(chars: list[Char], page: Page) -> Word:
    text = "".join(c.text for c in chars)
    return Word(text, chars[0].x0, min(c.top for c in chars), chars[-1].x1, max(c.bottom for c in chars), page)


def row_key(row: WordRow) -> str:
    """What a line says, for finding headers in it."""
    return key("".join(word.text for word in row))
