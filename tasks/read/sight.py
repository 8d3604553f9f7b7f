"""What a person sees of a PDF's figures, held against what was read: no hidden digit counts, and no ink goes unread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from expectations.evidence import BBox, Cell, Doubt
from expectations.forms import TableName
from tasks.read.aligned.places import ENGINE
from tasks.read.ink import Rendered, around, displayed, unseen
from tasks.read.page import Boxes, Char, Page
from tasks.read.surest import Tables
from tasks.read.view import View
from tasks.read.visible_pdf import without_font

_FIGURE = frozenset("0123456789.０１２３４５６７８９．-－—–/")
_HIDDEN = "格内有看不见的字符"
_ALL_HIDDEN = "表中数字在页面上显示不出来"
_MARKED = "格内有未能读出的图形"
_PICTURE = "格内有图片"
_MIXED = "格内既有表单或批注的内容，又有正文的字符"
_STACKED = "格内有重叠的字符"
_SIZES = "格内数字大小不一，可能有脚注标记"
_UNKNOWN = "格内有无法识别的字符"
_NAME = "标题或落款中有看不见的字符"

_SIZE = 0.75
"""Digits of one figure are not less high than this share of its highest."""
_OVERLAP = 0.5
_IN_CELL, _CELLS, _SMALLEST = 0.15, 4.0, 3.0
"""A picture that covers so much of a cell, or has its middle there, is in the cell: but neither a large one nor a rule."""


@dataclass(slots=True)
class Sight:
    """What was seen: by page number the characters that are hidden, and the doubts."""

    hidden: dict[int, set[Char]] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)

    def without_hidden(self, pages: Sequence[Page]) -> tuple[Page, ...]:
        """The pages as a person sees them."""
        return tuple(page.without(self.hidden.get(page.number, ())) for page in pages)


def look_at_tables(drawn: Sequence[pdfium.PdfPage], pages: Sequence[Page], tables: Tables) -> Sight:
    """Look at every figure of the tables, each page's part of a table at once."""
    sight = Sight()
    for name, table in tables.items():
        placed = sorted((c for c in table.cells if c.page and c.bbox), key=lambda c: c.page or 0)
        seen = [
            _Part(drawn[(number or 1) - 1], pages[(number or 1) - 1], list(cells), sight)
            for number, cells in groupby(placed, key=lambda c: c.page)
        ]
        _collect(name, seen, sight)
    return sight


def _collect(name: TableName, parts: Sequence[_Part], sight: Sight) -> None:
    found = [doubt for part in parts for doubt in part.doubts()]
    blind = sum(doubt.second == _HIDDEN for doubt in found)
    if blind * 2 > sum(len(part.cells) for part in parts):
        found = [Doubt(name, "表格", _ALL_HIDDEN, tuple(cell for part in parts for cell in part.cells))]
    sight.doubts += found


class _Part:
    """The cells of a table on one page."""

    def __init__(self, drawn: pdfium.PdfPage, page: Page, cells: Sequence[Cell], sight: Sight) -> None:
        self._drawn, self._page, self.cells, self._sight = drawn, page, cells, sight
        self._boxes = np.array([cell.bbox for cell in cells], dtype=float).T
        self._shown = displayed(page, page.chars)
        self._rendered = Rendered(drawn, around(self._boxes))
        notes = [page.as_displayed(note.box) for note in page.notes]
        self._noted = frozenset(char for note in page.notes for char in note.chars)
        self._explained = np.hstack([self._shown, np.array(notes, dtype=float).reshape(-1, 4).T])

    def doubts(self) -> Iterator[Doubt]:
        """A doubt for every cell of which something else is seen than was read."""
        inside = _inside(self._boxes, self._shown)
        unsure = self._unsure()
        pictured = self._pictured()
        for n, (cell, box) in enumerate(zip(self.cells, self._boxes.T.tolist(), strict=True)):
            here = np.flatnonzero(inside[n]).tolist()
            what = unsure.get(n) or self._hidden(here, None if cell.engine == ENGINE else box) or self._unclear(here)
            what = what or (_PICTURE if pictured[n] else "")
            if not what and self._rendered.is_marked(box, self._explained):
                what = _MARKED
            if what:
                yield Doubt(cell.address, cell.raw, what, (cell,))

    def _unsure(self) -> dict[int, str]:
        """By the index of a cell what its page says of it."""
        places = [self._page.as_displayed(unsure.box) for unsure in self._page.unsure]
        inside = _inside(self._boxes, np.array(places, dtype=float).reshape(-1, 4).T)
        return {int(cell): self._page.unsure[n].what for cell, n in np.argwhere(inside)}

    def _pictured(self) -> npt.NDArray[np.bool_]:
        pictures = [self._page.as_displayed(box) for box in self._page.pictures]
        x0, top, x1, bottom = self._boxes[:, :, None]
        a, b, c, d = np.array(pictures, dtype=float).reshape(-1, 4).T
        common = np.maximum(0, np.minimum(x1, c) - np.maximum(x0, a)) * np.maximum(
            0, np.minimum(bottom, d) - np.maximum(top, b)
        )
        room, size = (x1 - x0) * (bottom - top), (c - a) * (d - b)
        middle = _inside(self._boxes, np.stack([a, b, c, d])) & (np.minimum(c - a, d - b) > _SMALLEST)
        is_in: npt.NDArray[np.bool_] = ((middle | (common > _IN_CELL * room)) & (size < _CELLS * room)).any(axis=1)
        return is_in

    def _hidden(self, here: Sequence[int], box: BBox | None) -> str:
        """Whether figures leave no ink; `box` is their cell's, where it has borders."""
        chars = self._page.chars
        hidden = {
            chars[n]
            for n in here
            if chars[n].text in _FIGURE
            and chars[n] not in self._noted
            and not self._rendered.shows(tuple(self._shown[:, n].tolist()), box)
        }
        hidden = hidden and hidden - _fontless(self._drawn, self._page, hidden)
        if not hidden:
            return ""
        self._sight.hidden.setdefault(self._page.number, set()).update(hidden)
        return _HIDDEN

    def _unclear(self, here: Sequence[int]) -> str:
        """What is wrong with the characters of a cell by themselves."""
        chars = [self._page.chars[n] for n in here]
        if any(_is_unknown(char.text) for char in chars):
            return _UNKNOWN
        if len(chars) < 2:
            return ""
        if self._noted and 0 < sum(char in self._noted for char in chars) < len(chars):
            return _MIXED
        digits = sorted((char for char in chars if char.text.isdecimal()), key=attrgetter("x"))
        heights = [char.bottom - char.top for char in digits]
        if heights and min(heights) < _SIZE * max(heights):
            return _SIZES
        return _STACKED if any(_stack(*pair) for pair in pairwise(digits)) else ""


def _inside(cells: Boxes, others: Boxes) -> npt.NDArray[np.bool_]:
    """Whether the middle of each of the others (across) lies in each cell (down)."""
    x, y = (others[0] + others[2]) / 2, (others[1] + others[3]) / 2
    x0, top, x1, bottom = cells[:, :, None]
    inside: npt.NDArray[np.bool_] = (x0 <= x) & (x <= x1) & (top <= y) & (y <= bottom)
    return inside


def _is_unknown(text: str) -> bool:
    return text == "\ufffd" or "\ue000" <= text <= "\uf8ff" or text < " "


def _stack(left: Char, right: Char) -> bool:
    """Whether two digits stand in one place."""
    room = min(left.x1 - left.x0, right.x1 - right.x0)
    return left.x1 - right.x0 > _OVERLAP * room and abs(left.y - right.y) < _OVERLAP * (left.bottom - left.top)


def _fontless(drawn: pdfium.PdfPage, page: Page, chars: Iterable[Char]) -> set[Char]:
    """Those that leave no ink because this machine has no font for them: only Latin ones can be replaced."""
    other = [char for char in chars if not char.text.isascii()]
    if not other:
        return set()
    corners = View(drawn).boxes(without_font(drawn))
    x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    boxes = displayed(page, other)
    return {
        char
        for char, (x0, top, x1, bottom) in zip(other, boxes.T.tolist(), strict=True)
        if ((abs(x - (x0 + x1) / 2) < 0.1) & (abs(y - (top + bottom) / 2) < 0.1)).any()
    }


def look_at_names(drawn: Sequence[pdfium.PdfPage], pages: Sequence[Page], lines: Iterable[tuple[int, list[Char]]]) -> Sight:
    """Look at the lines that say who reports on which year."""
    sight = Sight()
    for number, group in groupby(lines, key=lambda line: line[0]):
        chars = [char for _, line in group for char in line]
        page = pages[number - 1]
        noted = frozenset(char for note in page.notes for char in note.chars)
        hidden = {char for char in unseen(drawn[number - 1], page, chars) if char not in noted}
        hidden = hidden and hidden - _fontless(drawn[number - 1], page, hidden)
        if hidden:
            sight.hidden[number] = hidden
            sight.doubts.append(Doubt("title", "".join(char.text for char in chars), _NAME))
    return sight
