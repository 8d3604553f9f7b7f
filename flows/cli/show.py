"""A receipt on the terminal, in Chinese."""

from __future__ import annotations

from typing import Any

from rich.console import Console

OUTCOMES = {
    "validated": "[green]通过[/]",
    "quarantined": "[yellow]隔离，待人工核对[/]",
    "rejected": "[red]拒收[/]",
    "failed": "[red]处理出错[/]",
}
SEVERITIES = {"critical": "[red]严重[/]", "warning": "[yellow]提醒[/]", "info": "提示"}


def show_receipt(receipt: dict[str, Any], console: Console | None = None) -> None:
    """Print what became of one object."""
    console = console or Console()
    console.print(f"{OUTCOMES[receipt['outcome']]}　", end="")
    console.print(receipt["object"]["key"], markup=False, highlight=False)
    who = [str(receipt[name]) for name in ("agency", "year") if receipt.get(name)]
    if receipt.get("form"):
        who.append(f"{receipt['form']} 年式")
    if who:
        console.print("  " + "　".join(who), markup=False, highlight=False)
    reason = f"{receipt['reason']} " if receipt.get("reason") else ""
    console.print(f"  {reason}{receipt['message']}", markup=False, highlight=False)
    for finding in receipt.get("findings", []):
        console.print(f"  {SEVERITIES[finding['severity']]} ", end="")
        console.print(f"{finding['rule']} {finding['message']}", markup=False, highlight=False)
    if receipt.get("flow_run_url"):
        console.print(f"  运行：{receipt['flow_run_url']}", markup=False, highlight=False)
