"""XLSX: tables by the cells of the sheets that are shown, text by the rows between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.evidence import Doubt
from expectations.forms import TABLES
from tasks.read.characters import checked
from tasks.read.figures import FIGURE
from tasks.read.grid import Grid, GridCell
from tasks.read.lines import Line
from tasks.read.medium import Medium
from tasks.read.sections import section_number
from tasks.read.sheet_text import sheet_texts
from tasks.read.spans import MIN_CELLS
from tasks.read.stream import Stream
from tasks.read.tables import read_tables
from tasks.read.visible.marks import OBJECT, settled, unmarked
from tasks.read.visible.pictures import pictured_tables
from tasks.read.visible.sheet import Sheet, SheetCell, shown_sheets
from tasks.read.visible.sheet_drawings import Drawing, drawings_of

_Row = tuple[SheetCell, ...]


def read_xlsx(body: bytes) -> Medium:
    """A workbook: what a reader of its sheets sees. Formulas are not evaluated: their last value is what is shown."""
    texts = sheet_texts(body)
    drawings = drawings_of(body)
    grids: list[Grid] = []
    marked: list[str] = []
    for sheet in shown_sheets(body, texts.uncomputed, drawings):
        for block in _blocks(sheet):
            filled = sum(bool(cell.text) for row in block for cell in row)
            if filled >= MIN_CELLS and len(block) > 1:
                grids.append(_grid(block))
            else:
                marked += _lines(block)
    stream = Stream(checked(texts.shown))
    tables = read_tables(grids)
    lines = tuple(Line(text) for line in marked if (text := unmarked(line)).strip())
    doubts = (*_floating(drawings), *_on_hidden_sheets(Stream(texts.hidden), tables))
    pictured = pictured_tables(marked, tables)
    return Medium(tables, lines, stream, "cells", "stream", doubts=doubts, pictured=pictured)


def _floating(drawings: dict[str, tuple[Drawing, ...]]) -> Iterator[Doubt]:
    """A number alone in a shape: it may lie over a cell of a table, or cover what that prints."""
    for drawing in (one for of_sheet in drawings.values() for one in of_sheet):
        text = drawing.text.strip()
        if FIGURE.match(text) and any(c.isdigit() for c in text):
            yield Doubt("sections", f"文本框中的数：{text[:20]}", "不知属于表中哪一格")
            return


def _on_hidden_sheets(hidden: Stream, tables: object) -> Iterator[Doubt]:
    """A table that only a hidden sheet has: the report as it is seen lacks it, but it may be that nobody meant so."""
    assert isinstance(tables, dict)
    for name in TABLES:
        if name not in tables and hidden.announces(name):
            yield Doubt(name, "没有读出表格", "在隐藏的工作表中")


def _blocks(sheet: Sheet) -> Iterator[list[_Row]]:
    """Rows that make a table together, and each row of running text by itself."""
    is_ruled = sum(any(cell.is_edged for cell in row) for row in sheet.rows) * 2 > sum(map(_is_filled, sheet.rows))
    width = max((cell.col1 for row in sheet.rows for cell in row if cell.text or cell.is_edged), default=0) + 1
    block: list[_Row] = []
    reach = -1  # the last row that a cell of the block covers
    for index, row in enumerate(sheet.rows):
        is_inside = reach >= index
        if not is_inside and (not (_is_filled(row) or _is_edged(row)) or _is_text(row, width, is_ruled=is_ruled)):
            if block:
                yield block
                block = []
            if _is_filled(row):
                yield [row]
            continue
        block.append(row)
        reach = max([reach, *(cell.row1 for cell in row)])
    if block:
        yield block


def _is_filled(row: _Row) -> bool:
    return any(cell.text for cell in row)


def _is_edged(row: _Row) -> bool:
    return any(cell.is_edged for cell in row)


def _is_text(row: _Row, width: int, *, is_ruled: bool) -> bool:
    """Whether a row is running text: it has no edges where the tables have, or one cell, a heading or a wide one."""
    filled = [cell for cell in row if cell.text]
    if (is_ruled and not _is_edged(row)) or all(cell.text == OBJECT and not cell.is_edged for cell in filled):
        return True
    if len(filled) != 1 or filled[0].row1 > filled[0].row0:
        return False
    is_wide = 2 * (filled[0].col1 - filled[0].col0 + 1) > width
    return is_wide or section_number(Line(filled[0].text)) is not None


def _lines(block: Sequence[_Row]) -> Iterator[str]:
    for row in block:
        for text in (cell.text for cell in row if cell.text):
            yield from text.split("\n")


def _grid(block: Sequence[_Row]) -> Grid:
    """The cells of a block, without the columns at its edges that have neither text nor edges."""
    first = block[0][0].row0
    used = [cell for row in block for cell in row if cell.text.replace(OBJECT, "") or cell.is_edged]
    left, right = min(cell.col0 for cell in used), max(cell.col1 for cell in used)
    cells = (
        GridCell(
            settled(c.text.strip()), c.row0 - first, c.row1 - first, c.col0, c.col1, float(c.col0), float(c.col1 + 1)
        )
        for row in block
        for c in row
        if c.col0 >= left and c.col1 <= right
    )
    return Grid(tuple(cells), len(block), None, "cells")
