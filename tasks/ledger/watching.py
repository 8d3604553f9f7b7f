"""What is watched from outside: what became of uploads, how long something has waited, whether the marts lag behind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, type_coerce

from tasks.ledger.database import Database
from tasks.ledger.rows import object_row, select_objects
from tasks.ledger.tables import Instant, changes, landed, objects
from tasks.ledger.values import ObjectRow


class Watching(Database):
    """Questions that are asked every second: each is one look at an index."""

    def oldest_open(self, *, but_for: str | None = None) -> datetime | None:
        """When the oldest object landed that has not been processed, `but_for` those of a queue; None if none has."""
        c = objects.c
        wanted = [c.is_open] if but_for is None else [c.is_open, c.queue.is_distinct_from(but_for)]
        with self.reading() as connection:
            oldest = type_coerce(func.min(landed), Instant)
            found: datetime | None = connection.execute(select(oldest).where(*wanted)).scalar()
            return found

    def oldest(self, limit: int) -> list[ObjectRow]:
        """What has not been processed, the oldest first."""
        query = select_objects().where(objects.c.is_open).order_by(landed, objects.c.id).limit(limit)
        with self.reading() as connection:
            return [object_row(row) for row in connection.execute(query)]

    def last_change(self) -> int | None:
        """The id of the last change of the lake that the marts do not show; None if they show all."""
        with self.reading() as connection:
            return connection.execute(select(func.max(changes.c.id))).scalar()
