"""Reports' cells as rows of the table that a suite validates: one row for every figure that the form asks for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal
from typing import NamedTuple, TypeGuard

from expectations.evidence import Cell, Number
from expectations.forms import TABLES, Figure, TableName
from expectations.tables_read import TablesRead
from expectations.totals import counted

SCALE = 10_000
"""Printed values are kept as integers of a ten-thousandth: never as floats, and an amount in 万元 to one yuan."""

_FEN = Decimal("0.000001")
"""The finest amount there is: one 分 in 万元."""

LIMIT = 10**13
"""A figure from here on is no figure but a misprint (or a misreading), and would not fit a 64-bit sum."""


class CellRow(NamedTuple):
    """One figure of the form as read; flags are 0 or 1.

    `report` numbers the reports of a batch, `times` is how often it was read, `value` what is printed (scaled),
    `counted` what sums count (null: no sum may rest on it), `proper` whether it is a number of the figure's kind.
    """

    report: int
    address: str
    tbl: str
    line: str
    col: str
    kind: str
    signed: int
    times: int
    value: int | None
    counted: int | None
    is_blank: int
    proper: int
    doubted: int
    table_found: int
    column_found: int
    serves_year: int


COLUMNS = CellRow._fields


def cell_rows(tables: TablesRead, report: int = 0) -> dict[str, list[CellRow]]:
    """For each form in use (by code) the rows of every figure that its tables must hold, read or not."""
    rows: dict[str, list[CellRow]] = {}
    for table in TABLES:
        rows.setdefault(tables.form(table).code, []).extend(_rows_of(tables, table, report))
    return rows


def _rows_of(tables: TablesRead, table: TableName, report: int) -> Iterator[CellRow]:
    form = tables.form(table)
    figures = form.figures(table)
    columns = {f.column for f in figures if f.address in tables.by_address}
    found, serves = int(tables.found(table)), int(tables.serves_year(table))
    counts = counted(form, {f.address: cell for f in figures if (cell := _sound(tables, f))})
    for figure in figures:
        cells = tables.by_address.get(figure.address, ())
        cell = cells[0] if len(cells) == 1 else None
        yield CellRow(
            report=report,
            address=figure.address,
            tbl=table,
            line=figure.address.rsplit(".", 1)[0],
            col=figure.column,
            kind=figure.kind,
            signed=int(figure.signed),
            times=len(cells),
            value=_scaled(cell.value) if cell else None,
            counted=counts.get(figure.address),
            is_blank=int(cell is not None and cell.is_blank),
            proper=int(cell is not None and _is_proper(cell.value, figure)),
            doubted=int(tables.doubted(figure)),
            table_found=found,
            column_found=int(table != "table3" or figure.column in columns),
            serves_year=serves,
        )


def _sound(tables: TablesRead, figure: Figure) -> Cell | None:
    """The one cell of `figure` if a sum may rest on it."""
    cells = tables.by_address.get(figure.address, ())
    if len(cells) != 1 or figure.kind != "count" or tables.doubted(figure):
        return None
    return cells[0] if cells[0].is_blank or _is_proper(cells[0].value, figure) else None


def _is_proper(value: Number | None, figure: Figure) -> bool:
    if not _is_figure(value):
        return False
    return isinstance(value, int) or value == (value.quantize(_FEN) if figure.kind == "amount" else int(value))


def _scaled(value: Number | None) -> int | None:
    """Rounded away from zero, so that the sign is kept."""
    if not _is_figure(value):
        return None
    return value * SCALE if isinstance(value, int) else int((value * SCALE).to_integral_value(ROUND_UP))


def _is_figure(value: Number | None) -> TypeGuard[Number]:
    """Whether it is a number that a report may print at all."""
    return value is not None and (isinstance(value, int) or value.is_finite()) and -LIMIT < value < LIMIT
