"""A page break in the midst of table 3's heads: the rest of them opens the next page, as a row without a label."""

import random

import pytest

from expectations.forms import FORMS
from tasks.read.grid import Grid, GridCell
from tasks.read.rows import GridRow
from tasks.read.table3 import read_table3
from tasks.samples import Layout, consistent_figures
from tasks.samples.tables import table3

FORM = FORMS["2021"]


def rows(grid):
    return [GridRow(grid, index, cells) for index, cells in grid.by_row()]


def fragments(rest, *, is_cut=True):
    """The heads as one grid, without what `rest` has of them; behind the break a row with that, and the rows."""
    drawn = table3(FORM, consistent_figures(FORM, random.Random(5), size=3000), Layout())
    cells = tuple(GridCell(c.text, c.row0, c.row1, c.col0, c.col1, c.col0, c.col1 + 1, None) for c in drawn.cells)
    whole = Grid(cells, drawn.rows, 1, "")
    first = next(r for r in range(whole.rows) if any("本年新收" in c.text and c.row0 == r for c in whole.cells))
    moved = [c._replace(row0=c.row0 - first + 1, row1=c.row1 - first + 1) for c in whole.cells if c.row0 >= first]
    data = sorted((c for c in moved if c.row0 == 1), key=lambda c: c.left)
    cut = [c._replace(row0=0, row1=0, text=text) for c, text in zip(data, ("", *rest), strict=True)]
    cut_off = {c.left: c.text for c in cut if is_cut}
    heads = [c._replace(text=c.text.removesuffix(cut_off.get(c.left, ""))) for c in whole.cells if c.row1 < first]
    return rows(Grid(tuple(heads), first, 1, "")) + rows(Grid((*cut, *moved), whole.rows - first + 1, 2, ""))


def test_the_ends_of_heads_are_no_row():
    reading = read_table3(fragments(("", "", "", "组织", "机构", "", "")))
    assert len(reading.cells) == len(FORM.figures("table3"))
    assert reading.doubts == ()


def test_nor_are_they_where_the_heads_above_are_whole():
    assert read_table3(fragments(("", "", "", "公益组织", "机构", "", ""), is_cut=False)).doubts == ()


@pytest.mark.parametrize("rest", [("", "", "", "组织", "3", "", ""), ("1",) * 7])
def test_anything_else_without_a_label_is_a_doubt(rest):
    assert read_table3(fragments(rest)).doubts
