"""Leases: who works at an object, for how long, and keeping them while work goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select, update

from tasks.ledger.database import Database, retried
from tasks.ledger.rows import chunks, object_version
from tasks.ledger.tables import landed, objects
from tasks.ledger.values import Claimed, LedgerAwayError

SECONDS = 60.0
"""How long a lease lasts: so long a dead worker's objects wait, unless it is known to be dead before."""

MOST_ATTEMPTS = 3
"""How often an object is claimed before its outcome is `failed`."""

logger = logging.getLogger("nianbao.ledger")


NO_LEASE = {"lease_owner": None, "lease_until": None}
NO_RUN = {"run_id": None, "dispatched_at": None}

ORDER = (objects.c.is_replay, landed, objects.c.id)
"""What is new goes before what is done again, and of each the oldest first."""


class Leasing(Database):
    """Claims of objects, and of receipts that are to be written again."""

    @retried
    def claim(
        self,
        ids: Collection[int] | None,
        owner: str,
        seconds: float,
        limit: int | None = None,
        run_id: str | None = None,
    ) -> list[Claimed]:
        """Take a lease on these open objects, or on any that wait; what another holds is left out.

        For `run_id` only what no other run was handed: of two runs for one object one alone gets it. Of an object's
        versions no two are held at a time, so that their receipts do not cross.
        """
        c = objects.c
        with self.writing(ordered=True) as connection:
            now = self.now(connection)
            wanted = [c.is_open, is_free(now) if ids is None else is_free(now) | (c.lease_owner == owner)]
            if ids is None or run_id is not None:
                wanted.append(or_(c.run_id.is_(None), c.run_id == run_id))
            wanted.append(~_other_is_held(now))
            rows = _one_of_a_key(held_rows(connection, wanted, ids, limit))
            lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
            handed = {"run_id": run_id} if run_id is not None else {}
            change(connection, [r.id for r in rows], c.is_open, attempts=c.attempts + 1, **lease, **handed)
            return [
                Claimed(r.id, object_version(r), r.attempts + 1, r.is_replay, run_id or r.run_id, r.outcome, r.queue)
                for r in rows
            ]

    @retried
    def renew(self, ids: Collection[int], owner: str, seconds: float) -> list[int]:
        """Prolong the lease; returns those that `owner` still holds."""
        with self.writing() as connection:
            until = self.now(connection) + timedelta(seconds=seconds)
            return change(connection, ids, _is_held_by(owner), lease_until=until)

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
            return change(connection, ids, _is_held_by(owner), **changed)

    @retried
    def defer(self, ids: Collection[int], owner: str, queue: str) -> list[int]:
        """Give back what is to be handed out by `queue`, whatever run it was handed to; the attempt was none."""
        changed = {"queue": queue, "attempts": objects.c.attempts - 1, **NO_RUN, **NO_LEASE}
        with self.writing() as connection:
            return change(connection, ids, _is_held_by(owner), **changed)

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
            wanted = [c.receipt_due < older_than, ~c.is_open, is_free(now), ~_other_is_held(now)]
            query = select(objects).where(*wanted).order_by(c.receipt_due, c.id).limit(limit)
            rows = _one_of_a_key(connection.execute(query.with_for_update(skip_locked=True)))
            lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
            return change(connection, [row.id for row in rows], ~c.is_open, **lease)

    @retried
    def release_receipts(self, ids: Collection[int], owner: str) -> list[int]:
        """Give back what `claim_receipts` gave; who wants an object that was opened meanwhile waited for that."""
        with self.writing() as connection:
            return change(connection, ids, objects.c.lease_owner == owner, **NO_LEASE)


@contextmanager
def leases(ledger: Leasing, ids: Sequence[int], owner: str) -> Iterator[None]:
    """Renew what `owner` holds of `ids` while the block runs. What was lost is noticed when it is settled."""
    ended = threading.Event()

    def renew() -> None:
        held = list(ids)
        while held and not ended.wait(SECONDS / 4):
            try:
                held = ledger.renew(held, owner, SECONDS)
            except LedgerAwayError as error:
                logger.warning("leases could not be renewed, it is tried again: %s", error)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def is_free(now: Any) -> ColumnElement[bool]:  # noqa: ANN401
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


def held_rows(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], ids: Collection[int] | None, limit: int | None
) -> Iterable[Row[Any]]:
    """Rows that meet the conditions, in order, held for this transaction; what another one holds is left out."""
    query = select(objects).where(*wanted).order_by(*ORDER).limit(limit).with_for_update(skip_locked=True)
    if ids is None:
        return connection.execute(query)
    found = [row for chunk in chunks(ids) for row in connection.execute(query.where(objects.c.id.in_(chunk)))]
    return found[:limit]


def change(
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
