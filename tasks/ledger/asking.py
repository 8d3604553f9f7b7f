"""What people and programs ask the ledger: counts, pages, the queue of reviews, one object."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, literal, or_, select, tuple_

from tasks.ledger.database import Database
from tasks.ledger.duplicates import counts_as_first
from tasks.ledger.rows import chunks, object_row, select_objects, starts_with, under
from tasks.ledger.standing import DECIDED
from tasks.ledger.tables import Instant, landed, objects, versions
from tasks.ledger.values import Counts, ObjectRow, ObjectVersion

Place = tuple[datetime, int]
"""Where a row stands in a list: when it landed, and its id."""


class Asking(Database):
    """Questions about objects; none changes anything."""

    def get(self, ids: Collection[int]) -> dict[int, ObjectRow]:
        """These objects, by id."""
        with self.reading() as connection:
            return {
                row.id: object_row(row)
                for chunk in chunks(ids)
                for row in connection.execute(select_objects().where(objects.c.id.in_(chunk)))
            }

    def rows_of(self, found: Collection[ObjectVersion]) -> list[ObjectRow]:
        """What is known of these landed versions; those that the ledger does not know are not there."""
        wanted = {(o.bucket, o.key, o.etag) for o in found}
        rows = [
            row for keys in under((o.bucket, o.key) for o in found) for row in self._rows(select_objects().where(keys))
        ]
        return [row for row in rows if (row.object.bucket, row.object.key, row.object.etag) in wanted]

    def ids_of(self, found: Collection[ObjectVersion]) -> dict[ObjectVersion, int]:
        """The ids of these landed versions."""
        ids = {(row.object.bucket, row.object.key, row.object.etag): row.id for row in self.rows_of(found)}
        return {o: ids[o.bucket, o.key, o.etag] for o in found if (o.bucket, o.key, o.etag) in ids}

    def find(self, bucket: str, key: str) -> list[ObjectRow]:
        """The versions of a landed object, the newest first."""
        return self._rows(_newest_first().where(objects.c.bucket == bucket, objects.c.key == key))

    def find_by_sha256(self, sha256: str) -> list[ObjectRow]:
        """The objects with these bytes, the newest first."""
        return self._rows(_newest_first().where(objects.c.sha256 == sha256))

    def first_with(self, sha256: str, not_id: int) -> ObjectRow | None:
        """The first object under another key with these bytes whose outcome holds for whatever has them.

        None if `not_id` itself has such an outcome: of two that name each other as the first, neither would count.
        """
        c = objects.c
        query = select_objects().where(c.sha256 == sha256, counts_as_first()).order_by(landed, c.id)
        found = self._rows(query)
        if not found or any(row.id == not_id for row in found):
            return None
        this = self.get([not_id]).get(not_id)
        return next((row for row in found if this is None or not _are_versions_of_one(row, this)), None)

    def counts(self) -> Counts:
        """How many there are of what."""
        c = objects.c
        with self.reading() as connection:
            now = self.now(connection)
            outcomes = connection.execute(select(c.outcome, func.count()).group_by(c.outcome)).all()
            is_open, is_leased = c.is_open, and_(c.is_open, c.lease_until > now)
            waits = and_(is_open, c.run_id.is_(None), or_(c.lease_until.is_(None), c.lease_until <= now))
            opened, leased, waiting, queue, queued = (
                connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()
                for table, where in (
                    (objects, is_open),
                    (objects, is_leased),
                    (objects, waits),
                    (versions.join(objects), _waits_for_a_person()),
                    (objects, and_(is_open, c.queue.is_not(None))),
                )
            )
        by_outcome = {outcome: count for outcome, count in outcomes if outcome}
        return Counts(sum(count for _, count in outcomes), opened, leased, waiting, by_outcome, queue, queued)

    def page(
        self,
        *,
        outcome: str | None = None,
        reason: str | None = None,
        is_open: bool | None = None,
        bucket: str | None = None,
        prefix: str | None = None,
        agency: str | None = None,
        year: int | None = None,
        report_id: str | None = None,
        before: Place | None = None,
        limit: int = 50,
    ) -> list[ObjectRow]:
        """Objects that meet every condition, the newest first; `before` is the `place_in_pages` of the last one."""
        c = objects.c
        asked = {"outcome": outcome, "reason": reason, "is_open": is_open, "bucket": bucket, "agency": agency,
                 "year": year, "report_id": report_id}  # fmt: skip
        wanted = [c[name] == value for name, value in asked.items() if value is not None]
        if prefix:
            wanted.append(starts_with(c.key, prefix))
        if before:
            wanted.append(tuple_(landed, c.id) < in_query(before))
        return self._rows(_newest_first().where(*wanted).limit(limit))

    def review_queue(
        self, *, reason: str | None = None, before: Place | None = None, limit: int = 50
    ) -> list[ObjectRow]:
        """What stands in quarantine and nobody has decided on, the newest first; `before` as for `page`."""
        v = versions.c
        query = select_objects().select_from(versions.join(objects)).where(_waits_for_a_person())
        if reason:
            query = query.where(objects.c.reason == reason)
        if before:
            query = query.where(tuple_(v.landed_at, v.object_id) < in_query(before))
        return self._rows(query.order_by(v.landed_at.desc(), v.object_id.desc()).limit(limit))

    def review_reasons(self) -> dict[str, int]:
        """How many wait for a person for which reason, and are not being judged again; the most frequent first."""
        o, count = objects.c, func.count()
        query = select(o.reason, count).select_from(versions.join(objects)).where(_waits_for_a_person(), ~o.is_open)
        with self.reading() as connection:
            found = connection.execute(query.group_by(o.reason).order_by(count.desc(), o.reason)).all()
        return {reason or "": number for reason, number in found}

    def _rows(self, query: Select[Any]) -> list[ObjectRow]:
        with self.reading() as connection:
            return [object_row(row) for row in connection.execute(query)]


def place_in_pages(row: ObjectRow) -> Place:
    """What to ask for the page after the one that ends with `row`."""
    return (row.object.landed_at or row.seen_at, row.id)


def _are_versions_of_one(one: ObjectRow, other: ObjectRow) -> bool:
    return (one.object.bucket, one.object.key) == (other.object.bucket, other.object.key)


def in_query(place: Place) -> ColumnElement[Any]:
    """The place, to compare with the columns that a list is ordered by."""
    return tuple_(literal(place[0], Instant), literal(place[1], BigInteger))


def _newest_first() -> Select[Any]:
    return select_objects().order_by(landed.desc(), objects.c.id.desc())


def _waits_for_a_person() -> ColumnElement[bool]:
    o, v = objects.c, versions.c
    stands = and_(v.place == "quarantine", v.is_current, o.outcome == "quarantined", o.duplicate_of.is_(None))
    return and_(stands, or_(o.review.is_(None), o.review.not_in(DECIDED)))
