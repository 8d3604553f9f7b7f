"""Query: DuckDB over the lake, one view per table, read from S3 as it is asked for.

DuckDB's own S3 reader is an extension that would have to be downloaded; pyarrow's is in its wheel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import boto3
import duckdb
import pyarrow.dataset as ds
import pyarrow.fs as pafs
from botocore.exceptions import BotoCoreError

from tasks.lake.marts.snapshot import NO_MARTS, PARQUET, Snapshot, take_snapshot
from tasks.lake.schemas import LAKE_TABLES
from tasks.settings import Buckets, Place, buckets_from_env
from tasks.storage import s3_client

_CLOSED = {"enable_external_access": "false", "python_enable_replacements": "false", "lock_configuration": "true"}
"""No files, no network, no extensions, none of Python's own variables; the last forbids to change that."""


def connect(
    buckets: Buckets | None = None, *, quarantine: bool = False, settings: Mapping[str, str] | None = None
) -> duckdb.DuckDBPyConnection:
    """A database in memory with a view for each table of the lake, or of the quarantine.

    The lake's are its marts and what came after them. `reports` is the truth: the other views show what belongs to a
    report that is listed there.

    SQL there reaches nothing else: no file of this machine, and no address. `settings` are DuckDB's own.

    Raises OSError if the storage is away, and so does a query if a mart is replaced meanwhile: connect again.
    """
    places = buckets or buckets_from_env()
    snapshot = NO_MARTS if quarantine else _snapshot(places.lake)
    place = places.quarantine if quarantine else places.lake
    filesystem = _filesystem()
    connection = duckdb.connect()
    for table in LAKE_TABLES:
        connection.register(f"mart_{table}", snapshot.stored(table))
        connection.register(f"fresh_{table}", snapshot.fresh[table])
        connection.register(f"single_{table}", _singles(filesystem, place, table, snapshot.years_without))
    connection.register("changed", snapshot.changed)
    for name, value in {**(settings or {}), **_CLOSED}.items():
        connection.execute(f"SET {name} = {quoted(value)}")
    for table in LAKE_TABLES:
        connection.execute(f"CREATE VIEW {table} AS {_view(table, has_changes=bool(len(snapshot.changed)))}")
    return connection


def quoted(text: str) -> str:
    """As a literal of SQL, for where there can be no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _snapshot(lake: Place) -> Snapshot:
    try:
        return take_snapshot(s3_client(), lake)
    except BotoCoreError as error:
        raise OSError(str(error)) from error


def _view(table: str, *, has_changes: bool) -> str:
    stored = f"SELECT * FROM mart_{table}"
    if has_changes:
        stored += f" ANTI JOIN changed USING (report_id, year) UNION ALL SELECT * FROM fresh_{table}"
    single = f"SELECT * FROM single_{table}"
    if table != "reports":
        single += " SEMI JOIN single_reports USING (report_id, year)"
    return f"{stored} UNION ALL {single}"


def _singles(filesystem: pafs.FileSystem, place: Place, table: str, years: Sequence[int] | None) -> ds.Dataset:
    """The files of single reports, of some years or of all."""
    folders = [place.key(table)] if years is None else [place.key(f"{table}/year={year}") for year in years]
    selectors = [pafs.FileSelector(f"{place.bucket}/{one}", allow_not_found=True, recursive=True) for one in folders]
    infos = [info for selector in selectors for info in filesystem.get_file_info(selector) if info.is_file]
    fragments = [PARQUET.make_fragment(info.path, filesystem) for info in infos]
    return ds.FileSystemDataset(fragments, LAKE_TABLES[table], PARQUET, filesystem)


def _filesystem() -> pafs.FileSystem:
    """pyarrow's S3 with exactly the server, the region and the credentials that boto3 found."""
    client = s3_client()
    endpoint = urlsplit(client.meta.endpoint_url)
    credentials = boto3.Session().get_credentials()
    frozen = credentials.get_frozen_credentials() if credentials else None
    return pafs.S3FileSystem(
        endpoint_override=endpoint.netloc,
        scheme=endpoint.scheme,
        region=client.meta.region_name,
        access_key=frozen.access_key if frozen else None,
        secret_key=frozen.secret_key if frozen else None,
        session_token=frozen.token if frozen else None,
        anonymous=frozen is None,
        connect_timeout=5,
        request_timeout=30,
    )
