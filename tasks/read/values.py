"""A cell of a grid as a figure of the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS
from tasks.read.figures import parse_figure, read_figure
from tasks.read.grid import Grid, GridCell

FIGURES = {figure.address: figure for form in FORMS.values() for figure in form.figures()}


def figure_doubts(cells: Iterable[Cell]) -> Iterator[Doubt]:
    """A doubt for every cell that prints something of which it cannot be told which number it means."""
    for cell in cells:
        unclear = (
            read_figure(cell.raw, FIGURES[cell.address]).unclear
            if not (cell.raw.isascii() and cell.raw.isdecimal())
            else ""
        )
        if unclear:
            yield Doubt(cell.address, cell.raw, unclear, (cell,))


def cell_of(address: str, cell: GridCell, grid: Grid) -> Cell:
    """The figure at `address` as `cell` prints it, with its place."""
    return Cell(address, parse_figure(cell.text, FIGURES[address]), cell.text, grid.page, cell.bbox, grid.engine)
