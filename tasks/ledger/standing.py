"""What is current, and how each object stands to it: a function of what every object was last judged to be.

Of one report the order is that of landing (`landed_at`, `etag`), whatever order the judgements come in:

| place      | current is                        | unless                                                             |
|------------|-----------------------------------|--------------------------------------------------------------------|
| lake       | the last version judged validated | a later one lies in quarantine whose bytes were once in the lake   |
| quarantine | the last version judged not       | a later one is validated, or it has no name and its key a newer one|

So an older version never replaces a later one, a quarantined correction leaves the old figures standing, and what was
overruled (retracted by a person, refused by better rules) leaves the lake without bringing back what it had replaced;
but a person who rejects it says that it never was this report's later version, and what it had replaced stands again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from tasks.ledger.rows import Key, chunks, under
from tasks.ledger.tables import landed, objects, versions
from tasks.ledger.values import Other, PlaceName, Standing

JUDGED = ("validated", "quarantined", "rejected", "duplicate")
"""Outcomes that say something of the file."""

DECIDED = ("reject", "retract")
"""Decisions after which a report stays in quarantine for good, and nobody has to look at it."""

Order = tuple[datetime, str, int]


@dataclass(frozen=True, slots=True)
class Version:
    """A row of `versions`, and what a person decided on its object."""

    row: Row[Any]

    @property
    def order(self) -> Order:
        """Greater for what landed later."""
        return (self.row.landed_at, self.row.etag, self.row.object_id)

    @property
    def place(self) -> PlaceName:
        place: PlaceName = self.row.place
        return place

    @property
    def other(self) -> Other:
        """As another object's standing names it."""
        return Other(self.row.object_id, self.row.bucket, self.row.key, self.row.etag, self.row.landed_at)


@dataclass(frozen=True, slots=True)
class Current:
    """What should be current of a report; `missed`: what would be, were its object still in S3."""

    lake: Version | None = None
    quarantine: Version | None = None
    missed: Version | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """All versions of some reports, and the newest judged object of each key among them."""

    reports: Mapping[str, Sequence[Version]]
    newest: Mapping[Key, Other]
    held: Mapping[int, Version] = field(default_factory=dict)
    """By object: how it was last judged."""

    def current(self, report_id: str) -> Current:
        """What should be current of the report."""
        known = self.reports.get(report_id, ())
        once_in_lake = {v.row.sha256 for v in known if v.place == "lake"}
        found: dict[PlaceName, Version] = {}
        for version in sorted((v for v in known if v.row.holds), key=_order, reverse=True):
            if version.place == "lake":
                found["lake"] = version
                break
            if not self.is_displaced(version):
                found.setdefault("quarantine", version)
            if version.row.sha256 in once_in_lake and version.row.review != "reject":
                break
        stored = {place: version for place, version in found.items() if version.row.is_stored}
        missed = next((version for version in found.values() if not version.row.is_stored), None)
        return Current(stored.get("lake"), stored.get("quarantine"), missed)

    def is_displaced(self, version: Version) -> bool:
        """Whether it bears no name by which it could stand beside a newer version of its key."""
        return not version.row.is_named and self._newer(version.row.bucket, version.row.key, version.order) is not None

    def standing(self, row: Row[Any]) -> Standing:
        """How the object of a row of `objects` stands."""
        order = (row.landed_at or row.seen_at, row.etag, row.id)
        newer = self._newer(row.bucket, row.key, order)
        version = self.held.get(row.id)
        if version is None:
            return Standing(is_obsolete=newer is not None, revision=row.revision)
        siblings = self.reports[version.row.report_id]
        shown = {v.place: v for v in siblings if v.row.is_current}
        later = [v for v in (shown.get("lake"), shown.get("quarantine")) if v and v.order > version.order]
        corrected = shown.get("quarantine") if version.row.is_current and version.place == "lake" else None
        if corrected and (corrected.order < version.order or corrected.row.review in DECIDED):
            corrected = None
        replaced = later[0].other if later else newer
        is_waiting = version.row.is_current and version.place == "quarantine" and version.row.review not in DECIDED
        leaves = shown.get("lake") if is_waiting else None
        is_later_held = any(v.row.holds and v.order > version.order for v in siblings)
        return Standing(
            version.place,
            version.row.is_current,
            None if version.row.is_current else replaced,
            corrected.other if corrected else None,
            leaves.other if leaves else None,
            any(v.place == "lake" and v.row.sha256 == version.row.sha256 for v in siblings),
            is_obsolete=newer is not None or is_later_held,
            revision=row.revision,
        )

    def _newer(self, bucket: str, key: str, order: Order) -> Other | None:
        newest = self.newest.get((bucket, key))
        return newest if newest and (newest.landed_at, newest.etag, newest.object_id) > order else None


def look(connection: Connection, report_ids: Collection[str], keys: Collection[Key]) -> Picture:
    """The picture of these reports; `keys` are those of other objects that are asked about."""
    reports: defaultdict[str, list[Version]] = defaultdict(list)
    v = versions.c
    query = select(versions, objects.c.review).join(objects, objects.c.id == v.object_id)
    for chunk in chunks(report_ids):
        for row in connection.execute(query.where(v.report_id.in_(chunk)).order_by(v.id)):
            reports[row.report_id].append(Version(row))
    found = [version for known in reports.values() for version in known]
    held = {version.row.object_id: version for version in found if version.row.holds}
    return Picture(reports, _newest(connection, {*keys, *((f.row.bucket, f.row.key) for f in found)}), held)


def _newest(connection: Connection, keys: Collection[Key]) -> dict[Key, Other]:
    c = objects.c
    query = select(c.id, c.bucket, c.key, c.etag, landed.label("landed"))
    query = query.where(c.outcome.in_(JUDGED)).order_by(landed, c.etag, c.id)
    newest: dict[Key, Other] = {}
    for condition in under(keys):
        for row in connection.execute(query.where(condition)):
            newest[row.bucket, row.key] = Other(row.id, row.bucket, row.key, row.etag, row.landed)
    return newest


def _order(version: Version) -> Order:
    return version.order
