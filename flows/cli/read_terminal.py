"""A judgement as a report for the terminal, in Chinese."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from expectations.evidence import Cell, Finding
from expectations.forms import FORMS, TABLES, TableName
from tasks.judge import Judgement
from tasks.values import Report

OUTCOMES = {"validated": "[green]通过[/]", "quarantined": "[yellow]隔离，待人工核对[/]", "rejected": "[red]拒收[/]"}
SEVERITIES = {"critical": "[red]严重[/]", "warning": "[yellow]提醒[/]", "info": "提示"}
TITLES: dict[TableName, str] = {"table2": "表二", "table3": "表三", "table4": "表四"}


def show(judgement: Judgement, *, evidence: bool = False) -> None:
    """Print one file's judgement."""
    console = Console()
    outcome = judgement.verdict.outcome if judgement.verdict else "rejected"
    console.rule(judgement.file)
    console.print(f"结果：{OUTCOMES[outcome]}")
    if judgement.rejected:
        console.print(f"原因：{judgement.rejected.code} {judgement.rejected}", markup=False)
    if judgement.report:
        _show_report(console, judgement.report, evidence=evidence)
    for finding in judgement.verdict.findings if judgement.verdict else ():
        _show_finding(console, finding)


def _show_report(console: Console, report: Report, *, evidence: bool) -> None:
    console.print(f"机关：{report.agency or '未知'}　年度：{report.year or '未知'}　格式：{report.form or '未知'} 年式")
    if evidence:
        for table in TABLES:
            _show_cells(console, table, [c for c in report.cells if c.address.startswith(f"{table}.")])


def _show_cells(console: Console, table: TableName, cells: list[Cell]) -> None:
    labels = {figure.address: figure.label for form in FORMS.values() for figure in form.figures()}
    grid = Table("项目", "数值", "原文", "页", "位置", title=TITLES[table])
    for cell in cells:
        box = " ".join(f"{v:.0f}" for v in cell.bbox) if cell.bbox else ""
        value = "" if cell.value is None else str(cell.value)
        grid.add_row(labels[cell.address], value, cell.raw, str(cell.page or ""), box)
    console.print(grid)


def _show_finding(console: Console, finding: Finding) -> None:
    console.print(f"{SEVERITIES[finding.severity]} {finding.rule}", end=" ")
    console.print(finding.message, markup=False)
