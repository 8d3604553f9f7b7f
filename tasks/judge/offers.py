"""What a person can decide on a quarantined report: cells to look at, names to settle, what only to accept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from expectations.evidence import Cell, Finding, Number
from expectations.forms import TableName
from expectations.messages import readings_in
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.judge.decisions import covered

CellKind = Literal["doubted", "missed", "accused"]
"""Our doubt; not read at all; or what the source prints, as two readings agree, and yet does not fit."""

MOST_OF_ONE = 40
"""Cells of one doubt that are offered one by one: of a doubt about all of table 3 nobody looks at each."""

_UNIT = "单位"
_UNNAMED = {"agency": "DOC.NO_AGENCY", "year": "DOC.NO_YEAR"}


@dataclass(slots=True)
class CellOffer:
    """A cell to be looked at, and why; `readings` are the two that differ, `suggestion` the value that balances."""

    address: str
    kind: CellKind
    reasons: list[Finding] = field(default_factory=list)
    readings: tuple[str, str] | None = None
    suggestion: Number | None = None


@dataclass(frozen=True, slots=True)
class NameOffer:
    """The agency or the year, which is in doubt or was not found."""

    name: str
    candidates: Sequence[str]
    reason: Finding


@dataclass(frozen=True, slots=True)
class Offers:
    """`others` can only be let pass, or be left as they are."""

    cells: Sequence[CellOffer]
    names: Sequence[NameOffer]
    others: Sequence[Finding]


def offers(findings: Sequence[Finding], forms: Mapping[TableName, str], read: Collection[str]) -> Offers:
    """What can be decided of `findings`; `read` are the addresses of the cells that were read."""
    cells: dict[str, CellOffer] = {}
    names, others = [], []
    for finding in findings:
        if not finding.keeps_out:
            continue
        name = _name(finding)
        if name:
            names.append(NameOffer(name, finding.candidates, finding))
            continue
        kind, addresses = _addresses(finding, forms, read)
        if not 0 < len(addresses) <= MOST_OF_ONE:
            others.append(finding)
            continue
        for address in addresses:
            offer = cells.setdefault(address, CellOffer(address, kind))
            offer.reasons.append(finding)
            if finding.suspect and finding.suspect.address == address:
                offer.suggestion = finding.suspect.balancing_value
            if kind == "doubted":
                offer.kind = kind
                offer.readings = (readings_in(finding.message) if address == finding.where else None) or offer.readings
    return Offers(list(cells.values()), names, others)


def proposal(offer: CellOffer, cell: Cell | None) -> Number | None:
    """The value that a person may confirm as it was read.

    None where that would be to confirm what nobody read: a blank in which there may be something, what is no number,
    a figure in another unit. There the person has to write what the source says.
    """
    if cell is None or any(_UNIT in reading for reading in offer.readings or ()):
        return None
    return cell.value


def _name(finding: Finding) -> str | None:
    rules = [*IDENTITY_DOUBTS.items(), *_UNNAMED.items()]
    return next((name for name, rule in rules if rule == finding.rule), None)


def _addresses(
    finding: Finding, forms: Mapping[TableName, str], read: Collection[str]
) -> tuple[CellKind, Sequence[str]]:
    if ".MISSING_" in finding.rule:
        return "missed", [address for address in covered(finding.where, forms) if address not in read]
    if finding.fault == "reading":
        return "doubted", list(_doubted(finding, forms))
    if finding.suspect:
        return "accused", [finding.suspect.address]
    accused = finding.candidates or [cell.address for cell in finding.cells]
    return "accused", [address for address in accused if address in read]


def _doubted(finding: Finding, forms: Mapping[TableName, str]) -> Iterator[str]:
    """The cells that the doubt is about, those too that were not read."""
    yield from dict.fromkeys([*covered(finding.where, forms), *(cell.address for cell in finding.cells)])
