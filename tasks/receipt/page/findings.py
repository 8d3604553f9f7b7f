"""The findings of a receipt page: what is wrong, where, whose fault it is, what to do; and the cells that they mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from expectations.evidence import Cell, Finding
from expectations.messages import SETTLED, SEVERITY_NAMES
from expectations.places import place_label
from expectations.rules import RULES
from tasks.receipt.page.pages import Pages, View

Mark = Literal["wrong", "doubted", "corrected"]

_MOST_PICTURED = 12
"""Findings that are shown with their place: more would only be scrolled past."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding in words, beside its place."""

    severity: str
    badge: str
    message: str
    note: str
    where: str
    rule: str
    places: Sequence[View]


def shown_findings(findings: Sequence[Finding], form: str, pages: Pages) -> list[Shown]:
    """Every finding, the gravest first."""
    return [
        Shown(
            finding.severity,
            SEVERITY_NAMES[finding.severity],
            finding.message,
            _note(finding),
            "，".join(filter(None, [place_label(finding.where, form), _page_numbers(finding)])),
            finding.rule,
            pages.around({cell.address for cell in finding.cells} | set(accused(finding)))
            if number < _MOST_PICTURED
            else (),
        )
        for number, finding in enumerate(findings)
    ]


def marks(findings: Iterable[Finding], cells: Iterable[Cell]) -> Mapping[str, Mark]:
    """By address: `wrong` is what critical findings accuse (the one cell that explains them, if there is one),
    `doubted` where readings differ, `corrected` what a person has changed.
    """
    found: dict[str, Mark] = {cell.address: "corrected" for cell in cells if cell.is_corrected}
    for finding in findings:
        if finding.severity == "critical":
            mark: Mark = "doubted" if finding.fault == "reading" else "wrong"
            found |= dict.fromkeys(accused(finding), mark)
    return found


def accused(finding: Finding) -> tuple[str, ...]:
    """The addresses of the cells that it marks: the one that explains it, those that may, or all that it rests on."""
    if finding.suspect:
        return (finding.suspect.address,)
    return finding.candidates or tuple(cell.address for cell in finding.cells)


def _page_numbers(finding: Finding) -> str:
    pages = sorted({cell.page for cell in finding.cells if cell.page})
    return f"第 {'、'.join(map(str, pages))} 页" if pages else ""


def _note(finding: Finding) -> str:
    decision = finding.decision
    if decision:
        return f"已由 {decision.by} 于 {decision.at:%Y-%m-%d} {SETTLED[decision.kind]}：{decision.note}"
    return RULES[finding.rule].advice if finding.rule in RULES else ""
