"""What marts are made of: which versions are current, what changed, and what may be removed from S3."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select

from tasks.ledger.database import Database, retried
from tasks.ledger.rows import chunks, version_row
from tasks.ledger.tables import changes, objects, versions
from tasks.ledger.values import Change, PlaceName, VersionRow


class Marts(Database):
    """Report versions and the changes between two compactions."""

    def current(self, report_ids: Collection[str], place: PlaceName) -> dict[str, VersionRow]:
        """The current version of each of these reports in `place`, if there is one."""
        v = versions.c
        found = [row for chunk in chunks(report_ids) for row in self._current(place, v.report_id.in_(chunk))]
        return {row.report_id: row for row in found}

    def current_in(self, place: PlaceName, year: int | None = None) -> list[VersionRow]:
        """All that is current in `place`, or of one year there, by report id."""
        return self._current(place, *([] if year is None else [versions.c.year == year]))

    def with_figures(self, figures: str, year: int) -> list[VersionRow]:
        """What is current in the lake with exactly these figures."""
        return self._current("lake", versions.c.figures == figures, versions.c.year == year)

    def changes(self, year: int | None = None) -> list[Change]:
        """What the lake shows otherwise than the marts, the oldest first."""
        query = select(changes).order_by(changes.c.id)
        if year is not None:
            query = query.where(changes.c.year == year)
        with self.reading() as connection:
            return [Change(**row._mapping) for row in connection.execute(query)]

    @retried
    def note_changes(self, reports: Iterable[tuple[int, str]]) -> None:
        """Have these reports (year, report id) made anew in the marts."""
        with self.writing() as connection:
            at = self.now(connection)
            rows = [{"year": year, "report_id": report_id, "at": at} for year, report_id in reports]
            if rows:
                connection.execute(insert(changes), rows)

    @retried
    def forget_changes(self, ids: Collection[int]) -> None:
        """The marts show these; what changed since has ids of its own."""
        with self.writing() as connection:
            for chunk in chunks(ids):
                connection.execute(delete(changes).where(changes.c.id.in_(chunk)))

    def obsolete(self, before: datetime, limit: int) -> list[VersionRow]:
        """What has not been current since `before`, and is not being judged again: its object in S3 may be removed."""
        v = versions.c
        query = select(versions).join(objects).where(v.is_stored, ~v.is_current, v.ceased_at < before)
        query = query.where(~objects.c.is_open).order_by(v.ceased_at, v.id).limit(limit)
        with self.reading() as connection:
            return [version_row(row) for row in connection.execute(query)]

    def _current(self, place: PlaceName, *wanted: ColumnElement[bool]) -> list[VersionRow]:
        v = versions.c
        query = select(versions).where(v.place == place, v.is_current, *wanted).order_by(v.report_id)
        with self.reading() as connection:
            return [version_row(row) for row in connection.execute(query)]
