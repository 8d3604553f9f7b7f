"""Query: DuckDB over the lake, one view per table, read from S3 as it is asked for.

DuckDB's own S3 reader is an extension that would have to be downloaded; pyarrow's is in its wheel.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import boto3
import duckdb
import pyarrow.dataset as ds
import pyarrow.fs as pafs

from tasks.schemas import LAKE_TABLES
from tasks.settings import Buckets, Place, buckets_from_env
from tasks.storage import s3_client

_PARQUET = ds.ParquetFileFormat()
_BY_YEAR = ds.partitioning(flavor="hive")


def connect(buckets: Buckets | None = None, *, quarantine: bool = False) -> duckdb.DuckDBPyConnection:
    """A database in memory with a view for each table of the lake, or of the quarantine.

    `reports` is the truth: the other views show what belongs to a report that is listed there.
    """
    places = buckets or buckets_from_env()
    place = places.quarantine if quarantine else places.lake
    filesystem = _filesystem()
    connection = duckdb.connect()
    for table in LAKE_TABLES:
        connection.register(f"stored_{table}", _dataset(filesystem, place, table))
    connection.execute("CREATE VIEW reports AS SELECT * FROM stored_reports")
    for table in LAKE_TABLES.keys() - {"reports"}:
        connection.execute(
            f"CREATE VIEW {table} AS SELECT * FROM stored_{table} SEMI JOIN stored_reports USING (report_id, year)"
        )
    return connection


def _dataset(filesystem: pafs.FileSystem, place: Place, table: str) -> ds.Dataset:
    schema = LAKE_TABLES[table]
    folder = f"{place.bucket}/{place.key(table)}"
    if not filesystem.get_file_info(pafs.FileSelector(folder, allow_not_found=True)):
        return ds.FileSystemDataset([], schema, _PARQUET, filesystem)
    return ds.dataset(folder, schema=schema, format=_PARQUET, filesystem=filesystem, partitioning=_BY_YEAR)


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
