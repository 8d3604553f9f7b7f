"""Many report versions at once: fetched by threads, and kept on disk as files that are read column by column."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from tasks.lake.schemas import KEY, SCHEMAS
from tasks.lake.versions import VERSION_SCHEMA, StaleVersionError, get_version, nested_of
from tasks.ledger import VersionRow
from tasks.settings import Place
from tasks.storage import S3Client

AT_ONCE = 16
"""Requests at a time; more than botocore's ten connections gain nothing."""

CHUNK = 500
"""Reports that are in memory at a time: some 30 MB."""

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass
class Fetched:
    """Files of versions, one a row; `stale` are those whose object is not the one that was settled."""

    paths: list[Path] = field(default_factory=list)
    stale: list[VersionRow] = field(default_factory=list)

    def dataset(self) -> ds.Dataset:
        """The versions."""
        if not self.paths:
            return ds.dataset(VERSION_SCHEMA.empty_table())
        return ds.dataset([str(path) for path in self.paths], schema=VERSION_SCHEMA, format="ipc")


def fetch(s3: S3Client, place: Place, rows: Sequence[VersionRow], folder: Path) -> Fetched:
    """The versions of these rows of the ledger, written to `folder`."""
    fetched = Fetched()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            found = list(threads.map(lambda row: _read(s3, place, row), chunk))
            fetched.stale += [row for row, table in zip(chunk, found, strict=True) if table is None]
            tables = [table for table in found if table is not None]
            if tables:
                fetched.paths.append(spool(tables, folder))
    return fetched


def spool(versions: Sequence[pa.Table], folder: Path) -> Path:
    """A new file in `folder` with these rows."""
    path = folder / f"versions-{uuid.uuid4().hex}.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, VERSION_SCHEMA, options=_OPTIONS) as writer:
        writer.write_table(pa.concat_tables(versions).combine_chunks())
    return path


def _read(s3: S3Client, place: Place, row: VersionRow) -> pa.Table | None:
    try:
        return nested_of(get_version(s3, place, row.name, row.stored_etag))
    except StaleVersionError:
        return None


def flat_sql(table: str) -> str:
    """A query for the rows of `table` in all `versions`; `ordinal` is their order within the report."""
    columns = SCHEMAS[table].names
    if table == "reports":
        return f"SELECT {', '.join(map(quoted, columns))}, 0::BIGINT AS ordinal FROM versions"
    taken = ", ".join(column if column in KEY else f"one.{quoted(column)} AS {quoted(column)}" for column in columns)
    return (
        f"SELECT {taken}, ordinal FROM (SELECT {', '.join(KEY)}, unnest({table}) AS one, "
        f"generate_subscripts({table}, 1) AS ordinal FROM versions)"
    )


def quoted(column: str) -> str:
    """The column's name in SQL: `by` and `at` are words of it."""
    return f'"{column}"'
