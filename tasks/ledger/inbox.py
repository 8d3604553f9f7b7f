"""The durable inbox: what landed, who works at it (a lease), and which run it was handed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tasks.ledger.database import Database, retried
from tasks.ledger.rows import Key, chunks, object_version, starts_with, under
from tasks.ledger.tables import OURS_ALONE, landed, metadata, object_rules, objects, searched
from tasks.ledger.values import Claimed, ObjectVersion, RunOut, Waiting

_NO_LEASE = {"lease_owner": None, "lease_until": None}
_NO_RUN = {"run_id": None, "dispatched_at": None}
REOPENED: dict[str, Any] = {"is_open": True, "is_replay": True, "attempts": 0, **_NO_RUN}
"""An object that is to be done again; a lease it has is of who writes its receipt just now, and is waited for."""

_ORDER = (objects.c.is_replay, landed, objects.c.id)
"""What is new goes before what is done again, and of each the oldest first."""


class Inbox(Database):
    """From landing to the claim of whoever processes it."""

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

    def waiting(self, limit: int) -> list[Waiting]:
        """What is open, was handed to no run, and is not leased: new before replays, the oldest first."""
        with self.reading() as connection:
            free = (objects.c.run_id.is_(None), _is_free(self.now(connection)))
            query = select(objects).where(objects.c.is_open, *free).order_by(*_ORDER).limit(limit)
            return [Waiting(r.id, object_version(r), r.attempts, r.is_replay) for r in connection.execute(query)]

    @retried
    def hand_to(self, ids: Collection[int], run_id: str) -> list[int]:
        """Note that a run was made for them; returns those that were still open and handed to no other run."""
        is_free = objects.c.is_open & (objects.c.run_id.is_(None) | (objects.c.run_id == run_id))
        with self.writing() as connection:
            at = self.now(connection)
            return _update(connection, ids, is_free, run_id=run_id, dispatched_at=at)

    @retried
    def hand_all_to(self, run_id: str, bucket: str, prefix: str) -> list[int]:
        """Hand to a run everything under `prefix` that waits; returns it, the oldest first."""
        c = objects.c
        with self.writing() as connection:
            now = self.now(connection)
            wanted = [c.is_open, c.run_id.is_(None), _is_free(now), c.bucket == bucket, starts_with(c.key, prefix)]
            ids = [row.id for row in _found(connection, wanted, None, None)]
            _update(connection, ids, c.is_open, run_id=run_id, dispatched_at=now)
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
    def take_back(self, run_id: str | None = None, ids: Collection[int] = ()) -> list[int]:
        """A run came to nothing: what it still held (or `ids`) waits again, whoever held a lease on it."""
        with self.writing() as connection:
            if run_id is None:
                return _update(connection, ids, objects.c.is_open, **_NO_RUN, **_NO_LEASE)
            mine = objects.c.is_open & (objects.c.run_id == run_id)
            found = list(connection.execute(select(objects.c.id).where(mine)).scalars())
            return _update(connection, {*found, *ids}, mine, **_NO_RUN, **_NO_LEASE)

    @retried
    def claim(
        self,
        ids: Collection[int] | None,
        owner: str,
        seconds: float,
        limit: int | None = None,
        prefix: str | None = None,
        run_id: str | None = None,
    ) -> list[Claimed]:
        """Take a lease on these open objects, or on any that wait; what another holds is left out.

        For `run_id` only what no other run was handed: of two runs for one object one alone gets it. Of an object's
        versions no two are held at a time, so that their receipts do not cross.
        """
        c = objects.c
        with self.writing(ordered=True) as connection:
            now = self.now(connection)
            wanted = [c.is_open, _is_free(now) if ids is None else _is_free(now) | (c.lease_owner == owner)]
            if ids is None or run_id is not None:
                wanted.append(or_(c.run_id.is_(None), c.run_id == run_id))
            if prefix is not None:
                wanted.append(starts_with(c.key, prefix))
            wanted.append(~_other_is_held(now))
            rows = _one_of_a_key(_found(connection, wanted, ids, limit))
            lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
            handed = {"run_id": run_id} if run_id is not None else {}
            _update(connection, [r.id for r in rows], c.is_open, attempts=c.attempts + 1, **lease, **handed)
            return [
                Claimed(r.id, object_version(r), r.attempts + 1, r.is_replay, run_id or r.run_id, r.outcome)
                for r in rows
            ]

    @retried
    def renew(self, ids: Collection[int], owner: str, seconds: float) -> list[int]:
        """Prolong the lease; returns those that `owner` still holds."""
        with self.writing() as connection:
            until = self.now(connection) + timedelta(seconds=seconds)
            return _update(connection, ids, _is_held_by(owner), lease_until=until)

    @retried
    def release(self, ids: Collection[int], owner: str, *, uncount: bool = False, again_in: float = 0.0) -> list[int]:
        """Give back what is not done, for nobody to take within `again_in` seconds; `uncount`: the attempt was none.

        They stay with the run that they were handed to.
        """
        changed: dict[str, Any] = {"lease_owner": None}
        if uncount:
            changed["attempts"] = objects.c.attempts - 1
        with self.writing() as connection:
            changed["lease_until"] = self.now(connection) + timedelta(seconds=again_in) if again_in else None
            return _update(connection, ids, _is_held_by(owner), **changed)

    @retried
    def reopen(
        self,
        ids: Collection[int] | None = None,
        *,
        key: str | None = None,
        prefix: str | None = None,
        bucket: str | None = None,
        outcomes: Collection[str] = (),
        sha256: str | None = None,
    ) -> list[int]:
        """Replay what is done and meets every condition given: it waits again, its attempts counted from none."""
        c = objects.c
        wanted: list[ColumnElement[bool]] = [~c.is_open]
        wanted += [column == value for column, value in ((c.key, key), (c.bucket, bucket), (c.sha256, sha256)) if value]
        if prefix:
            wanted.append(starts_with(c.key, prefix))
        if outcomes:
            wanted.append(c.outcome.in_(outcomes))
        if ids is None and len(wanted) == 1:
            raise ValueError("everything would be done again: say at least a prefix or the outcomes")
        with self.writing() as connection:
            found = [row.id for row in _found(connection, wanted, ids, None)]
            return _update(connection, found, ~c.is_open, **REOPENED)

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

    @retried
    def claim_receipts(self, older_than: datetime, owner: str, seconds: float, limit: int) -> list[int]:
        """Lease objects that are done, whose receipts have been due since before `older_than`, to write those again.

        As with `claim`, no other version of the same object is held meanwhile.
        """
        c = objects.c
        if limit <= 0:
            return []
        with self.writing(ordered=True) as connection:
            now = self.now(connection)
            wanted = [c.receipt_due < older_than, ~c.is_open, _is_free(now), ~_other_is_held(now)]
            query = select(objects).where(*wanted).order_by(c.receipt_due, c.id).limit(limit)
            rows = _one_of_a_key(connection.execute(query.with_for_update(skip_locked=True)))
            lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
            return _update(connection, [row.id for row in rows], ~c.is_open, **lease)

    @retried
    def release_receipts(self, ids: Collection[int], owner: str) -> list[int]:
        """Give back what `claim_receipts` gave; who wants an object that was opened meanwhile waited for that."""
        with self.writing() as connection:
            return _update(connection, ids, objects.c.lease_owner == owner, **_NO_LEASE)


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


def _is_free(now: Any) -> ColumnElement[bool]:  # noqa: ANN401
    return or_(objects.c.lease_until.is_(None), objects.c.lease_until <= now)


def _is_held_by(owner: str) -> ColumnElement[bool]:
    return objects.c.is_open & (objects.c.lease_owner == owner)


def _other_is_held(now: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether another version of the same object is being worked at."""
    other, c = objects.alias(), objects.c
    same = and_(other.c.bucket == c.bucket, other.c.key == c.key, other.c.id != c.id)
    held = and_(same, other.c.lease_owner.is_not(None), other.c.lease_until > now)
    return exists().where(held).correlate(objects)


def _one_of_a_key(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The first of each object's versions."""
    firsts: dict[tuple[str, str], Row[Any]] = {}
    for row in rows:
        firsts.setdefault((row.bucket, row.key), row)
    return list(firsts.values())


def _found(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], ids: Collection[int] | None, limit: int | None
) -> Iterable[Row[Any]]:
    """Rows that meet the conditions, in order, held for this transaction; what another one holds is left out."""
    query = select(objects).where(*wanted).order_by(*_ORDER).limit(limit).with_for_update(skip_locked=True)
    if ids is None:
        return connection.execute(query)
    found = [row for chunk in chunks(ids) for row in connection.execute(query.where(objects.c.id.in_(chunk)))]
    return found[:limit]


def _update(
    connection: Connection,
    ids: Collection[int],
    where: ColumnElement[bool],
    **values: Any,  # noqa: ANN401
) -> list[int]:
    """Change these rows as far as they meet the condition; returns the ids of those."""
    changed: list[int] = []
    for chunk in chunks(sorted(ids)):
        statement = update(objects).where(objects.c.id.in_(chunk), where).values(**values)
        changed += connection.execute(statement.returning(objects.c.id)).scalars()
    return sorted(changed)


def _run_out(run_id: str, rows: Sequence[Row[Any]]) -> RunOut:
    last = max(rows, key=lambda row: (row.lease_until is not None, row.lease_until))
    return RunOut(
        run_id,
        tuple(row.id for row in rows),
        rows[0].dispatched_at,
        last.lease_owner,
        last.lease_until,
        max(row.attempts for row in rows),
    )
