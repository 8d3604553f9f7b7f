"""Table 3: rows are told by their labels and the order of the form, columns by the header or the columns before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from expectations.blanks import is_blank_mark
from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, Form
from expectations.forms.model import Column
from tasks.read.figures import FIGURE
from tasks.read.grid import Grid, GridCell
from tasks.read.labels import LIKELY, MATCH, align, best_of, key, similarity
from tasks.read.rows import GridRow, TableReading
from tasks.read.torn_heads import with_whole_heads
from tasks.read.values import cell_of

_APPLICANTS = FORMS["2021"].applicants
_HEADS = frozenset({*(key(a.label) for a in _APPLICANTS[:5]), key(_APPLICANTS[1].group), "申请人情况"})
_LABELS = tuple(dict.fromkeys(name for form in FORMS.values() for row in form.rows for name in row.names))
_WHOLE = frozenset(map(key, _LABELS))
_NAMES = tuple((a, frozenset(map(key, (a.label, *a.aliases)))) for a in _APPLICANTS)
Columns = list[tuple[Column, float]]
"""The applicants found, from left to right, each with the middle of its column."""


@dataclass(frozen=True, slots=True)
class DataRow:
    """A row of figures before it is known which row of the form it is."""

    label: str
    figures: dict[str, GridCell]
    grid: Grid
    may_continue: bool
    """Whether it may be the rest of the row before: it opens a new fragment of the table."""

    @property
    def is_blank(self) -> bool:
        return all(is_blank_mark(c.text) for c in self.figures.values())


def read_table3(rows: list[GridRow]) -> TableReading | None:
    """The figures of table 3 in the form that explains its labels best; None if no row was recognised."""
    rows = with_whole_heads(rows, _HEADS)
    reading = recognise_rows(joined_rows(list(_data_rows(rows))))
    spanning = tuple(_over_rows(rows)) if reading and any(map(_goes_on, rows)) else ()
    return replace(reading, rivals=(*reading.rivals, *spanning)) if reading and spanning else reading


def _over_rows(rows: Sequence[GridRow]) -> Iterator[Doubt]:
    """Rows with figures of their own beside one that stands in a cell of this and other rows: whose it is, nobody says.

    A cell of several lines is one where the rules between rows are not drawn.
    """
    columns: Columns = []
    for _, group in groupby(rows, key=lambda row: id(row.grid)):
        fragment = list(group)
        columns = _named([row for row in fragment if _is_header(row)], columns) or columns
        for row in fragment if len(columns) == len(_APPLICANTS) else ():
            cells = [cell for _, middle in columns if (cell := _under(row, middle))]
            own = [c for c in cells if c.row0 == row.index and c.row1 == row.index and FIGURE.match(c.text.strip())]
            for cell in cells:
                text = cell.text.strip()
                if cell.row0 < row.index and FIGURE.match(text) and 2 * len(own) > len(cells):
                    yield Doubt("table3", text, "一格跨了几行，不知属于哪一行")


def _goes_on(row: GridRow) -> bool:
    """Whether a figure of a row before stands in this row too."""
    return any(cell.row0 < row.index and FIGURE.match(cell.text.strip()) for cell in row.cells)


def recognise_rows(data: Sequence[DataRow]) -> TableReading | None:
    """Rows of figures with their labels as the table of the form that explains the labels best."""
    data = _without_template(data)
    best: tuple[float, Form, dict[int, int]] | None = None
    for form in FORMS.values():
        found = align([d.label for d in data], [r.names for r in form.rows])
        score = sum(best_of(data[i].label, form.rows[j].names) for i, j in found.items()) - len(form.rows)
        if found and (best is None or score > best[0]):
            best = score, form, found
        if score == 0:  # all rows of the form, to the letter
            break
    return _reading(best[1], data, best[2]) if best else None


def _without_template(data: Sequence[DataRow]) -> list[DataRow]:
    """Without the blank rows that stand again filled: many a report leaves the empty form before or behind its own."""
    filled = {key(row.label) for row in data if not row.is_blank}
    twice = {label for label, times in Counter(key(row.label) for row in data).items() if times > 1}
    return [row for row in data if not (row.is_blank and key(row.label) in filled & twice)]


def _reading(form: Form, data: Sequence[DataRow], found: dict[int, int]) -> TableReading:
    cells: list[Cell] = []
    doubts: list[Doubt] = []
    extras: list[str] = []
    for index, row in enumerate(data):
        if index not in found:
            doubts.extend(_left_over(form, row))
            extras.append(row.label)
            continue
        code = form.rows[found[index]].code
        read = tuple(_cells(f"table3.{code}", row))
        cells.extend(read)
    labels = tuple((form.rows[found[i]].code, data[i].label) for i in sorted(found))
    return TableReading(form.code, tuple(cells), tuple(doubts), labels, extras=tuple(extras))


def _cells(where: str, row: DataRow) -> Iterator[Cell]:
    return (cell_of(f"{where}.{code}", cell, row.grid) for code, cell in row.figures.items())


def _left_over(form: Form, row: DataRow) -> Iterator[Doubt]:
    """A row that was not placed: an extra one is no fault, but one with a label of the form, or none, is our doubt."""
    if row.is_blank:
        return
    score, label = max((similarity(row.label, name), f"table3.{r.code}") for r in form.rows for name in r.names)
    shown = " ".join(cell.text.strip() for cell in row.figures.values())
    if score >= LIKELY:
        yield Doubt(label, f"“{row.label}”一行：{shown}", "标签重复或次序不符", tuple(_cells(label, row)))
    elif not key(row.label) and not _ends_heads(row):
        yield Doubt("table3", f"没有行名的一行：{shown}", "不知属于哪一行")


def _ends_heads(row: DataRow) -> bool:
    """Whether all that it prints are the ends of its columns' heads, which a page break has cut off."""
    texts = {code: cell.text for code, cell in row.figures.items() if not is_blank_mark(cell.text)}
    ends = {a.code for a, names in _NAMES for name in names if name.endswith(key(texts.get(a.code, "")) or "\0")}
    return row.may_continue and texts.keys() <= ends and not any(map(str.isdigit, "".join(texts.values())))


def _data_rows(rows: list[GridRow]) -> Iterator[DataRow]:
    columns: Columns = []
    named: Columns = []
    for _, group in groupby(rows, key=lambda row: id(row.grid)):
        fragment, opens = list(group), True
        heads = [row for row in fragment if _is_header(row)]
        others = set(map(id, heads))
        named = _named(heads, named)
        columns = named if len(named) > len(_APPLICANTS) // 2 else _carried(columns, fragment)
        for row in fragment if columns else ():
            if id(row) not in others and (figures := _figures(row, columns)):
                yield DataRow(_label(row, figures), figures, row.grid, opens)
                opens = False


def _label(row: GridRow, figures: dict[str, GridCell]) -> str:
    """The print nearest to the figures, of the cells that begin in this row if there are any."""
    first = min(c.left for c in figures.values())
    beside = [c for c in row.cells if c.middle < first]
    own = [c for c in beside if c.row0 == row.index] or beside
    return next((c.text for c in reversed(own) if c.text.strip()), "")


def _is_header(row: GridRow) -> bool:
    return any(key(c.text) in _HEADS for c in row.cells)


def _named(heads: list[GridRow], before: Columns) -> Columns:
    """The columns that the header rows of one grid name, and those that a page break parted from them; else none."""
    cells = [(key(c.text), c) for c in {id(c): c for row in heads for c in row.cells}.values()]
    named: Columns = []
    for applicant, names in _NAMES:
        matching = [c for text, c in cells if text in names]
        if len(matching) == 1:
            named.append((applicant, matching[0].middle))
    missing = [pair for pair in before if named and pair[0] not in dict(named)]
    return sorted([*named, *missing], key=lambda pair: pair[1])


def _carried(columns: Columns, rows: Sequence[GridRow]) -> Columns:
    """The columns of the fragment before, if cells of this one stand under them; else the last cells of its rows."""
    for row in rows:
        hits = {id(cell) for _, middle in columns if (cell := _under(row, middle))}
        if columns and len(hits) == len(columns):
            return columns
    widest = max(rows, key=lambda row: len(row.cells))
    if len(widest.cells) <= len(_APPLICANTS):
        return []
    return [(a, c.middle) for a, c in zip(_APPLICANTS, widest.cells[-len(_APPLICANTS) :], strict=True)]


def _under(row: GridRow, middle: float) -> GridCell | None:
    for cell in row.cells:
        if cell.left <= middle <= cell.right:
            return cell
    return None


def _figures(row: GridRow, columns: Columns) -> dict[str, GridCell]:
    """The figures that begin in this row, by applicant; empty if it has none of its own."""
    found = {column.code: cell for column, middle in columns if (cell := _under(row, middle))}
    cells = list(found.values())
    if len({id(c) for c in cells}) < len(cells) or not cells or any(c.row0 != row.index for c in cells):
        return {}
    return found


def joined_rows(data: Sequence[DataRow]) -> list[DataRow]:
    """Rows that a page break has cut in two, made one again."""
    joined: list[DataRow] = []
    for row in data:
        if joined and row.may_continue and _continues(joined[-1], row):
            joined[-1] = _merged(joined[-1], row)
        else:
            joined.append(row)
    return joined


def _continues(before: DataRow, row: DataRow) -> bool:
    if set(before.figures) != set(row.figures):
        return False
    if not row.label.strip() or (not before.label.strip() and _complete(before, row)):
        return True
    whole, first, second = (best_similarity(t) for t in (before.label + row.label, before.label, row.label))
    is_whole = key(before.label + row.label) in _WHOLE
    return is_whole or whole > max(first, second) or (row.is_blank and second < MATCH)


def _complete(before: DataRow, row: DataRow) -> bool:
    """Whether no column has print in both rows."""
    return not any(cell.text.strip() and row.figures[code].text.strip() for code, cell in before.figures.items())


def best_similarity(label: str) -> float:
    """How alike `label` and the likeliest row label of any form are."""
    return best_of(label, _LABELS)


def _merged(before: DataRow, row: DataRow) -> DataRow:
    if not any(cell.text.strip() for cell in before.figures.values()):
        return replace(row, label=before.label + row.label, may_continue=before.may_continue)
    figures = {code: c._replace(text=c.text + row.figures[code].text) for code, c in before.figures.items()}
    return replace(before, label=before.label + row.label, figures=figures)
