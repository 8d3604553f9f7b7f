"""Which rows of which grids belong to which statutory table, told by their headers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, TABLES, TableName
from tasks.read.grid import Grid, GridCell
from tasks.read.labels import key

_FORM = FORMS["2021"]
_HEADS: dict[TableName, frozenset[str]] = {
    "table2": frozenset({"信息内容", *(key(i.article) for f in FORMS.values() for i in f.items)}),
    "table3": frozenset({"申请人情况", key(_FORM.applicants[0].label), key(_FORM.applicants[1].group)}),
    "table4": frozenset(
        {*(key(g.label) for g in _FORM.groups), "行政诉讼", *(key(c.label) for c in _FORM.results[:4])}
    ),
}
_ANY_HEAD = frozenset().union(*_HEADS.values())

_MOST_ROWS = 1000
"""Rows that are looked at for one table; no statutory table has a tenth of that."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of a grid, with the cells that cover it."""

    grid: Grid
    index: int
    cells: tuple[GridCell, ...]

    @property
    def starting(self) -> tuple[GridCell, ...]:
        """The cells that begin in this row."""
        return tuple(c for c in self.cells if c.row0 == self.index)


@dataclass(frozen=True, slots=True)
class TableReading:
    """What one statutory table was read as: its form, its figures in reading order, and what is in doubt."""

    form: str
    cells: tuple[Cell, ...]
    doubts: tuple[Doubt, ...] = ()
    labels: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """(row code, label as printed), in the order of the document."""
    rivals: tuple[Doubt, ...] = ()
    """Rows that the table has once more with other figures: a doubt, however well the figures are read."""
    extras: tuple[str, ...] = ()
    """The labels of rows with figures that are none of the form's, as printed."""


def rows_by_table(grids: Iterable[Grid]) -> dict[TableName, list[GridRow]]:
    """The rows of every statutory table, in document order, headers included; rows of other tables before them drop."""
    found: dict[TableName, list[GridRow]] = {name: [] for name in TABLES}
    current: TableName | None = None
    for grid in grids:
        for index, cells in grid.by_row():
            row = GridRow(grid, index, cells)
            current = _head_of(row) or current
            if current and len(found[current]) < _MOST_ROWS:
                found[current].append(row)
    return found


def _head_of(row: GridRow) -> TableName | None:
    texts = {key(cell.text) for cell in row.cells if cell.row0 == row.index}
    if texts.isdisjoint(_ANY_HEAD):
        return None
    return next((name for name, heads in _HEADS.items() if texts & heads), None)
