"""Plain text that keeps the places of a page by spaces, as a page: each character where a typewriter would put it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from tasks.read.page import Char, Page

_SIZE = 10.0
_LEADING = 12.0


def typed_pages(text: str, *, wide: bool) -> tuple[Page, ...]:
    """A page for each form feed; `wide` where a Chinese character takes the room of two others."""
    return tuple(_page(number, part, wide) for number, part in enumerate(text.split("\f"), 1))


def _page(number: int, text: str, wide: bool) -> Page:
    chars = tuple(char for n, line in enumerate(text.split("\n")) for char in _typed(line, n * _LEADING, wide))
    width = max((char.x1 for char in chars), default=0.0)
    return Page(number, width, text.count("\n") * _LEADING, 0, chars, (), (), ("",) * len(chars))


def _typed(line: str, top: float, wide: bool) -> Iterator[Char]:
    x = 0.0
    for text in line:
        width = _SIZE if wide and unicodedata.east_asian_width(text) in "WF" else _SIZE / 2
        if not text.isspace():
            yield Char(text, x, top, x + width, top + _SIZE, x + width / 2, top + _SIZE / 2)
        x += width
