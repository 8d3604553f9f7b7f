"""The immutable values of a report's way: Source -> Document -> Report -> Verdict -> Receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from expectations.evidence import BBox, Cell, Claim, Decision, DecisionKind, Doubt, Finding, RuleOutcome
from expectations.forms import TableName
from expectations.rules.documents import IDENTITY_DOUBTS

READER_VERSION = "2"
RULES_VERSION = "2"
LAKE_VERSION = "3"

Outcome = Literal["validated", "quarantined", "rejected", "failed", "duplicate"]
Ending = Outcome | Literal["retracted", "upheld"]
"""What people are told: the outcome, or what somebody decided who left the report in quarantine for good."""

ENDING_NAMES: Mapping[Ending, str] = {
    "validated": "通过",
    "quarantined": "隔离，待人工核对",
    "retracted": "已撤回",
    "upheld": "隔离，人工核对后维持",
    "rejected": "拒收",
    "failed": "处理出错",
    "duplicate": "重复文件",
}
_SETTLED: Mapping[DecisionKind, Ending] = {"retract": "retracted", "reject": "upheld"}


@dataclass(frozen=True, slots=True)
class Source:
    """An object as it landed. For a file from disk, `bucket` is empty and `key` is its path."""

    bucket: str
    key: str
    etag: str
    size: int
    landed_at: datetime | None
    sha256: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may be read: what it really is, judged by its content."""

    name: str
    media_type: str
    pages: int | None
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section as printed: `number` is 一 … 六."""

    number: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A stretch of a line and where it is printed, as cells are; `turn` makes it upright, in degrees clockwise."""

    text: str
    page: int
    bbox: BBox
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What was read. `forms` says for each table found which statutory form (2019 or 2021) it is in.

    `engine` names the first reading, `second` the independent one; `doubts` is where they differ. `notes` are findings
    that the reader itself makes about the document (DOC.YEAR_MISMATCH, DOC.NO_AGENCY, DOC.SECTIONS, ...). `claims` is
    what section one says in words of the numbers in the tables; `pictured` the pages whose tables are pictures.
    """

    title: str
    agency: str | None
    year: int | None
    published_on: date | None
    forms: dict[TableName, str]
    cells: tuple[Cell, ...]
    sections: tuple[ReportSection, ...]
    doubts: tuple[Doubt, ...]
    notes: tuple[Finding, ...]
    engine: str
    second: str
    claims: tuple[Claim, ...] = ()
    read_as: Mapping[str, str | None] = field(default_factory=dict)
    """What was read where a person gave another `agency` or `year`, by that name."""
    pictured: tuple[int, ...] = ()
    naming: tuple[Printed, ...] = ()
    """Where pages print who reports on which year."""
    risks: tuple[str, ...] = ()
    """What makes it likelier that the characters are not what the pages show, in Chinese."""

    @property
    def form(self) -> str | None:
        """The form of the report as a whole: that of table 3, which tells the forms apart best, else of any table."""
        return self.forms.get("table3") or next(iter(self.forms.values()), None)


def outcome_of(findings: Iterable[Finding]) -> Literal["validated", "quarantined"]:
    """What findings come to: `quarantined` if any of them keeps the report out."""
    return "quarantined" if any(finding.keeps_out for finding in findings) else "validated"


def ending(outcome: Outcome, decided: DecisionKind | None) -> Ending:
    """How a report ended on which `decided` was the last decision: `quarantined` waits for another."""
    return _SETTLED.get(decided, outcome) if decided and outcome == "quarantined" else outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say: `validated` if no critical rule failed that nobody has accepted, else `quarantined`.

    `rules` is the outcome of every rule on a report by itself.
    """

    outcome: Literal["validated", "quarantined"]
    findings: tuple[Finding, ...]
    rules: Mapping[str, RuleOutcome] = field(default_factory=dict)

    @property
    def is_name_in_doubt(self) -> bool:
        """Whether nobody has settled a doubt about who reports, or on which year."""
        return any(f.rule in IDENTITY_DOUBTS.values() and f.keeps_out for f in self.findings)

    @property
    def reason(self) -> str | None:
        """The first critical rule, for the receipt's one-line reason."""
        return next((f.rule for f in self.findings if f.keeps_out), None)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one landed object version; its JSON is written by `tasks.receipt.write`."""

    bucket: str
    key: str
    etag: str
    sha256: str
    size: int
    landed_at: datetime | None
    processed_at: datetime
    outcome: Outcome
    reason: str | None
    message: str
    agency: str | None = None
    year: int | None = None
    form: str | None = None
    report_id: str | None = None
    findings: tuple[Finding, ...] = ()
    rules: Mapping[str, RuleOutcome] = field(default_factory=dict)
    review: Decision | None = None
    read_as: Mapping[str, str | None] = field(default_factory=dict)
    version: str | None = None
    """The address of the report version that was written, of a judged report."""
    duplicate_of: str | None = None
    first_receipt: str | None = None
    """The address of the receipt's page of `duplicate_of`."""
    flow_run_id: str | None = None
    flow_run_url: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    reader_version: str = READER_VERSION
    rules_version: str = RULES_VERSION

    @property
    def ending(self) -> Ending:
        """What people are told of it."""
        return ending(self.outcome, self.review.kind if self.review else None)
