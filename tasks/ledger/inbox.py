"""The durable inbox: what landed, and which run it was handed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tasks.ledger.database import Database, retried
from tasks.ledger.leases import NO_LEASE, NO_RUN, ORDER, change, held_rows, is_free
from tasks.ledger.rows import Key, chunks, object_version, starts_with, under
from tasks.ledger.tables import OURS_ALONE, metadata, object_rules, objects, searched
from tasks.ledger.values import ObjectVersion, RunOut, Waiting

REOPENED: dict[str, Any] = {"is_open": True, "is_replay": True, "attempts": 0, **NO_RUN}
"""An object that is to be done again; a lease it has is of who writes its receipt just now, and is waited for."""


class Inbox(Database):
    """From landing to the run of whoever processes it."""

    @retried
    def add(self, found: Iterable[ObjectVersion]) -> list[int]:
        """Make a row for each that has none; returns the ids of the new ones.

        Where an event did not tell when it landed, or how large it is, a listing that does completes the row. A known
        version that landed again after another one of its key is done again: it is the latest now.
        """
        insert = postgresql.insert if self.is_postgresql else sqlite.insert
        statement = insert(objects).on_conflict_do_nothing().returning(objects.c.id)
        added: list[int] = []
        with self.writing() as connection:
            seen_at = self.now(connection)
            for chunk in chunks(sorted(found, key=lambda o: (o.bucket, o.key, o.etag))):
                new = [_landed(o) | {"seen_at": seen_at} for o in chunk]
                added += connection.execute(statement.values(new)).scalars()
                rows = _known(connection, chunk)
                _complete(connection, chunk, rows)
                _open_again(connection, _landed_again(chunk, rows))
        return sorted(added)

    def missing_from(self, found: Sequence[ObjectVersion]) -> list[ObjectVersion]:
        """Those of `found` that the ledger does not know, or not as landed again (see `add`)."""
        with self.reading() as connection:
            rows = _known(connection, found)
            again = {_identity(o) for o in _landed_again(found, rows).values()}
        known = {_identity(row) for row in rows} - again
        return [o for o in found if _identity(o) not in known]

    def overtaken(self, found: Sequence[ObjectVersion]) -> list[ObjectVersion]:
        """Those of `found` of whose key a later version is known: told of now, they may have landed once more."""
        with self.reading() as connection:
            rows = _known(connection, found)
        last: dict[Key, datetime] = {}
        for row in rows:
            if row.landed_at:
                last[row.bucket, row.key] = max(row.landed_at, last.get((row.bucket, row.key), row.landed_at))
        old = {_identity(r) for r in rows if r.landed_at and r.landed_at < last[r.bucket, r.key]}
        return [o for o in found if _identity(o) in old]

    def waiting(self, limit: int, queue: str | None = None) -> list[Waiting]:
        """What is open in `queue`, was handed to no run, and is not leased: new before replays, the oldest first."""
        c = objects.c
        with self.reading() as connection:
            free = (c.run_id.is_(None), is_free(self.now(connection)), _is_in(queue))
            query = select(objects).where(c.is_open, *free).order_by(*ORDER).limit(limit)
            rows = connection.execute(query)
            return [Waiting(r.id, object_version(r), r.attempts, r.is_replay, r.queue) for r in rows]

    @retried
    def hand_to(self, ids: Collection[int], run_id: str) -> list[int]:
        """Note that a run was made for them; returns those that were still open and handed to no other run."""
        not_out = objects.c.is_open & (objects.c.run_id.is_(None) | (objects.c.run_id == run_id))
        with self.writing() as connection:
            at = self.now(connection)
            return change(connection, ids, not_out, run_id=run_id, dispatched_at=at)

    @retried
    def hand_all_to(self, run_id: str, bucket: str, prefix: str) -> list[int]:
        """Hand to a run everything under `prefix` that waits in no queue of its own; returns it, the oldest first."""
        c = objects.c
        with self.writing() as connection:
            now = self.now(connection)
            wanted = [c.is_open, _is_in(None), c.run_id.is_(None), is_free(now)]
            wanted += [c.bucket == bucket, starts_with(c.key, prefix)]
            ids = [row.id for row in held_rows(connection, wanted, None, None)]
            change(connection, ids, c.is_open, run_id=run_id, dispatched_at=now)
            return ids

    def runs_out(self) -> list[RunOut]:
        """The runs that objects were handed to that are still open, with those objects; the oldest run first."""
        runs: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        query = select(objects).where(objects.c.is_open, objects.c.run_id.is_not(None))
        with self.reading() as connection:
            for row in connection.execute(query.order_by(objects.c.dispatched_at, objects.c.id)):
                runs[row.run_id].append(row)
        return [_run_out(run_id, rows) for run_id, rows in runs.items()]

    @retried
    def take_back(self, run_id: str) -> list[int]:
        """A run came to nothing: what it still held waits again, whoever had a lease on it."""
        taken = update(objects).where(objects.c.is_open, objects.c.run_id == run_id).values(**NO_RUN, **NO_LEASE)
        with self.writing() as connection:
            return sorted(connection.execute(taken.returning(objects.c.id)).scalars())

    @retried
    def reopen(self, ids: Collection[int]) -> list[int]:
        """Replay what is done: it waits again, its attempts counted from none; returns which that were."""
        with self.writing() as connection:
            return change(connection, ids, ~objects.c.is_open, **REOPENED)

    def has_outcomes(self) -> bool:
        """Whether anything has ever been processed."""
        with self.reading() as connection:
            query = select(objects.c.id).where(objects.c.outcome.is_not(None)).limit(1)
            return connection.execute(query).first() is not None

    def is_empty(self) -> bool:
        """Whether nothing has ever landed."""
        with self.reading() as connection:
            return connection.execute(select(objects.c.id).limit(1)).first() is None

    @retried
    def clear(self) -> None:
        """Forget everything that S3 holds, for it can be made of that anew. Whoever has a lease has lost it."""
        with self.writing(ordered=True) as connection:
            for table in reversed(metadata.sorted_tables):
                if table not in OURS_ALONE:
                    connection.execute(delete(table))


def _landed(o: ObjectVersion) -> dict[str, Any]:
    return {
        "bucket": o.bucket, "key": o.key, "etag": o.etag, "landed_at": o.landed_at, "size": o.size,
        "searched": searched(None, o.key),
    }  # fmt: skip


def _identity(o: ObjectVersion | Row[Any]) -> tuple[str, str, str]:
    return (o.bucket, o.key, o.etag)


def _known(connection: Connection, found: Collection[ObjectVersion]) -> list[Row[Any]]:
    """All versions under the keys of these, as far as they are known."""
    c = objects.c
    query = select(c.id, c.bucket, c.key, c.etag, c.landed_at, c.size)
    return [row for keys in under((o.bucket, o.key) for o in found) for row in connection.execute(query.where(keys))]


def _complete(connection: Connection, found: Collection[ObjectVersion], rows: Collection[Row[Any]]) -> None:
    """Fill in what was unknown of those that have a row."""
    told = {_identity(o): o for o in found}
    changed = []
    for row in rows:
        o = told.get(_identity(row))
        landed_at, size = (row.landed_at or o.landed_at, row.size or o.size) if o else (row.landed_at, row.size)
        if (landed_at, size) != (row.landed_at, row.size):
            changed.append({"b_id": row.id, "landed_at": landed_at, "size": size})
    if changed:
        connection.execute(update(objects).where(objects.c.id == bindparam("b_id")), changed)
        landed_at = [{"b_id": one["b_id"], "landed": one["landed_at"]} for one in changed if one["landed_at"]]
        if landed_at:
            connection.execute(update(object_rules).where(object_rules.c.object_id == bindparam("b_id")), landed_at)


def _landed_again(found: Collection[ObjectVersion], rows: Collection[Row[Any]]) -> dict[int, ObjectVersion]:
    """By id: known versions that landed once more after another version of the same key had."""
    told = {_identity(o): o for o in found}
    others: defaultdict[Key, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.landed_at:
            others[row.bucket, row.key].append(row)
    again = {}
    for row in (row for same in others.values() for row in same):
        o = told.get(_identity(row))
        later = (other for other in others[row.bucket, row.key] if other.landed_at > row.landed_at)
        if o and o.landed_at and any(other.landed_at < o.landed_at for other in later):
            again[row.id] = o
    return again


def _open_again(connection: Connection, again: Mapping[int, ObjectVersion]) -> None:
    c = objects.c
    for object_id, o in again.items():
        connection.execute(update(objects).where(c.id == object_id).values(landed_at=o.landed_at))
        connection.execute(update(objects).where(c.id == object_id, ~c.is_open).values(REOPENED | {"is_replay": False}))


def _is_in(queue: str | None) -> ColumnElement[bool]:
    return objects.c.queue.is_(None) if queue is None else objects.c.queue == queue


def _run_out(run_id: str, rows: Sequence[Row[Any]]) -> RunOut:
    last = max(rows, key=lambda row: (row.lease_until is not None, row.lease_until))
    return RunOut(
        run_id,
        tuple(row.id for row in rows),
        rows[0].dispatched_at,
        last.lease_owner,
        last.lease_until,
        max(row.attempts for row in rows),
        rows[0].queue,
    )
