"""Settle: the one transaction that gives objects their outcome and says what is current.

No two run at a time: what is current is decided by comparison with all that was judged before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tasks.ledger.database import Database, retried
from tasks.ledger.duplicates import duplicates_among, open_duplicates
from tasks.ledger.inbox import REOPENED
from tasks.ledger.leases import NO_LEASE
from tasks.ledger.rows import Key, chunks, under
from tasks.ledger.standing import Picture, Version, look
from tasks.ledger.tables import changes, object_rules, objects, searched, versions
from tasks.ledger.values import LeaseLostError, ReceiptWritten, Settled, Settlement, Standing

_TOLD = ("outcome", "reason", "message", "processed_at")
_READ = ("agency", "year", "form", "report_id", "sha256", "duplicate_of", "is_name_bound", "review")
_OF_THE_REPORT = ("report_id", "year", "agency", "form", "sha256")


class Settling(Database):
    """Outcomes, standings, and the receipts that tell of them."""

    @retried
    def settle(
        self, settlements: Sequence[Settlement], owner: str, *, but_for_duplicates: bool = False
    ) -> list[Settled]:
        """Give each object that `owner` still holds its outcome; those lost are not in the answer.

        Nor, with `but_for_duplicates`, are those that turn out to be some: another object with the same bytes has its
        outcome by now. They are to be settled again as what they are.

        Raises LeaseLostError if all are lost. They stay open, and leased, until `receipts_written`; only what is gone
        has no receipt, and is closed. A failure of ours, and what is gone, leave what the object was judged before.
        """
        with self.writing(ordered=True) as connection:
            now = self.now(connection)
            wanted = {one.object_id: one for one in settlements}
            mine = _held(connection, wanted, owner)
            if wanted and not mine:
                raise LeaseLostError(tuple(sorted(wanted)))
            if but_for_duplicates:
                duplicates = duplicates_among(connection, [(wanted[row.id], row) for row in mine])
                mine = [row for row in mine if row.id not in duplicates]
            settled = [(wanted[row.id], row) for row in mine]
            scope = _Scope.of(connection, settled)
            before = scope.standings(connection)
            _write_objects(connection, settled, now)
            self._write_versions(connection, settled, now)
            stored = {one.object_id for one, _ in settled if one.version}
            _stand(connection, scope.look(connection), now, stored)
            after = scope.standings(connection)
            _mark_due(connection, before, after, {row.id for row in mine}, now)
            open_duplicates(connection, settled)
            return [Settled(row.id, after[row.id][1]) for row in mine]

    def standing(self, ids: Collection[int]) -> dict[int, Standing]:
        """Where these objects' reports stand now."""
        with self.reading() as connection:
            rows = [
                row
                for chunk in chunks(ids)
                for row in connection.execute(select(objects).where(objects.c.id.in_(chunk)))
            ]
            v = versions.c
            reports: set[str] = set()
            for chunk in chunks(ids):
                query = select(v.report_id).where(v.object_id.in_(chunk), v.holds)
                reports.update(connection.execute(query).scalars())
            picture = look(connection, reports, {(row.bucket, row.key) for row in rows})
            return {row.id: picture.standing(row) for row in rows}

    @retried
    def receipts_written(self, written: Iterable[ReceiptWritten], owner: str | None = None) -> list[int]:
        """The receipts are in S3: with `owner`, what that one settled is done, and closed; returns those noted.

        Whose standing has changed since stays due.
        """
        c = objects.c
        told = {one.object_id: one for one in written}
        wanted = (c.outcome.is_not(None), *([c.is_open, c.lease_owner == owner] if owner is not None else []))
        rows = []
        with self.writing() as connection:
            for chunk in chunks(sorted(told)):
                query = select(c.id, c.revision, c.receipt_due, c.receipt_name, c.is_open, c.lease_owner, c.lease_until)
                for row in connection.execute(query.where(c.id.in_(chunk), *wanted).with_for_update()):
                    one = told[row.id]
                    new = {"receipt_due": row.receipt_due if row.revision != one.revision else None,
                           "receipt_name": one.name or row.receipt_name}  # fmt: skip
                    kept = {"is_open": row.is_open, "lease_owner": row.lease_owner, "lease_until": row.lease_until}
                    closed = {"is_open": False, **NO_LEASE}
                    rows.append({"b_id": row.id, **new, **(kept if owner is None else closed)})
            if rows:
                connection.execute(update(objects).where(c.id == bindparam("b_id")), rows)
        return [row["b_id"] for row in rows]

    @retried
    def forget_versions(self, ids: Collection[int]) -> list[int]:
        """Their objects in S3 are removed; returns the ids of those that became current again meanwhile.

        Their landed objects are done again, for nothing may be missing.
        """
        v = versions.c
        lost: list[int] = []
        with self.writing(ordered=True) as connection:
            now = self.now(connection)
            reports: set[str] = set()
            for chunk in chunks(sorted(ids)):
                lost += connection.execute(select(v.id).where(v.id.in_(chunk), v.is_current)).scalars()
                forget = update(versions).where(v.id.in_(chunk)).values(is_stored=False)
                reports.update(connection.execute(forget.returning(v.report_id)).scalars())
            if lost:
                _stand(connection, look(connection, reports, ()), now, ())
        return sorted(lost)

    def _write_versions(
        self, connection: Connection, settled: Sequence[tuple[Settlement, Row[Any]]], now: datetime
    ) -> None:
        v = versions.c
        judged = [row.id for one, row in settled if one.outcome not in ("failed", "gone")]
        for chunk in chunks(judged):
            connection.execute(update(versions).where(v.object_id.in_(chunk)).values(holds=False))
        gone = [row.id for one, row in settled if one.outcome == "gone"]
        for chunk in chunks(gone):
            connection.execute(update(versions).where(v.object_id.in_(chunk), ~v.is_stored).values(holds=False))
        new = [_version(one, row, now) for one, row in settled if one.version]
        new += [
            _version(one, row, now) | {"place": "lake", "holds": False, "is_stored": False, "stored_etag": None}
            for one, row in settled
            if one.version and one.version.was_in_lake
        ]
        if new:
            statement = (postgresql.insert if self.is_postgresql else sqlite.insert)(versions)
            again = {name: statement.excluded[name] for name in new[0] if name not in ("place", "name", "is_current")}
            connection.execute(statement.on_conflict_do_update(index_elements=["place", "name"], set_=again), new)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a batch of settlements may change: these reports, and these objects beside those of the reports."""

    reports: frozenset[str]
    keys: frozenset[Key]
    ids: frozenset[int]

    @classmethod
    def of(cls, connection: Connection, settled: Sequence[tuple[Settlement, Row[Any]]]) -> _Scope:
        keys = {(row.bucket, row.key) for _, row in settled}
        reports = {one.report_id for one, _ in settled if one.version and one.report_id}
        o, v = objects.c, versions.c
        for chunk in chunks([row.id for _, row in settled]):
            reports.update(connection.execute(select(v.report_id).where(v.object_id.in_(chunk))).scalars())
        ids: set[int] = set()
        for condition in under(keys):
            ids.update(connection.execute(select(o.id).where(condition)).scalars())
        for chunk in chunks(sorted(ids)):
            nameless = select(v.report_id).where(v.object_id.in_(chunk), v.holds, ~v.is_named)
            reports.update(connection.execute(nameless).scalars())
        for report_chunk in chunks(sorted(reports)):
            ids.update(connection.execute(select(v.object_id).where(v.report_id.in_(report_chunk))).scalars())
        return cls(frozenset(reports), frozenset(keys), frozenset(ids))

    def look(self, connection: Connection) -> Picture:
        return look(connection, self.reports, self.keys)

    def standings(self, connection: Connection) -> dict[int, tuple[str | None, Standing]]:
        """Outcome and standing of each object."""
        picture = self.look(connection)
        return {
            row.id: (row.outcome, picture.standing(row))
            for chunk in chunks(sorted(self.ids))
            for row in connection.execute(select(objects).where(objects.c.id.in_(chunk)))
        }


def _held(connection: Connection, ids: Collection[int], owner: str) -> list[Row[Any]]:
    c = objects.c
    query = select(objects).where(c.is_open, c.lease_owner == owner).order_by(c.id).with_for_update()
    return [row for chunk in chunks(sorted(ids)) for row in connection.execute(query.where(c.id.in_(chunk)))]


def _write_objects(connection: Connection, settled: Sequence[tuple[Settlement, Row[Any]]], now: datetime) -> None:
    rows = [{"b_id": row.id, **_changed(one, row, now)} for one, row in settled]
    if rows:
        connection.execute(update(objects).where(objects.c.id == bindparam("b_id")), rows)
    judged = [(one, row) for one, row in settled if one.outcome not in ("failed", "gone")]
    for chunk in chunks([row.id for _, row in judged]):
        connection.execute(delete(object_rules).where(object_rules.c.object_id.in_(chunk)))
    found = [
        {"object_id": row.id, "rule": rule, "landed": row.landed_at or one.landed_at or row.seen_at}
        for one, row in judged
        for rule in one.rules
    ]
    if found:
        connection.execute(insert(object_rules), found)


def _changed(one: Settlement, row: Row[Any], now: datetime) -> dict[str, Any]:
    """The columns of an object after its settlement."""
    judged = {name: getattr(one, name) for name in (*_TOLD[:3], *_READ)} | {"processed_at": one.processed_at or now}
    was = {name: row._mapping[name] for name in (*_TOLD, *_READ)}
    is_gone = one.outcome == "gone"
    if is_gone and row.outcome is not None:
        told = was
    elif is_gone or one.outcome == "failed":
        told = was | {name: judged[name] for name in _TOLD}
    else:
        told = judged
    lease = NO_LEASE if is_gone else _part(row, "lease_owner", "lease_until")
    return {
        **told,
        **lease,
        "is_open": not is_gone,
        "size": row.size if one.size is None else one.size,
        "landed_at": row.landed_at or one.landed_at,
        "receipt_due": row.receipt_due if is_gone else now,
        "revision": row.revision + 1,
        "searched": searched(told.get("agency", row.agency), row.key),
    }


def _part(row: Row[Any], *names: str) -> dict[str, Any]:
    return {name: row._mapping[name] for name in names}


def _version(one: Settlement, row: Row[Any], now: datetime) -> dict[str, Any]:
    """A row of `versions`, current nowhere as yet."""
    new = one.version
    if new is None or one.report_id is None:
        raise ValueError(f"{row.key}: a version needs a report id")
    return {
        **{name: getattr(one, name) for name in _OF_THE_REPORT},
        **_part(row, "bucket", "key", "etag"),
        "place": new.place,
        "name": new.name,
        "year": one.year or 0,
        "object_id": row.id,
        "landed_at": row.landed_at or one.landed_at or row.seen_at,
        "stored_etag": new.stored_etag,
        "figures": new.figures,
        "is_named": new.is_named,
        "holds": True,
        "is_current": False,
        "is_stored": new.is_stored,
        "ceased_at": now,
    }


def _stand(connection: Connection, picture: Picture, now: datetime, stored: Collection[int]) -> None:
    """Make current what should be, note what the lake shows anew (`stored`: objects written just now)."""
    ceasing, beginning, changed, missed = [], [], [], []
    for report_id, known in picture.reports.items():
        wanted = picture.current(report_id)
        current = {v.row.id for v in (wanted.lake, wanted.quarantine) if v}
        ceasing += [v.row.id for v in known if v.row.is_current and v.row.id not in current]
        beginning += [
            v.row.id for v in known if v.row.id in current and not (v.row.is_current and v.row.ceased_at is None)
        ]
        was = next((v for v in known if v.row.is_current and v.place == "lake"), None)
        if _differ(was, wanted.lake, stored):
            year = (wanted.lake or was or known[0]).row.year
            changed.append({"year": year, "report_id": report_id, "at": now})
        if wanted.missed:
            missed.append(wanted.missed.row.object_id)
    v, o = versions.c, objects.c
    for chunk in chunks(ceasing):
        connection.execute(update(versions).where(v.id.in_(chunk)).values(is_current=False, ceased_at=now))
    for chunk in chunks(beginning):
        begins = {"is_current": True, "current_since": now, "ceased_at": None}
        connection.execute(update(versions).where(v.id.in_(chunk)).values(begins))
    if changed:
        connection.execute(insert(changes), changed)
    for chunk in chunks(missed):
        connection.execute(update(objects).where(o.id.in_(chunk), ~o.is_open).values(REOPENED))


def _differ(was: Version | None, now: Version | None, stored: Collection[int]) -> bool:
    if was is None or now is None:
        return was is not now
    return was.row.id != now.row.id or now.row.object_id in stored


def _mark_due(
    connection: Connection,
    before: dict[int, tuple[str | None, Standing]],
    after: dict[int, tuple[str | None, Standing]],
    settled: Collection[int],
    now: datetime,
) -> None:
    """The receipts of others whose standing has changed are to be written again."""
    c = objects.c
    differ = [i for i, (outcome, standing) in after.items() if outcome and standing != before[i][1]]
    due = update(objects).where(c.outcome != "gone")
    for chunk in chunks(sorted({*differ} - {*settled})):
        connection.execute(due.where(c.id.in_(chunk)).values(receipt_due=now, revision=c.revision + 1))
