"""Heads of columns that a page break has cut: what stands below the break belongs to what stands above it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from tasks.read.grid import GridCell
from tasks.read.labels import key
from tasks.read.rows import GridRow


def with_whole_heads(rows: Sequence[GridRow], names: Collection[str]) -> list[GridRow]:
    """The rows of a table; the parts of a head made one again where they are one of `names` only together."""
    return [
        *rows[:1],
        *(_joined(above, row, names) if row.grid is not above.grid else row for above, row in pairwise(rows)),
    ]


def _joined(above: GridRow, row: GridRow, names: Collection[str]) -> GridRow:
    if any(cell.text.strip().isdigit() for cell in row.cells):  # figures stand beside no head
        return row
    return replace(row, cells=tuple(_whole(above, cell, names) for cell in row.cells))


def _whole(above: GridRow, cell: GridCell, names: Collection[str]) -> GridCell:
    first = next((one.text for one in above.cells if one.left <= cell.middle <= one.right), "")
    is_torn = key(cell.text) not in names and key(first) not in names and key(first + cell.text) in names
    return cell._replace(text=first + cell.text) if is_torn else cell
