"""Duplicates: of several objects with the same bytes one counts, and the others tell what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from tasks.ledger.inbox import REOPENED
from tasks.ledger.rows import Key, chunks
from tasks.ledger.tables import objects
from tasks.ledger.values import Settlement

_FIRST = ("validated", "quarantined", "rejected")
_OF_DUPLICATES = ("outcome", "agency", "year", "form", "report_id", "is_name_bound", "review")


def counts_as_first() -> ColumnElement[bool]:
    """Whether an object's outcome holds for whatever has the same bytes, which is a duplicate of it then."""
    c = objects.c
    return and_(c.outcome.in_(_FIRST), c.duplicate_of.is_(None), ~c.is_name_bound)


def duplicates_among(connection: Connection, settled: Sequence[tuple[Settlement, Row[Any]]]) -> set[int]:
    """Those with the bytes of another object that counts, or is about to: the one that came first of them counts."""
    c = objects.c
    new = {
        row.id: (one.sha256, row)
        for one, row in settled
        if one.sha256 and one.outcome != "failed" and one.duplicate_of is None and not row.is_replay
    }
    known: defaultdict[str, dict[int, Key]] = defaultdict(dict)
    for chunk in chunks([sha256 for sha256, _ in new.values()]):
        query = select(c.id, c.sha256, c.bucket, c.key).where(c.sha256.in_(chunk), counts_as_first())
        for row in connection.execute(query):
            known[row.sha256][row.id] = (row.bucket, row.key)
    found: set[int] = set()
    bound = {one.object_id for one, _ in settled if one.is_name_bound}
    for object_id, (sha256, row) in sorted(new.items(), key=lambda one: _landing(one[1][1])):
        firsts = known[sha256]
        if object_id not in firsts and any(key != (row.bucket, row.key) for key in firsts.values()):
            found.add(object_id)
        elif object_id not in bound:
            firsts[object_id] = (row.bucket, row.key)
    return found


def _landing(row: Row[Any]) -> tuple[datetime, int]:
    return (row.landed_at or row.seen_at, row.id)


def open_duplicates(connection: Connection, settled: Sequence[tuple[Settlement, Row[Any]]]) -> None:
    """Have the duplicates done again of what has another outcome than theirs tell of."""
    c = objects.c
    changed = {
        row.id: row.sha256
        for one, row in settled
        if row.outcome is not None
        and one.outcome not in ("failed", "gone")
        and any(getattr(one, name) != row._mapping[name] for name in _OF_DUPLICATES)
    }
    for chunk in chunks(sorted(changed)):
        wanted = (c.sha256.in_([changed[i] for i in chunk]), c.duplicate_of.in_(chunk), ~c.is_open)
        connection.execute(update(objects).where(*wanted).values(REOPENED | {"is_replay": False}))
