"""What the ledger takes and gives: immutable values, all instants in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tasks.errors import Failure, Outage

PlaceName = Literal["lake", "quarantine"]
ObjectOutcome = Literal["validated", "quarantined", "rejected", "duplicate", "failed", "gone"]
"""How an object ended; `gone`: it was deleted before it was read, and has no receipt."""


class LedgerError(Failure):
    """The ledger cannot be used as it is; the message says why, in Chinese."""

    code = "LEDGER.UNUSABLE"


class LedgerAwayError(LedgerError, Outage):
    """The database cannot be reached or is busy for too long: broken machinery, to be tried again."""

    code = "LEDGER.AWAY"


class LeaseLostError(LedgerError):
    """Somebody else has taken over all of these objects: whoever held them must leave them alone."""

    code = "LEDGER.LEASE_LOST"

    def __init__(self, ids: tuple[int, ...]) -> None:
        self.ids = ids
        super().__init__(f"租约已失效，对象已由他人接手：{'、'.join(map(str, ids))}")

    def __reduce__(self) -> tuple[type[LeaseLostError], tuple[tuple[int, ...]]]:
        return type(self), (self.ids,)


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """A landed object as events and listings name it."""

    bucket: str
    key: str
    etag: str
    landed_at: datetime | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An object that waits for a run, of `queue` if it needs one of its own."""

    id: int
    object: ObjectVersion
    attempts: int
    is_replay: bool
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An object that the claimer holds; `attempts` counts this one."""

    id: int
    object: ObjectVersion
    attempts: int
    is_replay: bool
    run_id: str | None
    outcome: str | None
    """What it came to before, if anything: a replay, or a crash before its receipt was written."""

    queue: str | None = None


@dataclass(frozen=True, slots=True)
class RunOut:
    """A run and the objects handed to it that are still open."""

    run_id: str
    ids: tuple[int, ...]
    dispatched_at: datetime | None
    lease_owner: str | None
    lease_until: datetime | None
    attempts: int
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A report version that was just written to S3.

    `name` is the object's in its place; `is_named`: its report id is made of an agency and a year that nobody doubts,
    not of the file's bytes; `figures` is the digest of tables 3 and 4; `was_in_lake` is said of a quarantined version
    by who tells of the past: the report was in the lake with these bytes (see `Standing`); as is not `is_stored`: it
    has been replaced, and its object was removed.
    """

    place: PlaceName
    name: str
    stored_etag: str | None = None
    figures: str | None = None
    is_named: bool = True
    was_in_lake: bool = False
    is_stored: bool = True


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of one object; a judged report comes with its `version`."""

    object_id: int
    outcome: ObjectOutcome
    reason: str | None = None
    message: str = ""
    agency: str | None = None
    year: int | None = None
    form: str | None = None
    report_id: str | None = None
    sha256: str | None = None
    size: int | None = None
    landed_at: datetime | None = None
    duplicate_of: int | None = None
    is_name_bound: bool = False
    review: str | None = None
    version: NewVersion | None = None
    processed_at: datetime | None = None
    """Where it is known from a receipt; else now."""
    rules: tuple[str, ...] = ()
    """Those that did not pass."""


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """All that is known of a landed object."""

    id: int
    object: ObjectVersion
    seen_at: datetime
    is_open: bool
    is_replay: bool
    lease_owner: str | None
    lease_until: datetime | None
    attempts: int
    run_id: str | None
    dispatched_at: datetime | None
    outcome: str | None
    reason: str | None
    message: str | None
    agency: str | None
    year: int | None
    form: str | None
    report_id: str | None
    sha256: str | None
    duplicate_of: int | None
    is_name_bound: bool
    review: str | None
    processed_at: datetime | None
    receipt_due: datetime | None
    receipt_name: str | None
    queue: str | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A report version in the lake or in quarantine."""

    id: int
    place: PlaceName
    name: str
    report_id: str
    year: int
    agency: str | None
    form: str | None
    object_id: int
    bucket: str
    key: str
    etag: str
    sha256: str | None
    landed_at: datetime
    stored_etag: str | None
    figures: str | None
    is_named: bool
    is_current: bool
    is_stored: bool
    ceased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Other:
    """Another object that an object's standing refers to."""

    object_id: int
    bucket: str
    key: str
    etag: str
    landed_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an object's report stands now.

    `replaced_by`: what is current in its stead; `corrected_by_quarantined`: a later version of the report that waits
    in quarantine while the lake shows this one; `leaves_standing`: what the lake shows meanwhile, said of that later
    one; `was_in_lake`: this report was validated from these bytes once; `is_obsolete`: a later version of the key or
    the report has an outcome.
    `revision` grows with every change: `receipts_written` compares it, so that no change goes unwritten.
    """

    place: PlaceName | None = None
    is_current: bool = False
    replaced_by: Other | None = None
    corrected_by_quarantined: Other | None = None
    leaves_standing: Other | None = None
    was_in_lake: bool = False
    is_obsolete: bool = False
    revision: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """An object that was settled, and where it stands."""

    object_id: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class ReceiptWritten:
    """The receipt `name` of an object has been written as `revision` of its standing has it."""

    object_id: int
    name: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Change:
    """A report of which the lake shows something else than the marts of its year."""

    id: int
    year: int
    report_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of a person; `name` is its object in S3, `content` the whole of it as JSON text."""

    id: int
    name: str
    sha256: str
    kind: str
    by: str
    at: datetime
    note: str
    content: str


@dataclass(frozen=True, slots=True)
class Relation:
    """What a report says beside another one: a row of the table `relations` of the lake."""

    report_id: str
    year: int
    agency: str | None
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects there are; `queued` are the open ones that have a queue of their own."""

    total: int
    open: int
    leased: int
    waiting: int
    by_outcome: dict[str, int]
    review_queue: int
    queued: int
