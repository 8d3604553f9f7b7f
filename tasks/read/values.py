"""A cell of a grid as a figure of the form."""

from __future__ import annotations

from expectations.evidence import Cell
from expectations.forms import FORMS
from tasks.read.figures import parse_figure
from tasks.read.grid import Grid, GridCell

FIGURES = {figure.address: figure for form in FORMS.values() for figure in form.figures()}


def cell_of(address: str, cell: GridCell, grid: Grid) -> Cell:
    """The figure at `address` as `cell` prints it, with its place."""
    return Cell(address, parse_figure(cell.text, FIGURES[address]), cell.text, grid.page, cell.bbox, grid.engine)
