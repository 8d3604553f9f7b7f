"""The second, independent reading: the text in the order in which the file holds it, without any geometry.

Between the labels of two rows that follow each other, the stream must hold exactly the digits that the first reading
put into the cells of the first of them. Where it holds others, the row is in doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, Form, TableName
from tasks.read.labels import key, unexplained
from tasks.read.rows import TableReading

_OPENINGS: dict[TableName, str] = {"table2": "信息内容", "table3": "申请人情况", "table4": "行政复议行政诉讼"}
_HEADERS: dict[TableName, tuple[str, ...]] = {
    "table2": ("信息内容", "处理决定数量"),
    "table3": ("申请人情况", "法人或其他组织"),
    "table4": ("未经复议直接起诉", "复议后起诉"),
}
_TABLE4_ANCHORS = ("复议后起诉",)
_FOREIGN = re.compile(r"\D{5,}")
"""A run of text that no cell holds: what follows it belongs to something else, unless the row needs it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row to confirm: its cells, how its label may be spelled, and the digits that both hold."""

    where: str
    cells: tuple[Cell, ...]
    spellings: tuple[str, ...]

    @property
    def digits(self) -> str:
        return "".join(_digits(cell.raw) for cell in self.cells)

    @property
    def adds_up(self) -> bool:
        """Whether it is a row of table 3 whose parts make its total."""
        values = [cell.value or 0 for cell in self.cells]
        return self.where.startswith("table3.") and any(values) and sum(values[:-1]) == values[-1]

    @property
    def own_number(self) -> str:
        """The digits of the label itself, which the stream holds too where the label was not found in it."""
        return _digits(self.spellings[0])


@dataclass(frozen=True, slots=True)
class _Compared:
    """Rows with the digits that they hold, and what the stream has in their place."""

    rows: tuple[_Row, ...]
    expected: str
    seen: str


def confirm(stream: str, table: TableName, reading: TableReading) -> tuple[Doubt, ...]:
    """Where the text stream differs from the first reading of a table, row by row."""
    text = key(stream)
    start = max(0, text.find(_OPENINGS[table]))
    ways = _table4_ways(reading) if table == "table4" else [_labelled_rows(reading)]
    compared = [(*_compared_with(text, start, table, rows, reading),) for rows in ways]
    return min(compared, key=len)


def _compared_with(
    text: str, start: int, table: TableName, rows: Sequence[_Row], reading: TableReading
) -> Iterator[Doubt]:
    places = list(_places(text, rows, start))
    if sum(place is not None for place in places) * 2 < len(rows):
        yield Doubt(table, "表格", "文字流中找不到该表的标签", reading.cells)
        return
    yield from _differences(text, rows, places)
    yield from _unread(text[start:], table, reading)


def is_announced(stream: str, table: TableName) -> bool:
    """Whether the text holds the header of a table, read or not."""
    text = key(stream)
    return all(part in text for part in _HEADERS[table])


def _unread(text: str, table: TableName, reading: TableReading) -> Iterator[Doubt]:
    """Rows that were not read although the text holds their labels."""
    read = {cell.address.rsplit(".", 1)[0] for cell in reading.cells}
    end = text.find("复议后起诉")
    for where, label in _labels(FORMS[reading.form]).items():
        if where.startswith(f"{table}.") and where not in read and key(label) in text[: end if end > 0 else None]:
            yield Doubt(where, "没有读出这一行", label)


def _digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if "0" <= c <= "9")


def _labelled_rows(reading: TableReading) -> list[_Row]:
    labels = _labels(FORMS[reading.form])
    printed = {
        f"{cell.address.split('.')[0]}.{code}": label for code, label in reading.labels for cell in reading.cells[:1]
    }
    return [
        _Row(where, tuple(cells), _spellings(labels[where], printed.get(where, "")))
        for where, cells in groupby(reading.cells, key=lambda c: c.address.rsplit(".", 1)[0])
    ]


def _table4_ways(reading: TableReading) -> list[list[_Row]]:
    """Table 4 as one row of figures after all its heads, or as a table for each group."""
    groups = {f"table4.{g.code}": key(g.label) for g in FORMS[reading.form].groups}
    by_group = groupby(reading.cells, key=lambda c: c.address.rsplit(".", 1)[0])
    whole = _Row("table4", reading.cells, _TABLE4_ANCHORS)
    return [[whole], [_Row(where, tuple(cells), (groups[where],)) for where, cells in by_group]]


def _labels(form: Form) -> dict[str, str]:
    return {f"table2.{i.code}": i.label for i in form.items} | {f"table3.{r.code}": r.label for r in form.rows}


def _spellings(label: str, printed: str) -> tuple[str, ...]:
    """How the stream may spell a label; as printed only if no figure got into it."""
    short = label if label.startswith("（") else label.split("（")[0]
    head = label[:3] + label[3:].split("（")[0]
    own = printed if _digits(unexplained(printed)) in ("", _digits(unexplained(label))) else ""
    return tuple(dict.fromkeys(filter(None, (key(label), key(short), key(head), key(own)))))


def _places(text: str, rows: Sequence[_Row], position: int) -> Iterator[tuple[int, int] | None]:
    """Where each row's label stands, each after the one before; None for a label that is not there."""
    for row in rows:
        hits = [(at, -len(s)) for s in row.spellings if (at := text.find(s, position)) >= 0]
        if not hits:
            yield None
            continue
        at, length = min(hits)
        position = at - length
        yield at, position


def _differences(text: str, rows: Sequence[_Row], places: Sequence[tuple[int, int] | None]) -> Iterator[Doubt]:
    for agrees, run in groupby(_compared(text, rows, places), key=lambda c: _agrees(c.expected, c.seen)):
        compared = list(run)
        if not agrees and not _agree_together(compared):
            yield from (
                Doubt(row.where, row.digits, _digits(c.seen)[:60], row.cells) for c in compared for row in c.rows
            )


def _compared(text: str, rows: Sequence[_Row], places: Sequence[tuple[int, int] | None]) -> Iterator[_Compared]:
    """Each row with a known place, those after it without one, and what the stream has up to the next known place."""
    located = [i for i, place in enumerate(places) if place]
    for first, following in zip(located, (*located[1:], None), strict=True):
        together = rows[first : following if following is not None else len(rows)]
        begin, end = places[first], places[following] if following is not None else None
        seen = text[begin[1] : end[0] if end else len(text)] if begin else ""
        expected = together[0].digits + "".join(row.own_number + row.digits for row in together[1:])
        yield _Compared(tuple(together), expected, seen)


def _agree_together(compared: Sequence[_Compared]) -> bool:
    """Whether rows of table 3 agree in sum: figures drawn before the label that a page break moved on.

    The stream then says nothing of where one row ends; that each of them adds up says it instead.
    """
    rows = [row for c in compared for row in c.rows]
    joined = "".join(c.expected for c in compared), "".join(c.seen for c in compared)
    return len(compared) > 1 and all(row.adds_up for row in rows) and _agrees(*joined)


def _agrees(expected: str, seen: str) -> bool:
    """Whether `seen` holds exactly the expected digits before anything foreign that has digits too."""
    parts = [_digits(part) for part in _FOREIGN.split(seen)]
    return any("".join(parts[:end]) == expected for end in range(1, len(parts) + 1))
