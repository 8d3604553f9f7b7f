"""Tables as grids of possibly merged cells, whatever medium they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from expectations.evidence import BBox


class GridCell(NamedTuple):
    """A (merged) cell: rows `row0`..`row1` and columns `col0`..`col1` inclusive.

    `left` and `right` are its edges: points on a page, column numbers where there is no geometry.
    """

    text: str
    row0: int
    row1: int
    col0: int
    col1: int
    left: float
    right: float
    bbox: BBox | None = None

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, or the part of one that stands on a page. `engine` says how it was found."""

    cells: tuple[GridCell, ...] = field(repr=False)
    rows: int
    page: int | None
    engine: str

    def by_row(self) -> Iterator[tuple[int, tuple[GridCell, ...]]]:
        """Every row with the cells that cover it, from left to right."""
        rows: list[list[GridCell]] = [[] for _ in range(self.rows)]
        for cell in sorted(self.cells, key=lambda c: c.left):
            for index in range(max(cell.row0, 0), min(cell.row1, self.rows - 1) + 1):
                rows[index].append(cell)
        return ((index, tuple(cells)) for index, cells in enumerate(rows))
