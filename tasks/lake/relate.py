"""Relate: a published report beside the same agency's neighbour years, and beside other agencies with the same figures.

It is due for every report that the ledger has noted as changed, and for those that it is compared with: whichever of
two reports comes last, both are looked at. What is found is kept in the ledger, whose marts show it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import pyarrow.parquet as pq

from expectations.evidence import Finding
from expectations.relations import Published, between_agencies, between_years
from tasks.lake.agencies import names_of
from tasks.lake.fetch import AT_ONCE
from tasks.lake.rows import amount, report_id
from tasks.lake.versions import StaleVersionError, get_version
from tasks.ledger import Change, Ledger, Relation, VersionRow
from tasks.ledger.compacting import exclusive
from tasks.settings import Buckets, Place
from tasks.storage import S3Client

MOST_PEERS = 20
"""Reports with the same figures that one report is compared with."""

_ROUNDS = 5
"""What is found on others is a change of theirs, which is looked at in the next round, and finds nothing new."""

_CHUNK = 200
_COLUMNS = ["form", "cells.list.element.address", "cells.list.element.value"]

Rows = dict[str, VersionRow]
PeersOf = Callable[[VersionRow], list[VersionRow]]
Related = tuple[VersionRow, Finding]
"""The other report, and what was found beside it."""


def relate_due(s3: S3Client, buckets: Buckets, ledger: Ledger) -> list[Change]:
    """Compare all that changed with what it bears on; returns the changes that this was done for.

    Raises BusyError if another process is at it.
    """
    done: dict[int, Change] = {}
    with exclusive(ledger, "relate"):
        for _ in range(_ROUNDS):
            new = [change for change in ledger.changes() if change.id not in done]
            if not new:
                break
            relate(s3, buckets.lake, ledger, {(change.year, change.report_id) for change in new})
            done |= {change.id: change for change in new}
    return list(done.values())


def relate(s3: S3Client, lake: Place, ledger: Ledger, changed: Collection[tuple[int, str]]) -> None:
    """Compare these reports (year and id) with others, and all that are compared with them."""
    ids = {report_id for _, report_id in changed}
    rows = ledger.current(ids, "lake")
    for gone in sorted(ids - rows.keys()):
        ledger.replace_relations(gone, [])
    peers_of = cache(partial(_peers, ledger))
    affected = sorted(_affected(ledger, changed, rows, peers_of).values(), key=lambda row: (row.year, row.report_id))
    for start in range(0, len(affected), _CHUNK):
        _relate_some(s3, lake, ledger, affected[start : start + _CHUNK], ids, peers_of)


def _affected(ledger: Ledger, changed: Collection[tuple[int, str]], rows: Rows, peers_of: PeersOf) -> Rows:
    """The changed reports (`rows`), those that were or are to be compared with them, as far as they are in the lake."""
    years = {year for year, _ in changed}
    mentions = [
        relation for year in sorted(years | {year + 1 for year in years}) for relation in ledger.relations(year)
    ]
    ids = {report_id for _, report_id in changed}
    others = {relation.report_id for relation in mentions if relation.content["other_report_id"] in ids}
    others |= {report_id for row in rows.values() for report_id in _ids(row, row.year + 1)}
    peers = {peer.report_id: peer for row in rows.values() for peer in peers_of(row)}
    return peers | ledger.current(others, "lake") | rows


def _relate_some(
    s3: S3Client,
    lake: Place,
    ledger: Ledger,
    rows: Sequence[VersionRow],
    changed: Collection[str],
    peers_of: PeersOf,
) -> None:
    earlier = ledger.current({i for row in rows for i in _ids(row, row.year - 1)}, "lake")
    beside = {row.report_id: (_first(row, earlier), peers_of(row)) for row in rows}
    needed = {row.report_id: row for row in rows if any(beside[row.report_id])}
    for before, peers in beside.values():
        needed |= {other.report_id: other for other in (*peers, *([before] if before else []))}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        reports = dict(zip(needed, threads.map(lambda row: _published(s3, lake, row), needed.values()), strict=True))
    known: dict[str, list[Relation]] = {}
    for year in {row.year for row in rows}:
        for relation in ledger.relations(year, [row.report_id for row in rows if row.year == year]):
            known.setdefault(relation.report_id, []).append(relation)
    for row in rows:
        found = [_relation(row, *related) for related in _related(row, *beside[row.report_id], reports)]
        if found == known.get(row.report_id, []):
            continue
        if row.report_id not in changed:  # noted before: a crash in between is made up for by what is still noted
            ledger.note_changes([(row.year, row.report_id)])
        ledger.replace_relations(row.report_id, found)


def _ids(row: VersionRow, year: int) -> list[str]:
    """What the agency's report on `year` may be called, under whichever of its names."""
    return [report_id(name, year) for name in names_of(row.agency or "")]


def _first(row: VersionRow, earlier: Mapping[str, VersionRow]) -> VersionRow | None:
    """The agency's report on the year before."""
    return next((earlier[i] for i in _ids(row, row.year - 1) if i in earlier), None)


def _peers(ledger: Ledger, row: VersionRow) -> list[VersionRow]:
    """Reports of other agencies with the same figures in tables 3 and 4."""
    if row.figures is None:
        return []
    same = names_of(row.agency or "")
    found = ledger.with_figures(row.figures, row.year)
    return [peer for peer in found if names_of(peer.agency or "")[0] not in same][:MOST_PEERS]


def _published(s3: S3Client, lake: Place, row: VersionRow) -> Published | None:
    """The report as the rules need it; None if its object is not the one that was settled, for then it comes again."""
    try:
        body = get_version(s3, lake, row.name, row.stored_etag)
    except StaleVersionError:
        return None
    (found,) = pq.ParquetFile(io.BytesIO(body)).read(columns=_COLUMNS, use_threads=False).to_pylist()
    values = {cell["address"]: cell["value"] for cell in found["cells"]}
    return Published(row.report_id, row.agency or "", row.year, found["form"] or "", values)


def _related(
    row: VersionRow,
    before: VersionRow | None,
    peers: Sequence[VersionRow],
    reports: Mapping[str, Published | None],
) -> Iterator[Related]:
    this = reports.get(row.report_id)
    if this is None:
        return
    if before and (other := reports[before.report_id]):
        yield from ((before, finding) for finding in between_years(this, other))
    for peer in peers:
        if other := reports[peer.report_id]:
            yield from ((peer, finding) for finding in between_agencies(this, other))


def _relation(row: VersionRow, other: VersionRow, finding: Finding) -> Relation:
    """As the table `relations` has it, but for the key; decimals as text."""
    left, right = amount(finding.left), amount(finding.right)
    content = {
        "other_report_id": other.report_id,
        "other_year": other.year,
        "other_agency": other.agency or "",
        "rule": finding.rule,
        "severity": finding.severity,
        "place": finding.where,
        "message": finding.message,
        "left_value": None if left is None else str(left),
        "right_value": None if right is None else str(right),
    }
    return Relation(row.report_id, row.year, row.agency, content)
