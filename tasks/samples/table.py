"""A table to draw: cells that span rows and columns, and where a page may cut it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class TableCell:
    """Text over rows `row0`..`row1` and columns `col0`..`col1`, both inclusive."""

    text: str
    row0: int
    row1: int
    col0: int
    col1: int
    vertical: bool = False


@dataclass(frozen=True, slots=True)
class SampleTable:
    """Cells over columns of relative `widths`; the first `head` rows are the header."""

    widths: tuple[float, ...]
    rows: int
    cells: tuple[TableCell, ...]
    head: int = 0

    def part(self, first: int, last: int) -> SampleTable:
        """Rows `first`..`last` - 1; of a cell that is cut, the text stays with the larger part."""
        cells = []
        for cell in self.cells:
            if cell.row0 < last and cell.row1 >= first:
                row0, row1 = max(cell.row0, first), min(cell.row1, last - 1)
                here, elsewhere = row1 - row0 + 1, (cell.row1 - cell.row0) - (row1 - row0)
                holds = here > elsewhere or (here == elsewhere and row0 == cell.row0)
                cells.append(replace(cell, text=cell.text if holds else "", row0=row0 - first, row1=row1 - first))
        return SampleTable(self.widths, last - first, tuple(cells), self.head if first == 0 else 0)

    def below(self, head: SampleTable) -> SampleTable:
        """This part with the rows of `head` repeated above it."""
        moved = (replace(cell, row0=cell.row0 + head.rows, row1=cell.row1 + head.rows) for cell in self.cells)
        return SampleTable(self.widths, head.rows + self.rows, (*head.cells, *moved), head.rows)
