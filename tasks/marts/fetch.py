"""Reading whole reports from the lake while others may be writing them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake import Entry
from tasks.schemas import LAKE_TABLES
from tasks.settings import Place
from tasks.storage import head_object, read_object

Tables = dict[str, pa.Table]
_AT_ONCE = 8
_TRIES = 3


def agencies_of(s3: Any, lake: Place, year: int, report_ids: Iterable[str]) -> dict[str, str]:  # noqa: ANN401
    """The agency of each of the reports, without those that are not in the lake."""
    found = reports_rows(s3, lake, year, report_ids)
    return {report_id: str(table["agency"][0]) for report_id, table in found.items()}


def reports_rows(s3: Any, lake: Place, year: int, report_ids: Iterable[str]) -> Tables:  # noqa: ANN401
    """The row of `reports` of each, without those that are not in the lake."""
    ids = list(report_ids)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        rows = threads.map(lambda report_id: _table(s3, Entry(lake, report_id, year), "reports"), ids)
        return {report_id: table for report_id, table in zip(ids, rows, strict=True) if table is not None}


def whole_reports(s3: Any, lake: Place, year: int, report_ids: Iterable[str]) -> dict[str, Tables]:  # noqa: ANN401
    """All tables of each, without those that are not in the lake or are being replaced all the time."""
    ids = list(report_ids)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(lambda report_id: _whole(s3, Entry(lake, report_id, year)), ids)
        return {report_id: tables for report_id, tables in zip(ids, found, strict=True) if tables}


def _whole(s3: Any, entry: Entry) -> Tables | None:  # noqa: ANN401
    """A report's tables, all of one writing: `reports` goes first and comes last, so it must be the same at the end."""
    for _ in range(_TRIES):
        before = _etag(s3, entry)
        if before is None:
            return None
        tables = {table: _table(s3, entry, table) for table in LAKE_TABLES}
        if _etag(s3, entry) == before:
            return {table: _or_empty(table, content) for table, content in tables.items()}
    return None


def _etag(s3: Any, entry: Entry) -> str | None:  # noqa: ANN401
    head = head_object(s3, entry.place.bucket, entry.place.key(entry.name("reports")))
    return head["ETag"] if head else None


def _table(s3: Any, entry: Entry, table: str) -> pa.Table | None:  # noqa: ANN401
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
