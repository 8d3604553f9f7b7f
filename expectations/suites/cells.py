"""A report's cells as rows of the table that the suite validates: one row for every figure that the form asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from expectations.evidence import Cell, Doubt, Number
from expectations.forms import FORMS, TABLES, Figure, Form, TableName, form_for, identities

SCALE = 10_000
"""Figures are kept as integers of a ten-thousandth: exact for counts, and for amounts in 万元 down to one yuan."""


@dataclass(frozen=True, slots=True)
class CellRow:
    """One figure of the form as read; flags are 0 or 1.

    `times` is how often it was read, `value` what was printed, `counted` what sums count (a blank counts as 0, a blank
    total as the sum of its parts), `judged` whether sums may rest on it.
    """

    address: str
    form: str
    tbl: str
    line: str
    col: str
    times: int
    value: int | None
    counted: int
    blank: int
    number: int
    whole: int
    signed: int
    judged: int
    doubted: int
    table_found: int
    column_found: int
    form_serves: int


COLUMNS = tuple(field.name for field in fields(CellRow))


def cell_rows(
    cells: Sequence[Cell], forms: Mapping[TableName, str], year: int | None, doubts: Sequence[Doubt]
) -> list[CellRow]:
    """Every figure that the report must hold: each table by the form that it is in, a missing one by the year's."""
    read: dict[str, Cell] = {cell.address: cell for cell in cells}
    times = Counter(cell.address for cell in cells)
    expected = (form_for(year) if year else None) or FORMS[next(iter(forms.values()), "2021")]
    rows: list[CellRow] = []
    for table in TABLES:
        form = FORMS[forms[table]] if table in forms else expected
        counted = _counted(form, table, read)
        found = {figure.column for figure in form.figures(table) if figure.address in read}
        serves = table not in forms or year is None or form.serves(year)
        for figure in form.figures(table):
            doubted = any(_covers(doubt.where, figure.address) for doubt in doubts)
            flags = int(table in forms), int(figure.column in found), int(serves)
            rows.append(_row(form, figure, read.get(figure.address), times[figure.address], counted, doubted, flags))
    return rows


def _row(
    form: Form,
    figure: Figure,
    cell: Cell | None,
    times: int,
    counted: Mapping[str, Number],
    doubted: bool,
    flags: tuple[int, int, int],
) -> CellRow:
    value = _scaled(cell.value) if cell and cell.value is not None else None
    blank = int(cell is not None and cell.is_blank)
    number = int(value is not None)
    whole = int(value is not None and (figure.kind == "amount" or value % SCALE == 0))
    judged = int(times == 1 and not doubted and (blank or whole))
    place = figure.address.rsplit(".", 1)[0]
    total = _scaled(counted.get(figure.address, 0))
    return CellRow(
        figure.address, form.code, figure.table, place, figure.column, times, value, total, blank, number, whole,
        int(figure.signed), judged, int(doubted), *flags,
    )  # fmt: skip


def _covers(where: str, address: str) -> bool:
    return address == where or address.startswith(f"{where}.")


def _scaled(value: Number) -> int:
    return int((Decimal(value) * SCALE).to_integral_value())


def _counted(form: Form, table: TableName, read: Mapping[str, Cell]) -> dict[str, Number]:
    """What sums count for every cell; a blank total is derived from its parts, rows first, then columns."""
    counted: dict[str, Number] = {a: cell.value or 0 for a, cell in read.items() if a.startswith(f"{table}.")}
    for identity in identities(form):
        total = identity.right[0]
        if identity.rule.endswith("_SUM") and total in read and read[total].is_blank:
            counted[total] = sum(counted.get(part, 0) for part in identity.left)
    return counted
