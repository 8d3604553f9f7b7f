"""What the form prints at an address: for messages that people read."""

from __future__ import annotations

from functools import cache

from expectations.forms import FORMS, Form

TABLE_NAMES = {"table2": "表二", "table3": "表三", "table4": "表四"}


@cache
def place_label(where: str, form: str) -> str:
    """The Chinese name of a table, a row (`table3.new`), a column (`table3.*.total`) or a cell, in the given form."""
    table, _, rest = where.partition(".")
    name = TABLE_NAMES.get(table)
    if name is None:
        return where
    if not rest:
        return name
    if rest.startswith("*."):
        return f"{name}“{_columns(FORMS[form])[rest[2:]]}”列"
    rows = _rows(FORMS[form])
    if where in rows:
        return f"{name}“{rows[where]}”"
    figure = next((f for f in FORMS[form].figures() if f.address == where), None)
    return f"{name}“{figure.label}”" if figure else where


def _columns(form: Form) -> dict[str, str]:
    return {column.code: column.label for column in form.applicants}


def _rows(form: Form) -> dict[str, str]:
    return (
        {f"table2.{item.code}": item.label for item in form.items}
        | {f"table3.{row.code}": row.label for row in form.rows}
        | {f"table4.{group.code}": group.label for group in form.groups}
    )
