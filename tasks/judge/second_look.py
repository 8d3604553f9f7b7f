"""Whose fault a failed sum is: before the agency is told, the accused cells are read again by another engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from expectations import messages
from expectations.evidence import Cell, Doubt, Finding
from tasks.judge.validate import validate
from tasks.read.guard import guarded
from tasks.read.recognise import PDF
from tasks.read.scan.decide import OF_PICTURES
from tasks.read.second_engine import figures_of, second_reading
from tasks.values import Document, Report, Verdict

_DASH_OR_ONE = "“一”可能是横线，也可能是数"
_UNSEEN = "第二种读法没有读出这一格"


@dataclass(frozen=True, slots=True)
class Reread:
    """`doubts` where the other engine sees other figures; `agreed` the addresses where it sees the same."""

    doubts: tuple[Doubt, ...]
    agreed: frozenset[str]


def reconsidered(document: Document, report: Report, verdict: Verdict) -> tuple[Report, Verdict]:
    """The verdict on `report`, with every failed sum laid to the source or, where the readings differ, to our doubt.

    What rests on a cell that only one reading saw accuses nobody: it is our doubt. Nor does what rests on a value that
    a person gave, which the source does not print.
    """
    accused = tuple(_accused(verdict))
    if not accused:
        return report, verdict
    doubts = tuple(Doubt(c.address, c.raw, why, (c,)) for c in accused if (why := _why_in_doubt(c)))
    again = guarded(reread, document, tuple(cell for cell in accused if not _why_in_doubt(cell)))
    if doubts or again.doubts:
        report = replace(report, doubts=(*report.doubts, *doubts, *again.doubts))
        verdict = validate(report)
    findings = tuple(_laid(finding, again.agreed) for finding in verdict.findings)
    return report, replace(verdict, findings=findings)


def _why_in_doubt(cell: Cell) -> str:
    """Why nobody may be accused because of `cell`; empty if that may be."""
    if not cell.is_seen_twice:
        return _UNSEEN
    return _DASH_OR_ONE if cell.raw.strip() == "一" else ""


def reread(document: Document, cells: tuple[Cell, ...]) -> Reread:
    """Read `cells` again. A document without pages was read twice from its one text already: there they agree.

    So was a picture, by two readers.

    Where the other engine sees only a part of a figure, the cell goes on elsewhere (on the next page): no answer.
    """
    if document.media_type != PDF:
        return Reread((), frozenset(cell.address for cell in cells))
    doubts: list[Doubt] = []
    agreed = {cell.address for cell in cells if cell.engine in OF_PICTURES}
    printed = [cell for cell in cells if cell.address not in agreed]
    for cell, seen in second_reading(document.body, printed):
        ours, theirs = figures_of(cell.raw), figures_of(seen)
        if ours == theirs:
            agreed.add(cell.address)
        elif theirs - ours:
            doubts.append(Doubt(cell.address, cell.raw, seen, (cell,)))
    return Reread(tuple(doubts), frozenset(agreed))


def _accused(verdict: Verdict) -> Iterator[Cell]:
    """The cells on which a critical failure rests that would be laid to the agency, each once."""
    failed = [f for f in verdict.findings if f.severity == "critical" and f.outcome == "fail" and f.fault != "reading"]
    yield from {cell.address: cell for finding in failed for cell in finding.cells}.values()


def _laid(finding: Finding, agreed: frozenset[str]) -> Finding:
    if finding.outcome == "fail" and any(cell.is_corrected for cell in finding.cells):
        return replace(finding, message=finding.message + messages.with_corrected())
    if (
        finding.left is None
        or finding.severity != "critical"
        or not agreed.issuperset(c.address for c in finding.cells)
    ):
        return finding
    return replace(finding, fault="source", message=finding.message + messages.confirmed())
