"""Tables as grids of possibly merged cells, whatever medium they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from expectations.evidence import BBox


@dataclass(frozen=True, slots=True)
class GridCell:
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

    def row(self, index: int) -> tuple[GridCell, ...]:
        """The cells that cover row `index`, from left to right."""
        return tuple(sorted((c for c in self.cells if c.row0 <= index <= c.row1), key=lambda c: c.left))

    def by_row(self) -> Iterator[tuple[int, tuple[GridCell, ...]]]:
        """Every row with the cells that cover it."""
        return ((index, self.row(index)) for index in range(self.rows))
