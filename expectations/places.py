"""What the form prints at an address: for messages that people read."""

from __future__ import annotations

from functools import cache

from expectations.forms import FORMS, Form

TABLE_NAMES = {"table2": "表二", "table3": "表三", "table4": "表四"}


@cache
def place_label(where: str, form: str) -> str:
    """The Chinese name of a table, a row (`table3.new`), a column (`table3.*.total`) or a cell, in the given form."""
    table, _, rest = where.partition(".")
    if where == "title":
        return "标题、落款"
    if table == "section":
        return f"第{rest}部分"
    name = TABLE_NAMES.get(table)
    if name is None:
        return where
    if not rest:
        return name
    label = _labels(FORMS[form]).get(where)
    if label is None:
        return where
    return f"{name}“{label}”列" if rest.startswith("*.") else f"{name}“{label}”"


@cache
def column_label(address: str, form: str) -> str:
    """The name of a cell's own column."""
    return _columns(FORMS[form])[address]


def _labels(form: Form) -> dict[str, str]:
    rows = _rows(form)
    cells = {a: f"{rows[a.rsplit('.', 1)[0]]}·{column}" for a, column in _columns(form).items()}
    return rows | cells | {f"table3.*.{column.code}": column.label for column in form.applicants}


def _rows(form: Form) -> dict[str, str]:
    return (
        {f"table2.{item.code}": item.label for item in form.items}
        | {f"table3.{row.code}": _under(row.group, row.label) for row in form.rows}
        | {f"table4.{g.code}": g.full_label for g in form.groups}
    )


def _under(group: str, label: str) -> str:
    """A label such as `2.重复申请` is clear only with the heading that it stands under."""
    return f"{group}·{label}" if label[0].isdigit() else label


def _columns(form: Form) -> dict[str, str]:
    return (
        {f"table2.{item.code}.{m.code}": m.label for item in form.items for m in item.measures}
        | {f"table3.{row.code}.{c.code}": c.label for row in form.rows for c in form.applicants}
        | {f"table4.{group.code}.{c.code}": c.label for group in form.groups for c in form.results}
    )
