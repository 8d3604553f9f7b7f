"""Tables of plain text as grids, where bars or tabs part the same number of fields in every row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from expectations.forms import FORMS
from tasks.read.figures import FIGURE
from tasks.read.grid import Grid, GridCell
from tasks.read.labels import key
from tasks.read.visible.marks import settled

SEPARATOR = re.compile(r"\A[\s|:+]*(?:[-=]{2,}[\s|:+]*)+\Z")
_FORM = FORMS["2021"]
_WIDTHS = {"信息内容": (4, 3, 2), "自然人": (10, 9, 8), "结果维持": (15,)}
"""By a head that a table has, how many columns it may have where nothing says where its rows end."""
_ONE_CELL = re.compile(r"\A[^|\t]*(?:\|\s*)+\Z")
_RESULTS = frozenset(key(name) for c in _FORM.results for name in (c.label, *c.aliases))
_GROUPS = {key(g.label): g.label for g in _FORM.groups}
_OVER = {*_GROUPS, key(_FORM.groups[1].parent)}
"""Heads of table 4 that stand over the blanks to their right."""
_Cells = list[list[int]]


def text_grids(lines: Sequence[str]) -> tuple[list[Grid], list[str]]:
    """The grids that the lines of a text make, and the lines with what is repeated for a merged cell said once.

    Lines whose fields cannot be told apart make no grid.
    """
    grids: list[Grid] = []
    said: list[str] = []
    for run, caption in _runs(lines):
        grid = _grid(_rows(run), caption) if caption is not None else None
        if grid is None or not (_is_boxed(run) or any((c.row0, c.col0) != (c.row1, c.col1) for c in grid.cells)):
            said.extend(run)
        else:
            said.extend(" ".join(c.text for c in cells if c.row0 == row) for row, cells in grid.by_row())
        grids.extend([grid] if grid else [])
    return grids, said


def split(line: str, *, framed: bool) -> list[str]:
    """The fields of a line that tabs or bars part; of bars that frame it the outer ones part nothing."""
    if "\t" in line:
        return [field.strip() for field in line.split("\t")]
    row = line.strip().removeprefix("|").removesuffix("|") if framed else line
    return [field.strip() for field in row.split("|")]


def is_framed(lines: Sequence[str]) -> bool:
    """Whether rows begin with a bar before their first cell; else a bar there parts a blank cell from the next."""
    rows = [line.strip() for line in lines if line.count("|") >= 2]
    return 2 * sum(row.startswith("|") for row in rows) > len(rows)


def is_one_cell(line: str) -> bool:
    """Whether a line holds one cell, with a bar after it and one for each further column that it covers."""
    return bool(_ONE_CELL.match(line)) and not (line.lstrip().startswith("|") and line.strip("| \t"))


def one_by_one(line: str) -> list[str]:
    """The fields of such a line."""
    text, _, bars = line.partition("|")
    return [text.strip(), *[""] * bars.count("|")]


def _runs(lines: Sequence[str]) -> Iterator[tuple[list[str], str | None]]:
    """Lines of fields that follow each other, with the line of text before them; and lines of text, with None."""
    run: list[str] = []
    caption = ""
    for line in lines:
        if "\t" in line or "|" in line or (run and (not line.strip() or SEPARATOR.match(line))):
            run.append(line)
            continue
        if run:
            yield run, caption
            run, caption = [], ""
        caption = line if line.strip() and not SEPARATOR.match(line) else caption
        yield [line], None
    if run:
        yield run, caption


def _rows(run: Sequence[str]) -> list[list[str]]:
    """The rows of a run; none where they are not all of one width."""
    plain = [line for line in run if line.strip() and (is_one_cell(line) or not SEPARATOR.match(line))]
    if sum(is_one_cell(line) for line in plain) > 0.8 * len(plain):
        return _unfolded([field for line in plain for field in one_by_one(line)])
    framed = is_framed(plain)
    rows = _boxed(run) if _is_boxed(run) else [split(line, framed=framed) for line in plain]
    return rows if len({len(row) for row in rows}) == 1 else []


def _unfolded(cells: Sequence[str]) -> list[list[str]]:
    """Cells one after another as rows: as wide as the table may be, if rows so wide hold their figures last."""
    keys = {key(cell) for cell in cells}
    widths = next((widths for head, widths in _WIDTHS.items() if head in keys), ())
    for width in widths:
        rows = [list(cells[n : n + width]) for n in range(0, len(cells), width)]
        if len(cells) % width == 0 and all(_ends_in_figures(row) for row in rows):
            return rows
    return []


def _ends_in_figures(row: Sequence[str]) -> bool:
    """Whether the row is figures alone, or text before all figures; a row of a label has one."""
    figures = [bool(FIGURE.match(cell)) for cell in row]
    first = figures.index(True) if any(figures) else len(row)
    if first == 0:
        return len(row) == _WIDTHS["结果维持"][0]
    return all(is_figure or not cell for is_figure, cell in zip(figures[first:], row[first:], strict=True))


def _is_boxed(run: Sequence[str]) -> bool:
    """Whether lines of dashes part the rows, so that a row may be of several lines."""
    rules = sum(1 for line in run if line.lstrip().startswith("+") and SEPARATOR.match(line))
    return rules * 4 >= len(run) > rules


def _boxed(run: Sequence[str]) -> list[list[str]]:
    """Rows whose cells go over several lines, each row with a line of dashes below it."""
    rows: list[list[str]] = []
    is_open = False
    for line in run:
        if SEPARATOR.match(line):
            is_open = False
            continue
        fields = split(line, framed=True)
        if is_open and len(fields) == len(rows[-1]):
            rows[-1] = [f"{above} {field}".strip() for above, field in zip(rows[-1], fields, strict=True)]
        else:
            rows.append(fields)
        is_open = True
    return rows


def _grid(rows: list[list[str]], caption: str) -> Grid | None:
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    group = _group_of(rows, caption)
    if group:
        rows = [[group] * len(rows[0]), *rows]
    cells = _merged(rows)
    return Grid(
        tuple(GridCell(settled(rows[r0][c0]), r0, r1, c0, c1, float(c0), c1 + 1.0) for r0, r1, c0, c1 in cells),
        len(rows),
        None,
        "fields",
    )


def _group_of(rows: Sequence[Sequence[str]], caption: str) -> str:
    """The group of table 4 that stands over a table of results alone."""
    keys = {key(cell) for row in rows for cell in row}
    if len(keys & _RESULTS) < 3 or keys & _GROUPS.keys():
        return ""
    named = [label for text, label in _GROUPS.items() if text in key(caption)]
    is_of_both = "行政诉讼" in key(caption) and named == [_FORM.groups[0].label]
    return named[0] if len(named) == 1 and not is_of_both else ""


def _merged(rows: Sequence[Sequence[str]]) -> _Cells:
    """The cells as first and last row and column: what a converter repeats for a merged cell is one cell again."""
    cells: _Cells = []
    above: list[list[int]] = []
    for index, row in enumerate(rows):
        here: list[list[int]] = []
        for column, text in enumerate(row):
            left = here[-1] if here else None
            upper = above[column] if above else None
            if left is not None and _is_covered(rows, left, index, text, above, column):
                left[3] = column
            elif text and upper is not None and _continues_down(rows, upper, row):
                upper[1] = index
                left = upper
            else:
                left = [index, index, column, column]
                cells.append(left)
            here.append(left)
        above = here
    return cells


def _is_covered(
    rows: Sequence[Sequence[str]], left: list[int], index: int, text: str, above: list[list[int]], column: int
) -> bool:
    """Whether a place belongs to the cell on its left: what that says is repeated, or it is a head over blanks."""
    if not text:
        return left[0] == index and key(rows[index][left[2]]) in _OVER
    if left[0] != index or rows[index][left[2]] != text:
        return False
    if not FIGURE.match(text):
        return True
    return bool(above) and above[column] is above[left[2]] and above[column][2] < above[column][3]


def _continues_down(rows: Sequence[Sequence[str]], upper: list[int], row: Sequence[str]) -> bool:
    """Whether the whole cell above is repeated in this row."""
    text = rows[upper[0]][upper[2]]
    return bool(key(text)) and not FIGURE.match(text) and all(row[n] == text for n in range(upper[2], upper[3] + 1))
