"""Publish: a judged report goes to the lake if it is validated, to the quarantine if it is not.

The lake and the quarantine always show what landed last, whatever order the runs end in:

| judged    | and there stands             | then                                                             |
|-----------|------------------------------|------------------------------------------------------------------|
| any       | a later version in the lake  | nothing is written                                               |
| validated | an older one in the lake     | replaced; an older quarantined version goes                      |
| validated | a later one in quarantine    | goes to the lake, `superseded_by_quarantined`                    |
| not       | a later one in quarantine    | nothing is written                                               |
| not       | an older one in the lake     | quarantined; the lake stays, `superseded_by_quarantined`         |
| not       | these bytes in the lake      | quarantined; the lake's goes: better rules or a person overruled |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tasks.lake import rows
from tasks.lake.entry import Entry, Version
from tasks.lake.marts.changes import mark_changed
from tasks.lock import exclusive
from tasks.receipt.write import mark_superseded, read_receipt
from tasks.settings import Buckets
from tasks.storage import S3Client
from tasks.values import Document, Report, Source, Verdict


@dataclass(frozen=True, slots=True)
class Publication:
    """What was written where: nothing if a later version stands there already.

    `superseded_by_quarantined`: the lake holds a validated version, and a later one is in quarantine.
    """

    report_id: str
    written: tuple[str, ...]
    superseded_by_quarantined: bool


def publish(
    s3: S3Client,
    buckets: Buckets,
    source: Source,
    document: Document,
    report: Report,
    verdict: Verdict,
) -> Publication:
    """Write the report's tables to where the verdict says, unless something later stands there."""
    judged = rows.Judged(source, document, report, verdict)
    with publishing(s3, buckets, (judged,)) as publish_one:
        publication = publish_one(judged)
    forget_former_name(s3, buckets, judged)
    return publication


@contextmanager
def publishing(
    s3: S3Client,
    buckets: Buckets,
    reports: Sequence[rows.Judged],
) -> Iterator[Callable[[rows.Judged], Publication]]:
    """A function that publishes each of `reports`, of which no two may have one report id.

    Nobody else publishes any of them meanwhile. `forget_former_name` has to follow for each that may have had one.
    """
    changed: defaultdict[int, list[str]] = defaultdict(list)

    def publish_one(judged: rows.Judged) -> Publication:
        is_valid = judged.verdict.outcome == "validated"
        if is_valid and not (judged.report.agency and judged.report.year):
            raise ValueError(f"{judged.source.key}: a validated report must name its agency and year")
        standing = _Standing.of(s3, buckets, judged)
        publication = (_validated if is_valid else _quarantined)(s3, standing, judged)
        if is_valid and publication.written:
            changed[judged.year].append(judged.report_id)
        return publication

    with exclusive(s3, buckets, *(_lock(one.report_id) for one in reports), lasting=len(reports) > 1):
        try:
            yield publish_one
        finally:
            for year, report_ids in changed.items():
                mark_changed(s3, buckets.lake, year, *report_ids)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where the report goes, and which versions of it stand there now."""

    buckets: Buckets
    lake: Entry
    quarantine: Entry
    in_lake: Version | None
    in_quarantine: Version | None

    @classmethod
    def of(cls, s3: S3Client, buckets: Buckets, judged: rows.Judged) -> _Standing:
        lake = Entry(buckets.lake, judged.report_id, judged.year)
        quarantine = Entry(buckets.quarantine, judged.report_id, judged.year)
        return cls(buckets, lake, quarantine, lake.version(s3), quarantine.version(s3))


def _validated(s3: S3Client, standing: _Standing, judged: rows.Judged) -> Publication:
    version = Version.of(judged.source)
    superseded = standing.in_quarantine is not None and standing.in_quarantine > version
    if standing.in_lake and standing.in_lake > version:
        return Publication(judged.report_id, (), superseded)
    written = standing.lake.write(s3, rows.tables(judged), replaces=standing.in_lake is not None)
    if standing.in_quarantine and not superseded:
        standing.quarantine.remove(s3)
    return Publication(judged.report_id, written, superseded)


def _quarantined(s3: S3Client, standing: _Standing, judged: rows.Judged) -> Publication:
    version = Version.of(judged.source)
    if any(stands and stands > version for stands in (standing.in_lake, standing.in_quarantine)):
        return Publication(judged.report_id, (), False)
    written = standing.quarantine.write(s3, rows.tables(judged), replaces=standing.in_quarantine is not None)
    older = standing.in_lake if standing.in_lake and standing.in_lake.sha256 != version.sha256 else None
    if older:
        mark_superseded(s3, standing.buckets, older.key, older.etag)
    elif standing.in_lake:
        _take_out(s3, standing.lake)
    return Publication(judged.report_id, written, older is not None)


def forget_former_name(s3: S3Client, buckets: Buckets, judged: rows.Judged) -> None:
    """Remove what the object left elsewhere: read before under another name, or as an older version under none."""
    source = judged.source
    former = read_receipt(s3, buckets, source.key)
    if not former or former["report_id"] in (None, judged.report_id):
        return
    is_named = former["agency"] and former["year"]
    if (
        is_named
        and former["report_id"] == rows.report_id(former["agency"], former["year"])
        and former["object"]["etag"] != source.etag
    ):
        return
    with exclusive(s3, buckets, _lock(former["report_id"])):
        for place in (buckets.lake, buckets.quarantine):
            entry = Entry(place, former["report_id"], former["year"] or 0)
            stands = entry.version(s3)
            if stands and stands.key == source.key and stands <= Version.of(source):
                _take_out(s3, entry) if place is buckets.lake else entry.remove(s3)


def _lock(report_id: str) -> str:
    return f"report/{report_id}"


def _take_out(s3: S3Client, entry: Entry) -> None:
    """Remove a report from the lake; noted before too, for a run that dies over it will not find it again."""
    mark_changed(s3, entry.place, entry.year, entry.report_id)
    entry.remove(s3)
    mark_changed(s3, entry.place, entry.year, entry.report_id)
