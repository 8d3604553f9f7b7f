"""The second, independent reading: the text in the order in which the file holds it, without any geometry.

It knows the form's labels to the letter and nothing of the first reading's matching. Between the labels of two rows the
text must hold exactly the figures that the first reading put into the cells of the first of them, parted in the same
way. Where it holds others, or a row twice, the row is in doubt; what it could not find to the letter is not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate, groupby, pairwise

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, TableName
from tasks.read.cross_check_heads import head_doubts, total_is_elsewhere
from tasks.read.rows import TableReading
from tasks.read.stream import Part, Places, Stream, figures_of_cell

_PLACING = ("lines", "cells", "converted", "words")
"""Engines that see which column a figure stands in, though it is the only one of its row."""


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """What the second reading makes of a table: where it differs, and the addresses that it confirms."""

    doubts: tuple[Doubt, ...]
    confirmed: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class _Row:
    """A row as first read: its cells, and the figures that they print, in order."""

    where: str
    cells: tuple[Cell, ...]

    @cached_property
    def expected(self) -> list[str]:
        return [figures for cell in self.cells if (figures := figures_of_cell(cell.raw))]

    @property
    def adds_up(self) -> bool:
        """Whether it is a row of table 3 whose parts make its total."""
        values = [cell.value or 0 for cell in self.cells]
        return self.where.startswith("table3.") and any(values) and sum(values[:-1]) == values[-1]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Rows that stand together, the figures expected in them, and what the text has in their place."""

    rows: tuple[_Row, ...]
    expected: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the text shows which cells are blank, in a medium where only the order of its fields could tell."""
        cells = [cell for row in self.rows for cell in row.cells]
        return _is_placed(cells) or sum(len(part.figures) + part.blanks for part in self.parts) >= len(cells)

    @property
    def seen(self) -> list[str]:
        return [figure for part in self.parts for figure in part.figures]


def _is_placed(cells: Sequence[Cell]) -> bool:
    """Whether something else than the order of fields in a text says which cell is which."""
    return any(cell.engine in _PLACING for cell in cells)


def cross_check(stream: Stream, table: TableName, reading: TableReading) -> CrossCheck:
    """Where the text stream differs from the first reading of `table`, and which cells it confirms; found once."""
    for asked, found in stream.checks:
        if asked == (table, reading) and isinstance(found, CrossCheck):
            return found
    checked = _cross_check(stream, table, reading)
    stream.checks.append(((table, reading), checked))
    return checked


def _cross_check(stream: Stream, table: TableName, reading: TableReading) -> CrossCheck:
    rows = [_Row(w, tuple(c)) for w, c in groupby(reading.cells, key=lambda c: c.address.rpartition(".")[0])]
    if table == "table4":
        return _table4(stream, rows)
    found = stream.rows(table, reading.form)
    if sum(row.where in found for row in rows) * 2 < len(rows):
        return CrossCheck((Doubt(table, "表格", "文字流中找不到该表的标签", reading.cells),))
    compared = list(_compared(rows, found))
    doubts = [*_differences(compared), *_twice(rows, found), *_unread(rows, found)]
    doubts += [
        *_of_another_form(stream, table, reading),
        *head_doubts(stream, table, reading),
        *_elsewhere(stream, table, rows),
    ]
    if table == "table3" and total_is_elsewhere(stream, reading):
        return CrossCheck(tuple(doubts))
    agreed = (one for one in compared if len(one.rows) == 1 and _agrees(one.expected, one.parts) and one.is_whole)
    return CrossCheck(tuple(doubts), frozenset(c.address for one in agreed for c in one.rows[0].cells))


def _compared(rows: Sequence[_Row], found: Places) -> Iterator[_Compared]:
    """Each row that the text names, with those after it that it does not name, and what it has there."""
    located = [n for n, row in enumerate(rows) if row.where in found]
    for first, after in pairwise([*located, len(rows)]):
        together = tuple(rows[first:after])
        expected = tuple(figure for row in together for figure in row.expected)
        places = found[together[0].where]
        parts = next((p for p in places if _agrees(expected, p)), None)
        yield _Compared(together, expected, parts or max(places, key=lambda p: sum(len(x.figures) for x in p)))


def _differences(compared: Sequence[_Compared]) -> Iterator[Doubt]:
    for agrees, run in groupby(compared, key=_holds):
        different = list(run)
        if not agrees and not _agree_together(different):
            for one in different:
                yield from (Doubt(r.where, " ".join(r.expected), _shown(one.parts), r.cells) for r in one.rows)


def _holds(one: _Compared) -> bool:
    """Whether the figures are there; rows whose label is not to the letter may have their numbers between."""
    if _agrees(one.expected, one.parts):
        return True
    return len(one.rows) > 1 and _interleaved(one)


def _interleaved(one: _Compared) -> bool:
    """Whether the rows' figures stand in order in the parts, at most a label's number or another row between them."""
    groups = [list(part.figures) for part in one.parts if part.figures]
    for row in one.rows:
        while groups and row.expected and not _same(row.expected, groups[0]):
            if len(groups[0]) > 1:
                return False
            groups.pop(0)
        if row.expected and not groups:
            return False
        if row.expected:
            groups.pop(0)
    return not any(len(group) > 1 for group in groups)


def _agree_together(compared: Sequence[_Compared]) -> bool:
    """Whether rows of table 3 agree in sum: figures drawn before the label that a page break moved on.

    The text then says nothing of where one row ends; that each of them adds up says it instead.
    """
    rows = [row for c in compared for row in c.rows]
    joined = [figure for c in compared for figure in c.expected], [figure for c in compared for figure in c.seen]
    return len(compared) > 1 and all(row.adds_up for row in rows) and _same(*joined)


def _agrees(expected: Sequence[str], parts: Sequence[Part]) -> bool:
    """Whether the parts hold exactly the expected figures, before anything that is a row of its own."""
    seen: list[str] = []
    wanted, length = sum(map(len, expected)), 0
    for part in parts:
        if part.is_foreign and length == wanted and _same(expected, seen):
            return True
        seen += part.figures
        length += sum(map(len, part.figures))
        if length > wanted:
            return False
    return _same(expected, seen)


def _same(expected: Sequence[str], seen: Sequence[str]) -> bool:
    """The same digits, and every cell ends where a figure of the text ends: a figure may be broken, never joined."""
    if [*expected] == [*seen]:
        return True
    if "".join(expected) != "".join(seen):
        return False
    ends = set(accumulate(map(len, seen)))
    return all(end in ends for end in accumulate(map(len, expected)))


def _twice(rows: Sequence[_Row], found: Places) -> Iterator[Doubt]:
    """Rows that the text has more than once with different figures."""
    for row in rows:
        filled = [parts[0].figures for parts in found.get(row.where, ()) if any(parts[0].figures)]
        others = [f for f in filled if not _same(row.expected, f)]
        if others and (len(filled) > 1 or not row.expected):
            yield Doubt(row.where, " ".join(row.expected), f"另有一行：{' '.join(others[0])[:60]}", row.cells)


def _unread(rows: Sequence[_Row], found: Places) -> Iterator[Doubt]:
    """Rows that were not read although the text names them."""
    read = {row.where for row in rows}
    for where, places in found.items():
        if where not in read:
            yield Doubt(where, "没有读出这一行", _shown(places[0]))


def _of_another_form(stream: Stream, table: TableName, reading: TableReading) -> Iterator[Doubt]:
    """Rows that only the other form has; what is a mere heading in this form counts with figures right behind it."""
    for where, places in stream.rows(table, without=_own(table, reading.form)).items():
        if where not in _headings(reading.form) or any(parts[0].figures for parts in places):
            yield Doubt(table, f"{reading.form} 年格式", "文字中有另一年格式才有的行", reading.cells)
            return


@cache
def _own(table: TableName, form: str) -> frozenset[str]:
    """The rows that a table of the form has."""
    return frozenset(figure.address.rpartition(".")[0] for figure in FORMS[form].figures(table))


@cache
def _headings(form: str) -> frozenset[str]:
    """The rows of any form whose label is a mere heading in this one."""
    groups = {row.group for row in FORMS[form].rows}
    return frozenset(f"table3.{row.code}" for other in FORMS.values() for row in other.rows if row.label in groups)


def _elsewhere(stream: Stream, table: TableName, rows: Sequence[_Row]) -> Iterator[Doubt]:
    """Rows of a second table of the kind: last year's, one of part of the cases, or a correction."""
    read = {row.where: row for row in rows}
    for where, places in stream.elsewhere(table).items():
        row = read.get(where)
        if row and not _same(row.expected, places[0][0].figures) and set("".join(places[0][0].figures)) != {"0"}:
            yield Doubt(table, " ".join(row.expected), f"另有一张同类的表：{_shown(places[0])}", row.cells)
            return


def _shown(parts: Sequence[Part]) -> str:
    return " ".join(figure for part in parts for figure in part.figures)[:60]


def _table4(stream: Stream, rows: Sequence[_Row]) -> CrossCheck:
    """The figures after the last head, for the table's one row has no label; or a table for each group."""
    cells = tuple(cell for row in rows for cell in row.cells)
    whole = _Row("table4", cells)
    places = stream.disputes()
    by_group = stream.dispute_groups()
    if all(any(_agrees(row.expected, parts) for parts in by_group.get(row.where, ())) for row in rows):
        return CrossCheck(tuple(_twice(rows, by_group)), frozenset(cell.address for cell in cells))
    if not places:
        return CrossCheck((Doubt("table4", "表格", "文字流中找不到该表的标签", cells),))
    reading = TableReading("2021", cells)
    doubts = list(head_doubts(stream, "table4", reading))
    if not any(_agrees(whole.expected, parts) for parts in places):
        doubts.append(Doubt("table4", " ".join(whole.expected), _shown(places[0]), cells))
    doubts += _twice([whole], {"table4": places})
    is_whole = _is_placed(cells) or sum(len(p.figures) + p.blanks for p in places[0]) >= len(cells)
    confirmed = frozenset(cell.address for cell in cells) if is_whole and not doubts else frozenset()
    return CrossCheck(tuple(doubts), confirmed)
