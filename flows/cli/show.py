"""A receipt on the terminal, in Chinese."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

OUTCOMES = {
    "validated": ("通过", "green"),
    "quarantined": ("隔离，待人工核对", "yellow"),
    "rejected": ("拒收", "red"),
    "failed": ("处理出错", "red"),
}
SEVERITIES = {"critical": ("严重", "red"), "warning": ("提醒", "yellow"), "info": ("提示", "")}


def show_receipt(receipt: dict[str, Any], console: Console | None = None) -> None:
    """Print what became of one object."""
    console = console or Console()
    _line(console, OUTCOMES[receipt["outcome"]], receipt["object"]["key"])
    who = [str(receipt[name]) for name in ("agency", "year") if receipt.get(name)]
    if receipt.get("form"):
        who.append(f"{receipt['form']} 年式")
    if who:
        _line(console, ("  机关", ""), "　".join(who))
    findings = receipt.get("findings", [])
    if not findings or receipt["outcome"] == "rejected":
        _line(console, ("  说明", ""), f"{receipt['reason'] or ''} {receipt['message']}".strip())
    for finding in findings:
        name, style = SEVERITIES[finding["severity"]]
        _line(console, (f"  {name}", style), f"{finding['rule']} {finding['message']}")
    if receipt["flow_run"]["url"]:
        _line(console, ("  运行", ""), receipt["flow_run"]["url"])


def _line(console: Console, head: tuple[str, str], text: str) -> None:
    console.print(Text.assemble(head, "　", text), soft_wrap=True)
