"""What became of a report in the course of time: versions that landed, and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from expectations.messages import SETTLED
from flows.desk.standing import Stand, stand
from tasks.judge.decisions import in_force, reviews_of
from tasks.ledger import ObjectRow, open_ledger

_MOST = 200
"""Versions of one report that are shown."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A version that landed, whatever its key."""

    row: ObjectRow
    stand: Stand
    is_this: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on this version's bytes; `holds` until it is undone."""

    kind: str
    by: str
    at: datetime
    note: str
    changes: Sequence[tuple[str, str, str]]
    """Address, what was read there, and the value given."""
    holds: bool


@dataclass(frozen=True, slots=True)
class History:
    """Newest first."""

    landed: Sequence[Landed]
    decided: Sequence[Decided]


def history(row: ObjectRow) -> History:
    """Of the report that the object is of; of the object alone where it is of none."""
    ledger = open_ledger()
    rows = ledger.page(report_id=row.report_id, limit=_MOST) if row.report_id else [row]
    standing = ledger.standing([one.id for one in rows])
    landed = [
        Landed(one, stand(one), one.id == row.id, one.id in standing and standing[one.id].is_current) for one in rows
    ]
    known = ledger.decisions_on(row.sha256)
    reviews = reviews_of(one.content for one in known)
    holding = {id(review) for review in in_force(reviews)}
    decided = [
        Decided(
            SETTLED[review.decision.kind],
            review.decision.by,
            review.decision.at,
            review.decision.note,
            [(c.address, "没有读出" if c.raw is None else c.raw or "空白", c.value) for c in review.corrections],
            id(review) in holding,
        )
        for review in reversed(reviews)
    ]
    return History(landed, decided)
