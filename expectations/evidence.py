"""What a rule judges and what it finds: cells with the place they were read from, and findings. Data only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from expectations.blanks import is_blank_mark

Severity = Literal["critical", "warning", "info"]
Fault = Literal["source", "reading"]
"""Whose a failure is: the report's own (two independent readings agree), or in doubt because they differ."""
DecisionKind = Literal["accept", "reject", "correct", "retract", "undo"]
RuleOutcome = Literal["pass", "fail", "not_applicable", "insufficient_data", "error"]
Number = int | Decimal
BBox = tuple[float, float, float, float]

GIVEN = "person"
"""The engine of a cell that no reading saw: a person gave it, with its place."""

_NEEDED = ("DOC.NO_AGENCY", "DOC.NO_YEAR")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it was read.

    `value` is an int (a Decimal for amounts and for counts that are printed as fractions), or None where the report is
    blank or prints something that is no number. `bbox` is x0, top, x1, bottom in PDF points from the page's top left,
    `page` counts from 1; both are None for media that have no pages.
    """

    address: str
    value: Number | None
    raw: str
    page: int | None
    bbox: BBox | None
    engine: str
    is_corrected: bool = False
    """Whether a person gave `value`; `printed` is then the value as read."""
    printed: Number | None = None
    is_seen_twice: bool = False
    """Whether the second reading, which shares nothing with the first, found the same at this address."""
    confidence: float | None = None
    """How sure the first reading is of what it recognised in a picture, 0 to 1."""
    second_raw: str | None = None
    """What the second reader recognised in the picture, or where the sums took its side, the first."""

    @property
    def as_read(self) -> str | None:
        """What the reader read here; None where it read nothing, not even a blank."""
        return None if self.engine == GIVEN else self.raw

    @property
    def is_blank(self) -> bool:
        """Whether the report leaves the cell empty or fills it with a dash, as it was read or as a person says."""
        return self.value is None and (self.is_corrected or is_blank_mark(self.raw))


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where two independent readings differ; `where` is a cell address, a row, or a table.

    `rule` says which kind of doubt it is: one of the READ. codes.
    """

    where: str
    first: str
    second: str
    cells: tuple[Cell, ...] = ()
    rule: str = "READ.DISAGREEMENT"


@dataclass(frozen=True, slots=True)
class Claim:
    """A number that the text states: the sum of `operands`, or where there are none, what the text itself makes of it.

    `operands` are addresses of cells; one may have `*` for a part of it. `against` is that other number of the text.
    """

    rule: str
    stated: int
    operands: tuple[str, ...]
    quote: str
    against: int | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """The one cell that explains every failed identity, and the value that would balance them."""

    address: str
    balancing_value: Number


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, who, when (UTC) and why."""

    kind: DecisionKind
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that did not pass: `message` in Chinese, `cells` the operands, `left` and `right` the two sides.

    `suspect` is the one cell that explains it, `candidates` the addresses of those that may, where there is no
    telling (or the names or years, where these are in doubt). `decision` is that of a person who let it pass.
    """

    rule: str
    severity: Severity
    outcome: RuleOutcome
    where: str
    message: str
    cells: tuple[Cell, ...] = ()
    left: Number | None = None
    right: Number | None = None
    suspect: Suspect | None = None
    candidates: tuple[str, ...] = ()
    fault: Fault | None = None
    decision: Decision | None = None

    @property
    def id(self) -> str:
        """The same as long as rule, place and operands as read are the same: what a person's decision is about."""
        read = [f"{cell.address}={cell.value}|{cell.raw}" for cell in self.cells]
        read += [self.message] if self.fault == "reading" or not self.cells else []
        text = "\n".join([self.rule, self.where, str(self.left), str(self.right), *read])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def is_for_people(self) -> bool:
        """Whether a person may let it pass: it is critical, and neither our fault nor without what the lake needs."""
        return self.severity == "critical" and self.outcome == "fail" and self.rule not in _NEEDED

    @property
    def keeps_out(self) -> bool:
        """Whether it keeps the report out of the lake."""
        return self.severity == "critical" and self.decision is None
