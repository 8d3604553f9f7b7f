"""Which cells a report card marks, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from expectations.evidence import Cell, Finding

Mark = Literal["wrong", "doubted", "corrected"]


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
    """The addresses that a finding is about."""
    if finding.suspect:
        return (finding.suspect.address,)
    return finding.candidates or tuple(cell.address for cell in finding.cells)
