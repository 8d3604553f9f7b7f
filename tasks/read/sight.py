"""What a person sees of a PDF's figures, held against what was read: no hidden digit counts, and no ink goes unread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from expectations.evidence import Cell, Doubt
from tasks.read.aligned.places import ENGINE
from tasks.read.ink import Rendered, around, bands, boxes_of, boxes_of_chars, common, cores, inner, shown, unseen
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

_SIZE, _EVEN = 0.75, 0.86
"""Of those of other cells, and of the highest digit of the same figure: digits are not less high than this share."""
_MARK = 2
"""Digits: so few of them, smaller than those of other cells, may be a footnote's mark in a blank cell."""
_OVERLAP = 0.5
_AWAY = 0.13
"""Of a digit's height: so much farther from the digit before than usual, and white space parts them."""
_LEAST = 6.0
"""Points: a cell that is less wide or high has no room for a figure."""
_AMOUNTS = ("table2.fees.amount_wan", "table2.procurement.amount")
_IN_CELL, _CELLS, _SMALLEST = 0.15, 4.0, 3.0
"""A picture that covers so much of a cell, or has its middle there, is in it: but neither a large one nor a rule."""


Digits = tuple[npt.NDArray[np.int_], Boxes]
"""Cells by their index, and the boxes of digits in them."""


@dataclass(slots=True)
class Sight:
    """What was seen: by page number the characters that are hidden, the doubts, and cells to read by another engine.

    `apart` has by address what a cell prints where white space parts its digits; `beside` amounts, each with the place
    to its right where a unit may stand that the engine has no font for.
    """

    hidden: dict[int, set[Char]] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    unheard: list[Cell] = field(default_factory=list)
    beside: list[Cell] = field(default_factory=list)
    apart: dict[str, str] = field(default_factory=dict)

    def with_gaps(self, tables: Tables) -> Tables:
        """The tables with the white space that parts digits."""
        if not self.apart:
            return tables
        return {
            name: replace(t, cells=tuple(replace(c, raw=self.apart.get(c.address, c.raw)) for c in t.cells))
            for name, t in tables.items()
        }

    def without_hidden(self, pages: Sequence[Page]) -> tuple[Page, ...]:
        """The pages as a person sees them."""
        return tuple(page.without(self.hidden.get(page.number, ())) for page in pages)


def look_at_tables(drawn: Sequence[pdfium.PdfPage], pages: Sequence[Page], tables: Tables) -> Sight:
    """Look at every figure of the tables, all of a page at once."""
    sight = Sight()
    cells = [cell for table in tables.values() for cell in table.cells if cell.page and cell.bbox]
    found: list[Doubt] = []
    for number, group in groupby(sorted(cells, key=lambda c: c.page or 0), key=lambda c: c.page):
        index = (number or 1) - 1
        found += _Part(drawn[index], pages[index], list(group), sight).doubts()
    for name, table in tables.items():
        own = [doubt for doubt in found if doubt.where.startswith(f"{name}.")]
        if sum(doubt.second == _HIDDEN for doubt in own) * 2 > len(table.cells):
            own = [Doubt(name, "表格", _ALL_HIDDEN, table.cells)]
        sight.doubts += own
    return sight


class _Part:
    """The cells of the tables on one page."""

    def __init__(self, drawn: pdfium.PdfPage, page: Page, cells: Sequence[Cell], sight: Sight) -> None:
        self._drawn, self._page, self.cells, self._sight = drawn, page, cells, sight
        self._boxes = np.array([cell.bbox for cell in cells], dtype=float).T
        self._upright = boxes_of_chars(page.chars)
        self._shown = shown(page, self._upright)
        self._noted = frozenset(char for note in page.notes for char in note.chars)
        near = np.flatnonzero(_inside(np.array(around(self._boxes))[:, None], self._shown)[0])
        self._of_cell, inside = np.nonzero(_inside(self._boxes, self._shown[:, near]))
        self._of_char = near[inside]
        self._texts = [page.chars[n][0] for n in self._of_char.tolist()]

    def doubts(self) -> Iterator[Doubt]:
        """A doubt for every cell of which something else is seen than was read; the gravest alone."""
        of_table = np.array([cell.address.split(".")[0] for cell in self.cells])
        areas = [area for name in np.unique(of_table) for area in bands(self._boxes[:, of_table == name])]
        rendered = Rendered(self._drawn, areas)
        found = dict.fromkeys(rendered.marked(self._boxes, self._explained()), _MARKED)
        found |= dict.fromkeys(self._too_small(), _MARKED) | dict.fromkeys(self._pictured(), _PICTURE)
        digits = self._digits()
        found |= dict.fromkeys(self._stacked(digits), _STACKED) | dict.fromkeys(self._uneven(digits), _SIZES)
        found |= dict.fromkeys(self._mixed(), _MIXED) | dict.fromkeys(self._unknown(), _UNKNOWN)
        found |= dict.fromkeys(self._hidden(rendered), _HIDDEN) | self._unsure()
        self._sight.unheard += [self.cells[n] for n in self._dropped()]
        self._sight.beside += self._unit_dropped()
        self._sight.apart |= {self.cells[n].address: raw for n, raw in self._apart(digits)}
        for n, what in sorted(found.items()):
            yield Doubt(self.cells[n].address, self.cells[n].raw, what, (self.cells[n],))

    def _too_small(self) -> list[int]:
        """Blank cells between rules where no figure has room: the rules are a drawn digit's."""
        x0, top, x1, bottom = self._boxes
        small = ((n, self.cells[n]) for n in _where(np.minimum(x1 - x0, bottom - top) < _LEAST))
        return [n for n, cell in small if cell.engine != ENGINE and cell.is_blank]

    def _explained(self) -> Boxes:
        """Where ink is that of what was read."""
        x0, top, x1, bottom = around(self._boxes)
        chars = self._shown
        others = boxes_of((*self._page.marks, *(note.box for note in self._page.notes)))
        near = (chars[0] < x1) & (chars[2] > x0) & (chars[1] < bottom) & (chars[3] > top)
        return np.hstack([chars[:, near], shown(self._page, others)])

    def _unsure(self) -> dict[int, str]:
        """By the index of a cell what its page says of it."""
        if not self._page.unsure:
            return {}
        places = shown(self._page, boxes_of(unsure.box for unsure in self._page.unsure))
        return {cell: self._page.unsure[n].what for cell, n in np.argwhere(_inside(self._boxes, places)).tolist()}

    def _dropped(self) -> list[int]:
        """The cells in which the engine may have dropped characters for want of a font."""
        if not self._page.dropped:
            return []
        cells, _ = np.nonzero(_inside(self._boxes, shown(self._page, boxes_of(self._page.dropped))))
        found: list[int] = np.unique(cells).tolist()
        return found

    def _unit_dropped(self) -> Iterator[Cell]:
        """Amounts to whose right the engine may have dropped characters, with the place that these have."""
        if not self._page.dropped:
            return
        places = shown(self._page, boxes_of(self._page.dropped))
        for cell in self.cells:
            if cell.address in _AMOUNTS and cell.value and cell.bbox:
                x0, top, x1, bottom = cell.bbox
                beside = (places[0] > x1) & (top <= places[3]) & (places[1] <= bottom)
                if beside.any():
                    yield replace(cell, bbox=(x0, top, self._drawn.get_width(), bottom))

    def _apart(self, digits: Digits) -> Iterator[tuple[int, str]]:
        """The cells in which a digit stands clearly farther from the one before than others do, and what they print.

        Digits are equally wide: what counts is how far they begin from each other, held against the closest two of the
        cell, or where it has but two, against those of the page.
        """
        cells, (x0, top, _, bottom) = digits
        height = bottom - top
        pairs = np.flatnonzero((cells[1:] == cells[:-1]) & (abs(bottom[1:] - bottom[:-1]) < _OVERLAP * height[1:]))
        if not len(pairs):
            return
        step = (x0[pairs + 1] - x0[pairs]) / height[pairs + 1]
        least = np.full(len(self.cells), np.inf)
        np.minimum.at(least, cells[pairs], step)
        usual = least[cells[pairs]]
        lone = np.bincount(cells[pairs], minlength=len(self.cells))[cells[pairs]] == 1
        usual[lone] = np.median(step)
        wide = pairs[step - usual > _AWAY]
        for cell in np.unique(cells[wide]).tolist():
            raw = self.cells[cell].raw
            order = np.flatnonzero(cells == cell).tolist()
            if raw.isdecimal() and len(raw) == len(order):
                yield cell, "".join(" " * (n > 0 and order[n] - 1 in wide) + c for n, c in enumerate(raw))

    def _pictured(self) -> list[int]:
        """The cells with a picture in them."""
        if not self._page.pictures:
            return []
        pictures = shown(self._page, boxes_of(self._page.pictures))
        x0, top, x1, bottom = self._boxes[:, :, None]
        a, b, c, d = pictures
        across = np.maximum(0, np.minimum(x1, c) - np.maximum(x0, a))
        shared = across * np.maximum(0, np.minimum(bottom, d) - np.maximum(top, b))
        room, size = (x1 - x0) * (bottom - top), (c - a) * (d - b)
        middle = _inside(self._boxes, pictures) & (np.minimum(c - a, d - b) > _SMALLEST)
        return _where(((middle | (shared > _IN_CELL * room)) & (size < _CELLS * room)).any(axis=1))

    def _hidden(self, rendered: Rendered) -> set[int]:
        """The cells with figures that leave no ink; the characters are noted."""
        chars = self._page.chars
        chosen = np.flatnonzero([text in _FIGURE for text in self._texts])
        if self._noted:
            chosen = chosen[[chars[n] not in self._noted for n in self._of_char[chosen].tolist()]]
        places = cores(self._shown[:, self._of_char[chosen]])
        ruled = np.array([cell.engine != ENGINE for cell in self.cells])[self._of_cell[chosen]]
        places[:, ruled] = common(places, inner(self._boxes[:, self._of_cell[chosen]]))[:, ruled]
        bare = chosen[rendered.without_ink(places)]
        hidden = {
            chars[n]: cell for n, cell in zip(self._of_char[bare].tolist(), self._of_cell[bare].tolist(), strict=True)
        }
        for char in _fontless(self._drawn, self._page, hidden):
            del hidden[char]
        if hidden:
            self._sight.hidden.setdefault(self._page.number, set()).update(hidden)
        return set(hidden.values())

    def _unknown(self) -> set[int]:
        """The cells with characters of which only the machine knows what they are."""
        unknown = set(filter(_is_unknown, set(self._texts)))
        return {cell for cell, text in zip(self._of_cell.tolist(), self._texts, strict=True) if text in unknown}

    def _mixed(self) -> set[int]:
        """The cells in which both a note and the page print something."""
        if not self._noted:
            return set()
        pairs = [(cell, self._page.chars[n] in self._noted) for cell, n in self._pairs()]
        return {cell for cell, noted in pairs if noted} & {cell for cell, noted in pairs if not noted}

    def _pairs(self) -> Iterator[tuple[int, int]]:
        return zip(self._of_cell.tolist(), self._of_char.tolist(), strict=True)

    def _digits(self) -> Digits:
        """The digits of the cells, cell by cell from the left: the index of the cell, and the upright boxes."""
        chosen = np.flatnonzero(list(map(str.isdecimal, self._texts)))
        boxes = self._upright[:, self._of_char[chosen]]
        order = np.lexsort((boxes[0] + boxes[2], self._of_cell[chosen]))
        return self._of_cell[chosen][order], boxes[:, order]

    def _uneven(self, digits: Digits) -> set[int]:
        """The cells with digits of clearly different size."""
        cells, boxes = digits
        height = boxes[3] - boxes[1]
        if not len(cells) or height.min() >= _EVEN * height.max():
            return set()
        tallest = np.zeros(len(self.cells))
        np.maximum.at(tallest, cells, height)
        small = height < _SIZE * np.median(height)
        lone = small & (np.bincount(cells, minlength=len(self.cells))[cells] <= _MARK)
        return set(cells[(height < _EVEN * tallest[cells]) | lone].tolist())

    def _stacked(self, digits: Digits) -> set[int]:
        """The cells with two digits in one place."""
        cells, (x0, top, x1, bottom) = digits
        room = np.minimum(x1[1:] - x0[1:], x1[:-1] - x0[:-1])
        near = abs((top + bottom)[1:] - (top + bottom)[:-1]) < 2 * _OVERLAP * (bottom - top)[1:]
        stacked = (cells[1:] == cells[:-1]) & near & (x1[:-1] - x0[1:] > _OVERLAP * room)
        return set(cells[1:][stacked].tolist())


def _where(mask: npt.NDArray[np.bool_]) -> list[int]:
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def _inside(cells: Boxes, others: Boxes) -> npt.NDArray[np.bool_]:
    """Whether the middle of each of the others (across) lies in each cell (down)."""
    x, y = (others[0] + others[2]) / 2, (others[1] + others[3]) / 2
    x0, top, x1, bottom = cells[:, :, None]
    inside: npt.NDArray[np.bool_] = (x0 <= x) & (x <= x1) & (top <= y) & (y <= bottom)
    return inside


def _is_unknown(text: str) -> bool:
    return text == "\ufffd" or "\ue000" <= text <= "\uf8ff" or text < " "


def _fontless(drawn: pdfium.PdfPage, page: Page, chars: Iterable[Char]) -> set[Char]:
    """Those that leave no ink because this machine has no font for them: only Latin ones can be replaced."""
    other = [char for char in chars if not char.text.isascii()]
    if not other:
        return set()
    corners = View(drawn).boxes(without_font(drawn))
    x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    boxes = shown(page, boxes_of_chars(other))
    return {
        char
        for char, (x0, top, x1, bottom) in zip(other, boxes.T.tolist(), strict=True)
        if ((abs(x - (x0 + x1) / 2) < 0.1) & (abs(y - (top + bottom) / 2) < 0.1)).any()
    }


def look_at_names(
    drawn: Sequence[pdfium.PdfPage], pages: Sequence[Page], lines: Iterable[tuple[int, list[Char]]]
) -> Sight:
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
