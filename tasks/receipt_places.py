"""What people call the place of a finding: the form's own labels for a cell's, a row's or a column's address."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from expectations.forms import FORMS, Form, TableName

TABLE_TITLES: dict[TableName, str] = {"table2": "表二", "table3": "表三", "table4": "表四"}


def place_label(where: str) -> str:
    """The Chinese name of an address such as `table3.new.total`, `table3.new`, `table3.*.total` or `table3`."""
    table = next((t for t in TABLE_TITLES if where == t or where.startswith(f"{t}.")), None)
    if table is None:
        return where
    rest = _labels().get(where, where.removeprefix(table).removeprefix("."))
    return f"{TABLE_TITLES[table]}“{rest}”" if rest else TABLE_TITLES[table]


@cache
def _labels() -> dict[str, str]:
    """Every address of both forms; where they word a label differently, the later form's counts."""
    return {address: label for form in FORMS.values() for address, label in _addresses(form)}


def _addresses(form: Form) -> Iterator[tuple[str, str]]:
    for figure in form.figures():
        yield figure.address, figure.label
        row, _, column = figure.label.rpartition("·")
        yield f"{figure.table}.{figure.row}", row
        yield f"{figure.table}.*.{figure.column}", column
