"""Reading whole reports from the lake while others may be writing them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake.entry import Entry
from tasks.lake.schemas import LAKE_TABLES, SCHEMAS
from tasks.settings import Place
from tasks.storage import S3Client, head_object, read_object

Tables = dict[str, pa.Table]
A = TypeVar("A")

_AT_ONCE = 8
_TRIES = 30
_PAUSE = 0.1
"""Seconds until a report that is being replaced is looked at again: writing one takes some thirty milliseconds."""

_WRITTEN_FIRST = next(iter(SCHEMAS))


def agencies_of(s3: S3Client, lake: Place, year: int, report_ids: Iterable[str]) -> dict[str, str]:
    """The agency of each of the reports, without those that are not in the lake."""
    found = _each(s3, lake, year, report_ids, lambda entry: _table(s3, entry, "reports"))
    return {report_id: str(table["agency"][0]) for report_id, table in found.items()}


def whole_reports(s3: S3Client, lake: Place, year: int, report_ids: Iterable[str]) -> dict[str, Tables]:
    """All tables of each, without those that are not in the lake."""
    return _each(s3, lake, year, report_ids, lambda entry: _whole(s3, entry))


def _each(
    s3: S3Client,
    lake: Place,
    year: int,
    report_ids: Iterable[str],
    attempt: Callable[[Entry], A | None],
) -> dict[str, A]:
    """What `attempt` makes of each report, without those that are not in the lake.

    A report that is being replaced is waited for, some seconds: then who was writing it has died, and will do it again.
    """

    def patiently(report_id: str) -> A | None:
        entry = Entry(lake, report_id, year)
        for _ in range(_TRIES):
            found = attempt(entry)
            if found is not None or not entry.has(s3, _WRITTEN_FIRST):
                return found
            time.sleep(_PAUSE)
        return None

    ids = list(report_ids)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        every = zip(ids, threads.map(patiently, ids), strict=True)
        return {report_id: found for report_id, found in every if found is not None}


def _whole(s3: S3Client, entry: Entry) -> Tables | None:
    """A report's tables, all of one writing: `reports` goes first and comes last, so it must be the same at the end."""
    before = _etag(s3, entry)
    if before is None:
        return None
    tables = {table: _table(s3, entry, table) for table in LAKE_TABLES}
    if _etag(s3, entry) != before:
        return None
    return {table: _or_empty(table, content) for table, content in tables.items()}


def _etag(s3: S3Client, entry: Entry) -> str | None:
    head = head_object(s3, entry.place.bucket, entry.place.key(entry.name("reports")))
    return head["ETag"] if head else None


def _table(s3: S3Client, entry: Entry, table: str) -> pa.Table | None:
    """The table as today's schema has it: files of earlier versions lack columns that came since."""
    body = read_object(s3, entry.place, entry.name(table))
    if body is None:
        return None
    return as_of_now(pq.read_table(io.BytesIO(body)), LAKE_TABLES[table])


def as_of_now(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` with the columns of `schema`: null where it has none."""
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _or_empty(table: str, content: pa.Table | None) -> pa.Table:
    return LAKE_TABLES[table].empty_table() if content is None else content
