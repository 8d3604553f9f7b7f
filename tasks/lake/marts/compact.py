"""Compaction: what changed in a year is merged into the parts of its marts that it lies in.

Nothing is taken for granted but the ledger's notes of changes: a compaction that dies leaves them, and the next one
does the work again. A reader of one file sees the old or the new one; `reports` is put last.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tasks.lake.fetch import fetch
from tasks.lake.marts.build import Material, build, relation_rows
from tasks.lake.marts.parts import Year, listed, part_of, parts_for, unfinished_name
from tasks.lake.relate import relate_due
from tasks.lake.schemas import LAKE_TABLES
from tasks.lake.versions import MEDIA_TYPE
from tasks.ledger import Change, Ledger, VersionRow
from tasks.ledger.compacting import current_by_year, exclusive
from tasks.names import mart_name
from tasks.settings import Buckets, Place
from tasks.storage import S3Client

_AT_ONCE = len(LAKE_TABLES)
_PARTS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a compaction did: the reports of the year, those that changed or went, and how many parts it wrote.

    `stale` versions were not taken, for their objects are not the ones that were settled: they are read again.
    """

    year: int
    generation: str
    reports: int
    changed: int
    removed: int
    parts: int
    stale: int = 0


def compact(
    s3: S3Client,
    buckets: Buckets,
    ledger: Ledger,
    year: int,
    *,
    full: bool = False,
    changes: Sequence[Change] | None = None,
) -> Compaction | None:
    """Bring the year's marts up to date; None if they were.

    `changes` are those whose relations have been looked at; without them that is done first. `full` makes all parts
    anew, of all that is current. Raises BusyError if another compaction of the year is at work: it, or the next one,
    does what there is to do.
    """
    with exclusive(ledger, f"marts/{year}") as still_held:
        noted = [c for c in (relate_due(s3, buckets, ledger) if changes is None else changes) if c.year == year]
        standing = listed(s3, buckets.lake).get(year, Year())
        is_full = full or not standing.is_whole
        if not (noted or is_full):
            return None
        work = _Work.of(ledger, year, standing, {change.report_id for change in noted}, is_full=is_full)
        with work.marked(s3, buckets.lake):
            stale = list(_remake_all(s3, buckets.lake, ledger, work, still_held))
        _read_again(ledger, year, noted, stale)
        kept = {row.report_id for row in stale}
        still_held()
        ledger.forget_changes([change.id for change in noted if change.report_id not in kept])
        return work.done(len(stale))


@dataclass(frozen=True)
class _Work:
    """What is to be done: the parts to make, of how many, of which reports."""

    year: int
    generation: str
    standing: Year
    parts: int
    todo: tuple[int, ...]
    changed: frozenset[str]
    rows: Mapping[int, list[VersionRow]]
    reports: int
    is_full: bool

    @classmethod
    def of(cls, ledger: Ledger, year: int, standing: Year, ids: Collection[str], *, is_full: bool) -> _Work:
        reports = current_by_year(ledger).get(year, 0)
        parts = max(standing.parts, parts_for(reports))
        current = ledger.current_in("lake", year) if is_full else ledger.current(ids, "lake").values()
        rows: dict[int, list[VersionRow]] = {}
        for row in current:
            rows.setdefault(part_of(row.report_id, parts), []).append(row)
        is_all = is_full or parts != standing.parts
        touched = range(parts) if is_all else {part_of(report_id, parts) for report_id in ids}
        todo = tuple(sorted(touched, reverse=True))
        return cls(year, uuid.uuid4().hex, standing, parts, todo, frozenset(ids), rows, reports, is_full)

    def old_part(self, part: int) -> int | None:
        """The part whose files have this one's reports as they were."""
        return None if self.is_full or not self.standing.parts else part % self.standing.parts

    @contextmanager
    def marked(self, s3: S3Client, lake: Place) -> Iterator[None]:
        """With the mark beside marts that are made anew as a whole; where that ends half done it stays."""
        key = lake.key(unfinished_name(self.year))
        is_marked = self.is_full or self.parts != self.standing.parts
        if is_marked:
            s3.put_object(Bucket=lake.bucket, Key=key, Body=b"")
        yield
        if is_marked:
            s3.delete_object(Bucket=lake.bucket, Key=key)

    def done(self, stale: int) -> Compaction:
        """What was done."""
        made = sum(map(len, self.rows.values()))
        current = {row.report_id for rows in self.rows.values() for row in rows}
        removed = len(self.changed - current)
        return Compaction(self.year, self.generation, self.reports, made - stale, removed, len(self.todo), stale)


def _remake_all(
    s3: S3Client, lake: Place, ledger: Ledger, work: _Work, still_held: Callable[[], None]
) -> Iterator[VersionRow]:
    """Make every part that is to be made: new ones first, for they are made of the old ones."""
    new = [part for part in work.todo if part >= work.standing.parts]
    with ThreadPoolExecutor(_PARTS_AT_ONCE) as threads:
        for parts in (new, [part for part in work.todo if part < work.standing.parts]):
            for stale in threads.map(lambda part: _remake(s3, lake, ledger, work, part, still_held), parts):
                yield from stale


def _remake(
    s3: S3Client, lake: Place, ledger: Ledger, work: _Work, part: int, still_held: Callable[[], None]
) -> list[VersionRow]:
    """Make one part and put it in the place of the old one; returns the versions that could not be taken."""
    rows = work.rows.get(part, [])
    with tempfile.TemporaryDirectory(prefix="nianbao-marts-") as name, ThreadPoolExecutor(_AT_ONCE) as threads:
        folder = Path(name)
        fetched = fetch(s3, lake, rows, folder)
        stale = {row.report_id for row in fetched.stale}
        taken = [row.report_id for row in rows if row.report_id not in stale]
        changed = {report_id for report_id in work.changed if part_of(report_id, work.parts) == part} - stale
        relations = relation_rows(ledger.relations(work.year, taken))
        old = _fetched(s3, lake, work, work.old_part(part), folder, threads)
        material = Material(part, work.parts, old, changed, fetched.dataset(), relations)
        paths = build(material, work.generation, folder)
        still_held()
        names = {table: mart_name(table, work.year, part) for table in paths}
        others = [table for table in paths if table != "reports"]
        list(threads.map(lambda table: _put(s3, lake, names[table], paths[table]), others))
        _put(s3, lake, names["reports"], paths["reports"])
    return fetched.stale


def _fetched(
    s3: S3Client, lake: Place, work: _Work, part: int | None, folder: Path, threads: ThreadPoolExecutor
) -> dict[str, Path]:
    """The files of a part as they stand there."""
    if part is None:
        return {}
    paths = {table: folder / f"old-{table}.parquet" for table in LAKE_TABLES}

    def get(table: str) -> None:
        name = work.standing.files[table][part].name
        s3.download_file(lake.bucket, lake.key(name), str(paths[table]))

    list(threads.map(get, paths))
    return paths


def _put(s3: S3Client, lake: Place, name: str, path: Path) -> None:
    """S3 shows the old file or the new one, whatever their size."""
    s3.upload_file(str(path), lake.bucket, lake.key(name), ExtraArgs={"ContentType": MEDIA_TYPE})


def _read_again(ledger: Ledger, year: int, noted: Sequence[Change], stale: Sequence[VersionRow]) -> None:
    """Have what could not be taken done again, unless somebody is at it; it stays noted until then."""
    if not stale:
        return
    known = {change.report_id for change in noted}
    ledger.note_changes([(year, row.report_id) for row in stale if row.report_id not in known])
    ledger.reopen([row.object_id for row in stale])
