"""Compaction: what changed in a year is merged into its marts, and the marts are put in the place of the old ones.

Nothing is taken for granted but the notes of changes: a compaction that dies leaves them, and the next one does the
work again. Readers of one file see the old or the new one; `reports` is put last.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake.marts.changes import changes, forget
from tasks.lake.marts.fetch import Tables, agencies_of, as_of_now, whole_reports
from tasks.lake.marts.mart import Mart, open_marts, put_mart, schema
from tasks.lake.marts.merge import Source, in_order, merged
from tasks.lake.schemas import LAKE_TABLES
from tasks.lock import exclusive
from tasks.settings import Buckets, Place
from tasks.storage import S3Client

CHUNK = 2000
"""Reports that are read into memory at a time."""

ROW_GROUP = 120_000
"""About how many rows a row group has."""

CLOCKS_APART = timedelta(hours=1)
"""How far this clock and the S3 server's may differ when everything is compared."""

PATIENCE = timedelta(seconds=5)
"""A compaction may take many minutes: it is not worth waiting for."""

_BATCH_ROWS = 65_536
_RUN_ROWS = 16_384
"""Of every run one batch is in memory at a time: a national year has eighty."""

_RUN = pa.ipc.IpcWriteOptions(compression="lz4")
_AT_ONCE = 2
"""Tables that are merged at a time."""


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a compaction did: the reports that the year's marts have now, and those that changed or went."""

    year: int
    generation: str
    reports: int
    changed: int
    removed: int


def compact(s3: S3Client, buckets: Buckets, year: int, *, full: bool = False) -> Compaction | None:
    """Bring the year's marts up to date; None if they were.

    `full` compares the marts with every report of the year instead of trusting the notes of changes alone.
    Raises TimeoutError if another compaction of the year is at work: it, or the next one, does what there is to do.
    """
    lake = buckets.lake
    with exclusive(s3, buckets, f"marts/{year}", lasting=True, patience=PATIENCE):
        noted = list(changes(s3, lake, year))
        mart = open_marts(s3, lake, year)
        ids = {change.report_id for change in noted}
        if full or mart is None:
            ids |= differing(s3, lake, year, mart)
        done = _compacted(s3, lake, year, mart, ids) if ids else None
        forget(s3, lake, noted)
        return done


def differing(s3: S3Client, lake: Place, year: int, mart: Mart | None) -> set[str]:
    """The reports of the year that were written since the marts were made, or that only one of the two has."""
    known = set(mart.agencies()) if mart else set()
    since = mart.compacted_at - CLOCKS_APART if mart else datetime.min.replace(tzinfo=UTC)
    folder = lake.key(f"reports/year={year}/")
    there: set[str] = set()
    written: set[str] = set()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=lake.bucket, Prefix=folder):
        for found in page.get("Contents", []):
            report_id = found["Key"].removeprefix(folder).removesuffix(".parquet")
            there.add(report_id)
            if found["LastModified"] >= since:
                written.add(report_id)
    return written | (there ^ known)


def _compacted(s3: S3Client, lake: Place, year: int, mart: Mart | None, ids: set[str]) -> Compaction:
    generation, at = uuid.uuid4().hex, datetime.now(UTC)
    before = mart.agencies() if mart else {}
    now = agencies_of(s3, lake, year, ids)
    ranks = in_order({i: agency for i, agency in before.items() if i not in ids} | now)
    ordered = sorted(now, key=ranks.__getitem__)
    with tempfile.TemporaryDirectory(prefix="nianbao-marts-") as folder:
        runs = write_runs(_fetched(s3, lake, year, ordered), ranks, Path(folder))
        kept = {i: rank for i, rank in ranks.items() if i not in ids}

        def build(table: str) -> Path:
            path = Path(folder) / f"{table}.parquet"
            old = [Source(stored_rows(mart.open(table), table), kept)] if mart else []
            new = [Source(run_rows(run), ranks) for run in runs[table]]
            write_mart(path, schema(table, generation, at), [*old, *new], len(ranks))
            return path

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            paths = dict(zip(LAKE_TABLES, threads.map(build, LAKE_TABLES), strict=True))
        for table in sorted(paths, key="reports".__eq__):
            put_mart(s3, lake, table, year, paths[table])
    return Compaction(year, generation, len(ranks), len(now), len((before.keys() & ids) - now.keys()))


def _fetched(s3: S3Client, lake: Place, year: int, ordered: Sequence[str]) -> Iterator[Mapping[str, Tables]]:
    for start in range(0, len(ordered), CHUNK):
        yield whole_reports(s3, lake, year, ordered[start : start + CHUNK])


def write_runs(chunks: Iterable[Mapping[str, Tables]], ranks: Mapping[str, int], folder: Path) -> dict[str, list[Path]]:
    """Each chunk's reports (tables by report id) as one sorted file per table: what is merged later."""
    runs: dict[str, list[Path]] = {table: [] for table in LAKE_TABLES}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for number, chunk in enumerate(chunks):
            if not chunk:
                continue
            paths = {table: folder / f"{table}-{number}.arrows" for table in LAKE_TABLES}
            list(threads.map(_write_run, paths.values(), (_tables(chunk, table, ranks) for table in paths)))
            for table, path in paths.items():
                runs[table].append(path)
    return runs


def _tables(chunk: Mapping[str, Tables], table: str, ranks: Mapping[str, int]) -> list[pa.Table]:
    """One table of the chunk's reports, in the order of `ranks`."""
    return [chunk[report_id][table] for report_id in sorted(chunk, key=ranks.__getitem__)]


def _write_run(path: Path, tables: list[pa.Table]) -> None:
    content = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    with pa.ipc.new_stream(path, content.schema, options=_RUN) as stream:
        stream.write_table(content, max_chunksize=_RUN_ROWS)


def write_mart(path: Path, described: pa.Schema, sources: Sequence[Source], reports: int) -> None:
    """The rows of all sources, sorted, as a Parquet file of `described`."""
    with pq.ParquetWriter(path, described, compression="zstd", version="2.6", write_statistics=True) as writer:
        for rows in merged(sources, reports, _window(described)):
            writer.write_table(rows.cast(described), row_group_size=ROW_GROUP)


def _window(described: pa.Schema) -> int:
    """How many reports fill a row group: a report has some 200 cells, some 25 applications, and one row of reports."""
    rows = {"cells": 200, "applications": 25, "disclosures": 12, "sections": 6}
    return max(1, ROW_GROUP // rows.get(described.metadata[b"nianbao.table"].decode(), 5))


def stored_rows(file: pq.ParquetFile, table: str) -> Iterator[pa.Table]:
    """The rows of a mart that stands, as today's schema has them, batch by batch."""
    for batch in file.iter_batches(_BATCH_ROWS):
        yield as_of_now(pa.Table.from_batches([batch]), LAKE_TABLES[table])


def run_rows(path: Path) -> Iterator[pa.Table]:
    """The rows of a file of `write_runs`, batch by batch."""
    with pa.OSFile(str(path)) as source, pa.ipc.open_stream(source) as stream:
        for batch in stream:
            yield pa.Table.from_batches([batch])
