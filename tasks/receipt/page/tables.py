"""The tables as read: laid out as the form prints them, the marked cells in colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from expectations.evidence import Cell
from expectations.forms import FORMS, TABLES, Form, TableName
from expectations.places import TABLE_NAMES
from tasks.values import Report

Row = tuple[Sequence[str], Sequence[str]]
"""The labels of a row, and the addresses of its cells."""


class CellShown(NamedTuple):
    """A cell as it is shown: `text` as printed, `value` what a person gave it instead."""

    address: str
    style: str
    text: str
    value: int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a form with the cells that were read."""

    title: str
    heads: Sequence[str]
    figures: Sequence[str]
    rows: Sequence[tuple[Sequence[str], Sequence[CellShown]]]


def shown_tables(report: Report, marks: Mapping[str, str]) -> list[Table]:
    """Every table that was found, in the form's order."""
    cells = {cell.address: cell for cell in report.cells}
    return [_table(table, FORMS[report.forms[table]], cells, marks) for table in TABLES if table in report.forms]


def _table(table: TableName, form: Form, cells: Mapping[str, Cell], marks: Mapping[str, str]) -> Table:
    heads, figures, rows = {"table2": _table2, "table3": _table3, "table4": _table4}[table](form)
    shown = [(labels, [_cell(a, cells.get(a), marks.get(a, "")) for a in addresses]) for labels, addresses in rows]
    return Table(f"{TABLE_NAMES[table]}（{form.code} 年格式）", heads, figures, shown)


def _table2(form: Form) -> tuple[list[str], list[str], Iterator[Row]]:
    measures = ((item, measure) for item in form.items for measure in item.measures)
    rows = (((i.article, i.label, m.label), [f"table2.{i.code}.{m.code}"]) for i, m in measures)
    return ["条例依据", "事项", "指标"], ["数值"], rows


def _table3(form: Form) -> tuple[list[str], list[str], Iterator[Row]]:
    rows = (((r.group, r.label), [f"table3.{r.code}.{column.code}" for column in form.applicants]) for r in form.rows)
    return ["分组", "行"], [column.label for column in form.applicants], rows


def _table4(form: Form) -> tuple[list[str], list[str], Iterator[Row]]:
    rows = (((g.full_label,), [f"table4.{g.code}.{column.code}" for column in form.results]) for g in form.groups)
    return ["分组"], [column.label for column in form.results], rows


def _cell(address: str, cell: Cell | None, mark: str) -> CellShown:
    if cell is None:
        return CellShown(address, f"{mark} blank".strip(), "未读到", None)
    style = mark if cell.raw else f"{mark} blank".strip()
    printed = cell.raw or ("空白" if cell.as_read is not None else "未读到")
    given = "空白" if cell.value is None else cell.value
    return CellShown(address, style, printed, given if cell.is_corrected else None)
