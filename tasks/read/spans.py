"""Grids from tables that state their merged cells, as HTML and DOCX do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tasks.errors import TooLarge
from tasks.read.grid import Grid, GridCell

MAX_SPAN = 200
_MOST = 100_000
"""Of the heights and widths of a table's cells together."""
MIN_CELLS = 4
"""A table with fewer cells is layout: no statutory table is so small."""


@dataclass(frozen=True, slots=True)
class SpanCell:
    """A cell as written: its text, and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1


def spanned_grid(rows: Iterable[Iterable[SpanCell]], engine: str) -> Grid:
    """The grid that rows of spanning cells make; a cell takes the first place that no cell above reaches into."""
    reach: dict[int, int] = defaultdict(int)  # by column, the row up to which a cell above takes it
    cells: list[GridCell] = []
    count = covered = 0
    for index, row in enumerate(rows):
        column = 0
        count = index + 1
        for cell in row:
            while reach[column] > index:
                column += 1
            wide, high = min(max(cell.columns, 1), MAX_SPAN), min(max(cell.rows, 1), MAX_SPAN)
            end = column + wide
            for place in range(column, end):
                reach[place] = max(reach[place], index + high)
            covered += wide + high
            if covered > _MOST:
                raise TooLarge("表格过大")
            cells.append(GridCell(cell.text, index, index + high - 1, column, end - 1, float(column), float(end)))
            column = end
    return Grid(tuple(cells), count, None, engine)
