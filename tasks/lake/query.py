"""Query: DuckDB over the lake, one view per table, read from S3 as it is asked for.

The views show the marts and what came after them: the reports that the ledger has noted as changed are taken from their
versions. DuckDB's own S3 reader is an extension that would have to be downloaded; boto3 reads for it here.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from botocore.exceptions import BotoCoreError

from tasks.lake.fetch import fetch, flat_sql, quoted
from tasks.lake.marts.build import relation_rows
from tasks.lake.marts.parts import PartFile, Year, listed, owned_sql
from tasks.lake.marts.pinned import PinnedFile
from tasks.lake.schemas import LAKE_TABLES, RELATIONS, YEAR
from tasks.ledger import Change, Ledger, LedgerError, VersionRow, open_ledger
from tasks.settings import Buckets, Place, buckets_from_env
from tasks.storage import S3Client, s3_client

_CLOSED = {"enable_external_access": "false", "python_enable_replacements": "false", "lock_configuration": "true"}
"""No files, no network, no extensions, none of Python's own variables; the last forbids to change that."""

_PARQUET = ds.ParquetFileFormat()
_CHANGED = pa.schema([("report_id", pa.string()), ("year", YEAR)])
_TRIES = 5
_PAUSE = 0.2


def connect(
    buckets: Buckets | None = None,
    *,
    quarantine: bool = False,
    settings: Mapping[str, str] | None = None,
    ledger: Ledger | None = None,
) -> duckdb.DuckDBPyConnection:
    """A database in memory with a view for each table of the lake, or of the quarantine.

    SQL there reaches nothing else: no file of this machine, and no address. `settings` are DuckDB's own.

    Raises OSError if storage or ledger are away, and so does a query if a mart is replaced meanwhile: connect again.
    """
    places, s3 = buckets or buckets_from_env(), s3_client()
    folder = Path(tempfile.mkdtemp(prefix="nianbao-query-"))
    connection = duckdb.connect()
    weakref.finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    with _told():
        known = ledger or open_ledger()
        shown = _quarantined(s3, places, known, folder) if quarantine else _shown(s3, places.lake, known, folder)
    connection.register("versions", shown.versions)
    connection.register("fresh_relations", shown.relations)
    connection.register("changed", shown.changed)
    for name, value in {**(settings or {}), **_CLOSED}.items():
        connection.execute(f"SET {name} = {literal(value)}")
    for table in LAKE_TABLES:
        stored = " UNION ALL ".join(_stored(connection, s3, places.lake, table, shown.marts))
        connection.execute(f"CREATE VIEW {table} AS {_view(table, stored, has_changes=bool(len(shown.changed)))}")
    return connection


def literal(text: str) -> str:
    """As a literal of SQL, for where there can be no parameters."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class _Shown:
    """The marts, the reports whose rows there are out of date (`changed`), and those as they are (`versions`)."""

    marts: Mapping[int, Year]
    changed: pa.Table
    versions: ds.Dataset
    relations: pa.Table


def _quarantined(s3: S3Client, places: Buckets, ledger: Ledger, folder: Path) -> _Shown:
    rows = ledger.current_in("quarantine")
    versions = fetch(s3, places.quarantine, rows, folder).dataset()
    return _Shown({}, _changed((row.year, row.report_id) for row in rows), versions, RELATIONS.empty_table())


def _shown(s3: S3Client, lake: Place, ledger: Ledger, folder: Path) -> _Shown:
    marts, noted = _settled(s3, lake, ledger)
    ids = {change.report_id for change in noted}
    for tries in range(_TRIES):
        rows = list(ledger.current(ids, "lake").values())
        fetched = fetch(s3, lake, rows, folder)
        if not fetched.stale:
            break
        time.sleep(_PAUSE * tries)  # one is written anew just now
    stale = {row.report_id for row in fetched.stale}
    changed = {(change.year, change.report_id) for change in noted if change.report_id not in stale}
    relations = relation_rows(
        relation
        for year in sorted({year for year, _ in changed})
        for relation in ledger.relations(year, _ids(rows, year) - stale)
    )
    return _Shown(marts, _changed(changed), fetched.dataset(), relations)


def _ids(rows: list[VersionRow], year: int) -> set[str]:
    return {row.report_id for row in rows if row.year == year}


def _settled(s3: S3Client, lake: Place, ledger: Ledger) -> tuple[Mapping[int, Year], list[Change]]:
    """The marts, and the changes that they may not show.

    A change is forgotten after all files that show it have been written: what is noted between two listings that are
    alike is all that the files may lack, however far a compaction has come that is at work, or has died.
    """
    before = listed(s3, lake)
    for _ in range(_TRIES):
        noted = ledger.changes()
        after = listed(s3, lake)
        if after == before:
            return after, noted
        before = after
        time.sleep(_PAUSE)
    return after, [*noted, *ledger.changes()]


def _changed(reports: Iterable[tuple[int, str]]) -> pa.Table:
    rows = [{"report_id": report_id, "year": year} for year, report_id in sorted(reports)]
    return pa.Table.from_pylist(rows, _CHANGED)


def _stored(
    connection: duckdb.DuckDBPyConnection, s3: S3Client, lake: Place, table: str, marts: Mapping[int, Year]
) -> Iterator[str]:
    """Queries for the table's rows in all marts; where some are made anew, each file has its own."""
    whole = [file for year in marts.values() if not year.is_unfinished for file in year.files[table].values()]
    connection.register(f"mart_{table}", _dataset(s3, lake, table, whole))
    yield f"SELECT * FROM mart_{table}"
    for year, mart in marts.items():
        for part, file in mart.files[table].items() if mart.is_unfinished else ():
            name = f"mart_{table}_{year}_{part}"
            connection.register(name, _dataset(s3, lake, table, [file]))
            yield f"SELECT * FROM {name} WHERE {owned_sql(part, mart.files[table])}"


def _dataset(s3: S3Client, lake: Place, table: str, files: list[PartFile]) -> ds.Dataset:
    pinned = [PinnedFile(s3, lake.bucket, lake.key(file.name), file.etag, file.size) for file in files]
    fragments = [_PARQUET.make_fragment(file) for file in pinned]
    return ds.FileSystemDataset(fragments, LAKE_TABLES[table], _PARQUET)


def _view(table: str, stored: str, *, has_changes: bool) -> str:
    if not has_changes:
        return stored
    columns = ", ".join(map(quoted, LAKE_TABLES[table].names))
    fresh = "fresh_relations" if table == "relations" else f"({flat_sql(table)})"
    return f"SELECT * FROM ({stored}) ANTI JOIN changed USING (report_id, year) UNION ALL SELECT {columns} FROM {fresh}"


@contextmanager
def _told() -> Iterator[None]:
    """What keeps the lake from being read, as OSError."""
    try:
        yield
    except (BotoCoreError, LedgerError) as error:
        raise OSError(str(error)) from error
