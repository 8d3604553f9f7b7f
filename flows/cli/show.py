"""What became of a report, on the terminal, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.console import Console
from rich.text import Text

from expectations.evidence import DecisionKind, Severity
from expectations.messages import SETTLED, SEVERITY_NAMES
from tasks.receipt.as_json import Json, ending_of
from tasks.shown import shown
from tasks.values import ENDING_NAMES, Ending, Outcome, ending

if TYPE_CHECKING:
    from tasks.ledger import Counts, ObjectRow

_ENDING_STYLES: dict[Ending, str] = {
    "validated": "green",
    "quarantined": "yellow",
    "retracted": "yellow",
    "upheld": "yellow",
    "rejected": "red",
    "failed": "red",
    "duplicate": "",
}
COUNTED = {
    "validated": "通过",
    "quarantined": "隔离",
    "rejected": "拒收",
    "failed": "处理出错",
    "gone": "处理前已删除",
}
"""How many objects ended so is told, in this order."""
_STYLES: dict[Severity, str] = {"critical": "red", "warning": "yellow", "info": ""}


def show_receipt(receipt: Json, console: Console | None = None) -> None:
    """Print what became of one object."""
    console = console or Console()
    show_outcome(receipt, receipt["object"]["key"], console)
    if receipt["flow_run"]["url"]:
        _line(console, ("  运行", ""), receipt["flow_run"]["url"])


def show_outcome(record: Json, name: str, console: Console) -> None:
    """Print what a receipt and a record of `nianbao read --json` have in common, under the file's `name`."""
    _line(console, _told(ending_of(record)), name)
    who = [str(record[field]) for field in ("agency", "year") if record.get(field)]
    if record.get("form"):
        who.append(f"{record['form']} 年式")
    if who:
        _line(console, ("  机关", ""), "　".join(who))
    explained = f"{record['reason'] or ''} {record['message'] or ''}".strip()
    if explained and (not record["findings"] or record["outcome"] == "rejected"):
        _line(console, ("  说明", ""), explained)
    for finding in record["findings"]:
        severity: Severity = finding["severity"]
        head = f"  {SEVERITY_NAMES[severity]}", _STYLES[severity]
        decision = finding["decision"]
        accepted = f"（{decision['by']} 已{SETTLED[decision['kind']]}：{decision['note']}）" if decision else ""
        _line(console, head, f"{finding['rule']} {finding['message']}{accepted}")


def show_counts(counts: Counts) -> None:
    """Print how many objects there are of what."""
    by_outcome = counts.by_outcome
    ends = [f"{name} {by_outcome[outcome]}" for outcome, name in COUNTED.items() if by_outcome.get(outcome)]
    told = [f"共 {counts.total} 个对象", *ends]
    told += [f"等待处理 {counts.waiting}"] if counts.waiting else []
    told += [f"处理中 {counts.open - counts.waiting}"] if counts.open > counts.waiting else []
    told += [f"其中扫描件 {counts.queued}"] if counts.queued else []
    told += [f"等待人工核对 {counts.review_queue}"] if counts.review_queue else []
    Console().print("　".join(told), soft_wrap=True, highlight=False)


def show_row(row: ObjectRow) -> None:
    """Print one line on an object, as the ledger knows it."""
    waits = ("等待处理" if row.run_id is None else "处理中") if row.is_open else ""
    name, style = _ended(row) if row.outcome else (waits, "")
    who = [str(part) for part in (row.agency, row.year, row.reason) if part]
    again = [f"（{waits}）"] if row.outcome and waits else []
    _line(Console(), (name, style), "　".join([row.object.key, *who, *again]))


def _ended(row: ObjectRow) -> tuple[str, str]:
    if row.outcome == "gone":
        return "处理前已被删除或取代", ""
    return _told(ending(cast(Outcome, row.outcome), cast("DecisionKind | None", row.review)))


def _told(ended: Ending) -> tuple[str, str]:
    return ENDING_NAMES[ended], _ENDING_STYLES[ended]


def _line(console: Console, head: tuple[str, str], text: str) -> None:
    console.print(Text.assemble(head, "　", shown(text)), soft_wrap=True)
