"""What is watched from outside: what became of uploads, how long something has waited, whether the marts lag behind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, type_coerce

from tasks.ledger.database import Database
from tasks.ledger.rows import chunks, object_row, same_versions, select_objects
from tasks.ledger.tables import Instant, changes, landed, objects
from tasks.ledger.values import ObjectRow, ObjectVersion


class Watching(Database):
    """Questions that are asked every second: each is one look at an index."""

    def oldest_open(self) -> datetime | None:
        """When the oldest object landed that has not been processed; None if there is none."""
        with self.reading() as connection:
            oldest = type_coerce(func.min(landed), Instant)
            found: datetime | None = connection.execute(select(oldest).where(objects.c.is_open)).scalar()
            return found

    def rows_of(self, versions: Collection[ObjectVersion]) -> list[ObjectRow]:
        """What is known of these landed versions; those that the ledger does not know are not there."""
        with self.reading() as connection:
            return [
                object_row(row)
                for chunk in chunks(versions)
                for row in connection.execute(select_objects().where(same_versions(chunk)))
            ]

    def last_change(self) -> int | None:
        """The id of the last change of the lake that the marts do not show; None if they show all."""
        with self.reading() as connection:
            return connection.execute(select(func.max(changes.c.id))).scalar()
