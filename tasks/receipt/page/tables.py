"""The tables as read, in HTML: laid out as the form prints them, the marked cells in colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from expectations.evidence import Cell
from expectations.forms import FORMS, TABLES, Form, TableName
from expectations.places import TABLE_NAMES
from tasks.receipt.page.marks import Mark
from tasks.values import Report


def tables_html(report: Report, marks: Mapping[str, Mark]) -> str:
    """Every table that was found, in the form's order."""
    cells = {cell.address: cell for cell in report.cells}
    tables = [
        _Table(table, FORMS[report.forms[table]], cells, marks).html() for table in TABLES if table in report.forms
    ]
    return f"<section><h2>读出的表格</h2>{''.join(tables)}</section>" if tables else ""


class _Table:
    """One table of a form with the cells that were read."""

    def __init__(self, table: TableName, form: Form, cells: dict[str, Cell], marks: Mapping[str, Mark]) -> None:
        self._table, self._form, self._cells, self._marks = table, form, cells, marks

    def html(self) -> str:
        lines = {"table2": self._table2, "table3": self._table3, "table4": self._table4}[self._table]()
        heads = next(lines)
        body = "".join(part for line in lines for part in line)
        return (
            f"<h3>{TABLE_NAMES[self._table]}（{self._form.code} 年格式）</h3>"
            f'<div class="scroll"><table><thead><tr>{"".join(heads)}</tr></thead><tbody>{body}</tbody></table></div>'
        )

    def _table2(self) -> Iterator[list[str]]:
        yield self._heads(["条例依据", "事项", "指标"], ["数值"])
        for item in self._form.items:
            for m in item.measures:
                yield self._line([item.article, item.label, m.label], [f"table2.{item.code}.{m.code}"])

    def _table3(self) -> Iterator[list[str]]:
        codes = [column.code for column in self._form.applicants]
        yield self._heads(["分组", "行"], [column.label for column in self._form.applicants])
        for row in self._form.rows:
            yield self._line([row.group, row.label], [f"table3.{row.code}.{code}" for code in codes])

    def _table4(self) -> Iterator[list[str]]:
        codes = [column.code for column in self._form.results]
        yield self._heads(["分组"], [column.label for column in self._form.results])
        for group in self._form.groups:
            yield self._line([group.full_label], [f"table4.{group.code}.{code}" for code in codes])

    def _heads(self, labels: list[str], figures: list[str]) -> list[str]:
        return [
            *(f'<th scope="col">{escape(label)}</th>' for label in labels),
            *(f'<th scope="col" class="figure">{escape(label)}</th>' for label in figures),
        ]

    def _line(self, labels: list[str], addresses: list[str]) -> list[str]:
        heads = (f'<th scope="row">{escape(label)}</th>' for label in labels)
        return ["<tr>", *heads, *map(self._cell, addresses), "</tr>"]

    def _cell(self, address: str) -> str:
        cell = self._cells.get(address)
        blank = cell is None or not cell.raw
        style = " ".join(filter(None, [self._marks.get(address, ""), "blank" if blank else ""]))
        text = "未读到" if cell is None else cell.raw or "空白"
        shown = f"<del>{escape(text)}</del>{cell.value}" if cell and cell.is_corrected else escape(text)
        return f'<td class="{style}">{shown}</td>' if style else f"<td>{shown}</td>"
