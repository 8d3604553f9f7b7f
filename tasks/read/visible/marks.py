"""Characters that stand where it cannot be told what a reader sees; none of them is part of a number or a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from expectations.evidence import Cell, Doubt
from expectations.forms import TableName
from tasks.read.figures import parse_figure
from tasks.read.labels import key
from tasks.read.rows import GridRow, TableReading
from tasks.read.values import FIGURES

OBJECT, LOST, UNSURE, TURNED, GLYPH = "\ufffc", "\ue0f1", "\ue0f2", "\ue0f3", "\ue0f4"
REASONS = {
    OBJECT: "格内有图片、图形或对象，其中可能有数字",
    LOST: "格内只有隐藏、删除或上标的数字，不能确定是否为空",
    UNSURE: "格内数字的显示取决于样式，不能确定",
    TURNED: "格内有改变文字方向的字符，数字次序不能确定",
    GLYPH: "格内有含义不明的符号",
}
_MARKED = re.compile(r"[\ufffc\ue000-\uf8ff\U000f0000-\U0010fffd]")
"""Our marks, and characters for private use: what they show depends on the font."""
_UNKNOWN = re.compile(
    r"(?<=[\u3400-\u9fff])(?![\ue0f1-\ue0f4])[\ue000-\uf8ff]|(?![\ue0f1-\ue0f4])[\ue000-\uf8ff](?=[\u3400-\u9fff])"
)
_NOTHING = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a\u202c\u202d\u2060-\u2066\u2068\u2069\ufe00-\ufe0f\ufeff]"
)
"""Characters without any width, and directions that change nothing among digits."""
_TURNING = re.compile(r"[\u202b\u202e\u2067]")
_STRUCK = re.compile(r".[\u0335-\u0338]", re.DOTALL)
"""A character with a stroke through it."""
_DIGIT = re.compile(r"\d")


def lost(text: str) -> str:
    """What takes the place of text that is not seen: a mark if it holds digits."""
    return LOST if _DIGIT.search(text) else ""


def seen(text: str) -> str:
    """`text` as print shows it: without characters that are nothing or struck; what turns the order is a mark."""
    if text.isascii():
        return text
    text = _TURNING.sub(TURNED, _NOTHING.sub("", text))
    return _STRUCK.sub(lambda struck: lost(struck[0]), text)


def settled(text: str) -> str:
    """The text of a cell: that digits are lost from it matters only where none is left."""
    return text.replace(LOST, "") if LOST in text and _DIGIT.search(text) else text


def unmarked(text: str) -> str:
    """`text` without marks, for running text; what a font alone knows in a word stays a character that is not known."""
    return _MARKED.sub("", _UNKNOWN.sub("\ufffd", text)) if not text.isascii() else text


def with_doubts(name: TableName, reading: TableReading, rows: Sequence[GridRow]) -> TableReading:
    """A reading whose marked cells are doubts; so is the table, where a marked cell is none of its figures."""
    marked = [c for c in reading.cells if _MARKED.search(c.raw)]
    bare = {id(c): c for row in rows for c in row.cells if OBJECT in c.text and not key(c.text)}
    if not marked and not bare:
        return reading
    doubts = [*_of_cells(marked)]
    if len(bare) > sum(OBJECT in c.raw and not key(c.raw) for c in marked):
        doubts.append(Doubt(name, "（无文字）", _reason(next(iter(bare.values())).text)))
    cells = tuple(_clean(c) if c in marked else c for c in reading.cells)
    return replace(reading, cells=cells, doubts=(*reading.doubts, *doubts))


def _of_cells(cells: Sequence[Cell]) -> Iterator[Doubt]:
    for cell in cells:
        clean = _clean(cell)
        yield Doubt(cell.address, clean.raw.strip() or "（空）", _reason(cell.raw), (clean,))


def _reason(text: str) -> str:
    return next((reason for mark, reason in REASONS.items() if mark in text), REASONS[GLYPH])


def _clean(cell: Cell) -> Cell:
    raw = _MARKED.sub("", cell.raw)
    return replace(cell, raw=raw, value=parse_figure(raw, FIGURES[cell.address]))
