"""Relate: a published report beside the same agency's neighbour years, and beside other agencies with the same figures.

Whichever of two reports arrives last, both are looked at: the findings are kept in the lake's table `relations`, one
object for each report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence

import pyarrow as pa

from expectations.evidence import Finding
from expectations.relations import Published, between_agencies, between_years
from tasks.lake.agencies import names_of
from tasks.lake.entry import Entry
from tasks.lake.marts.changes import mark_changed
from tasks.lake.rows import amount, report_id
from tasks.lake.schemas import RELATIONS
from tasks.settings import Buckets
from tasks.storage import S3Client
from tasks.values import Receipt, Report

MOST_PEERS = 20
"""Reports with the same figures that one report is compared with."""

ANY_YEAR = range(10_000)

_TABLE = "relations"
Related = tuple[Published, Finding]
"""The other report, and what was found beside it."""


def relate(
    s3: S3Client,
    buckets: Buckets,
    agency: str,
    year: int,
    this: Published | None = None,
    years: Container[int] = ANY_YEAR,
) -> dict[str, list[Finding]]:
    """Compare all that the report of `agency` on `year` bears on; returns the findings by report id.

    `this` is the report if it has just been published; otherwise it is looked up. Only `years` have any reports.
    """
    found: dict[str, list[Finding]] = {}
    this = this or find_published(s3, buckets, agency, year)
    peers = _peers(s3, buckets, this) if this else []
    others = [report for report in (find_published(s3, buckets, agency, year + 1, years), *peers) if report]
    pairs = [(this, peers)] if this else []
    for report, its_peers in (*pairs, *((other, _peers(s3, buckets, other)) for other in others)):
        before = find_published(s3, buckets, report.agency, report.year - 1, years)
        related = list(_related(report, before, its_peers))
        _write(s3, buckets, report, related)
        found[report.report_id] = [finding for _, finding in related]
    if this is None:
        Entry(buckets.lake, report_id(agency, year), year).delete(s3, _TABLE)
    return found


def has_others(s3: S3Client, buckets: Buckets, agency: str, year: int, this: Published | None = None) -> bool:
    """Whether there is any report to compare with: of a neighbour year, or of another agency with the same figures."""
    if any(_is_published(s3, buckets, agency, other) for other in (year - 1, year + 1)):
        return True
    this = this or find_published(s3, buckets, agency, year)
    return bool(this and _peers(s3, buckets, this))


def as_published(report: Report, receipt: Receipt) -> Published | None:
    """The report as `relate` would find it in the lake; None if it has just been written elsewhere or not at all."""
    is_there = receipt.outcome == "validated" and receipt.written
    if not (is_there and receipt.report_id and report.agency and report.year and report.form):
        return None
    values = {cell.address: cell.value for cell in report.cells}
    return Published(receipt.report_id, report.agency, report.year, report.form, values)


def _is_published(s3: S3Client, buckets: Buckets, agency: str, year: int) -> bool:
    entries = (Entry(buckets.lake, report_id(name, year), year) for name in names_of(agency))
    return any(entry.version(s3) for entry in entries)


def find_published(
    s3: S3Client,
    buckets: Buckets,
    agency: str,
    year: int,
    years: Container[int] = ANY_YEAR,
) -> Published | None:
    """The validated report of the agency, whatever of its names it was published under."""
    for name in names_of(agency) if year in years else ():
        report = _published(s3, buckets, report_id(name, year), year)
        if report:
            return report
    return None


def _published(s3: S3Client, buckets: Buckets, identity: str, year: int) -> Published | None:
    entry = Entry(buckets.lake, identity, year)
    reports = entry.read(s3, "reports", ["agency", "form"])
    cells = entry.read(s3, "cells", ["address", "value"]) if reports else None
    if reports is None or cells is None:
        return None
    row = reports.to_pylist()[0]
    values = dict(zip(cells["address"].to_pylist(), cells["value"].to_pylist(), strict=True))
    return Published(identity, row["agency"], year, row["form"], values)


def _related(this: Published, before: Published | None, peers: Sequence[Published]) -> Iterator[Related]:
    if before:
        yield from ((before, finding) for finding in between_years(this, before))
    for peer in peers:
        yield from ((peer, finding) for finding in between_agencies(this, peer))


def _peers(s3: S3Client, buckets: Buckets, this: Published) -> list[Published]:
    """Reports of other agencies with the same figures in tables 3 and 4; `this` is noted among them."""
    figures = sorted((a, int(v or 0)) for a, v in this.values.items() if a.startswith(("table3.", "table4.")))
    if not any(value for _, value in figures):
        return []
    folder = f".index/figures/year={this.year}/{hashlib.sha256(repr(figures).encode()).hexdigest()}/"
    place = buckets.receipts
    s3.put_object(Bucket=place.bucket, Key=place.key(f"{folder}{this.report_id}"), Body=b"")
    listed = s3.list_objects_v2(Bucket=place.bucket, Prefix=place.key(folder), MaxKeys=MOST_PEERS + 1)
    others = [found["Key"].rsplit("/", 1)[-1] for found in listed.get("Contents", [])]
    peers = (_published(s3, buckets, identity, this.year) for identity in others if identity != this.report_id)
    same = names_of(this.agency)
    return [peer for peer in peers if peer and peer.agency not in same]


def _write(s3: S3Client, buckets: Buckets, this: Published, related: Sequence[Related]) -> None:
    entry = Entry(buckets.lake, this.report_id, this.year)
    if related:
        rows = [_row(this, other, finding) for other, finding in related]
        entry.put(s3, _TABLE, pa.Table.from_pylist(rows, schema=RELATIONS))
        mark_changed(s3, entry.place, entry.year, entry.report_id)
    elif entry.has(s3, _TABLE):
        entry.delete(s3, _TABLE)
        mark_changed(s3, entry.place, entry.year, entry.report_id)


def _row(this: Published, other: Published, finding: Finding) -> dict[str, object]:
    return {
        "report_id": this.report_id,
        "year": this.year,
        "agency": this.agency,
        "other_report_id": other.report_id,
        "other_year": other.year,
        "other_agency": other.agency,
        "rule": finding.rule,
        "severity": finding.severity,
        "where": finding.where,
        "message": finding.message,
        "left": amount(finding.left),
        "right": amount(finding.right),
    }
