"""What people hand in at the desk: a name in landing for each file, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tasks.ledger.database import Database, retried
from tasks.ledger.rows import chunks, object_row
from tasks.ledger.tables import objects, uploads
from tasks.ledger.values import ObjectRow

_UNUSED_FOR = timedelta(hours=2)
"""After so long a name that nothing came under is given to others: permission to send there has run out before."""

_U = {f"u_{c.name}": c for c in uploads.c}


@dataclass(frozen=True, slots=True)
class Upload:
    """A name that was given to `by`; `object` is what came under it, as far as the ledger knows."""

    id: int
    by: str
    bucket: str
    key: str
    etag: str | None
    size: int
    at: datetime
    object: ObjectRow | None = None


class Uploads(Database):
    """Names given away, and what came under them."""

    def taken(self, bucket: str, keys: Collection[str]) -> set[str]:
        """Those of these names under which something landed, or may land."""
        with self.reading() as connection:
            return {
                key
                for table in (objects, uploads)
                for chunk in chunks(keys)
                for key in connection.execute(
                    select(table.c.key).where(table.c.bucket == bucket, table.c.key.in_(chunk))
                ).scalars()
            }

    @retried
    def give_names(self, by: str, bucket: str, wanted: Sequence[tuple[str, int]]) -> dict[str, Upload]:
        """The names, with sizes, that `by` now has alone; those that somebody was faster to get are not there."""
        new = (postgresql.insert if self.is_postgresql else sqlite.insert)(uploads)
        u = uploads.c
        with self.writing() as connection:
            now = self.now(connection)
            connection.execute(delete(uploads).where(u.etag.is_(None), u.at < now - _UNUSED_FOR))
            given = {}
            for key, size in wanted:
                row = {"by": by, "bucket": bucket, "key": key, "size": size, "at": now}
                added = new.values(row).on_conflict_do_nothing(index_elements=["bucket", "key"]).returning(u.id)
                upload_id = connection.execute(added).scalar()
                if upload_id is not None:
                    given[key] = Upload(upload_id, by, bucket, key, None, size, now)
            return given

    @retried
    def has_come(self, upload_id: int, etag: str, size: int) -> None:
        """What came under a name."""
        with self.writing() as connection:
            connection.execute(update(uploads).where(uploads.c.id == upload_id).values(etag=etag, size=size))

    def uploads(self, ids: Collection[int]) -> list[Upload]:
        """These, with what became of them."""
        with self.reading() as connection:
            return [
                upload
                for chunk in chunks(ids)
                for upload in _found(connection, _select().where(uploads.c.id.in_(chunk)))
            ]

    def uploads_by(self, names: Collection[str], *, after: int = 0, limit: int = 200) -> list[Upload]:
        """What these people handed in, the newest first; `after`: only what has a greater id."""
        u = uploads.c
        query = _select().where(u.by.in_(list(names)), u.id > after).order_by(u.at.desc(), u.id.desc()).limit(limit)
        with self.reading() as connection:
            return _found(connection, query)


def _select() -> Select[Any]:
    u, o = uploads.c, objects.c
    same = and_(o.bucket == u.bucket, o.key == u.key, or_(o.etag == u.etag, u.etag.is_(None)))
    return select(objects, *(column.label(name) for name, column in _U.items())).select_from(
        uploads.outerjoin(objects, same)
    )


def _found(connection: Connection, query: Select[Any]) -> list[Upload]:
    return [_upload(row) for row in connection.execute(query)]


def _upload(row: Row[Any]) -> Upload:
    fields = {column.name: row._mapping[name] for name, column in _U.items()}
    return Upload(**fields, object=object_row(row) if row.id is not None else None)
