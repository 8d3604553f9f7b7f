"""Grids from tables that state their merged cells, as HTML and DOCX do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.read.grid import Grid, GridCell

MAX_SPAN = 200
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
    taken: set[tuple[int, int]] = set()
    cells: list[GridCell] = []
    count = 0
    for index, row in enumerate(rows):
        column = 0
        count = index + 1
        for cell in row:
            while (index, column) in taken:
                column += 1
            wide, high = min(max(cell.columns, 1), MAX_SPAN), min(max(cell.rows, 1), MAX_SPAN)
            taken.update((index + r, column + c) for r in range(high) for c in range(wide))
            end = column + wide
            cells.append(GridCell(cell.text, index, index + high - 1, column, end - 1, float(column), float(end)))
            column = end
    return Grid(tuple(cells), count, None, engine)
