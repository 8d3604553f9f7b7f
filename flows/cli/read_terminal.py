"""A judgement as a report for the terminal, in Chinese."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from expectations.evidence import Cell
from expectations.forms import FORMS, TABLES, TableName
from expectations.places import TABLE_NAMES
from flows.cli.show import show_outcome
from tasks.receipt.as_json import Json
from tasks.shown import shown_lines
from tasks.values import Report


def show(record: Json, report: Report | None) -> None:
    """Print one file's record, and with a `report` every figure that was read."""
    console = Console()
    show_outcome(record, record["file"], console)
    if report:
        _show_tables(console, report)


def _show_tables(console: Console, report: Report) -> None:
    for table in TABLES:
        if table in report.forms:
            console.print(_grid(table, FORMS[report.forms[table]].code, report.cells))


def _grid(table: TableName, form: str, cells: tuple[Cell, ...]) -> Table:
    labels = {figure.address: figure.label for figure in FORMS[form].figures(table)}
    grid = Table(Column("项目", overflow="fold"), "数值", "原文", "页", "位置", title=TABLE_NAMES[table])
    for cell in cells:
        if cell.address in labels:
            box = " ".join(f"{v:.0f}" for v in cell.bbox) if cell.bbox else ""
            value = "" if cell.value is None else str(cell.value)
            grid.add_row(labels[cell.address], value, Text(shown_lines(cell.raw)), str(cell.page or ""), box)
    return grid
