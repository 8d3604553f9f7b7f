"""Report versions: all that was read and judged of a report at once, one immutable Parquet object of one row.

Its columns are those of `reports`, and each other table of the report as a list of structs (without the key, which is
the row's); codes are plain strings, and the columns' descriptions are left to the marts, for they are longer than the
figures. Relations to other reports are none of its own: they come and go with those.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.errors import Failure
from tasks.lake.rows import Judged, report_id, tables
from tasks.lake.schemas import KEY, SCHEMAS
from tasks.ledger import NewVersion
from tasks.names import version_name
from tasks.settings import Place
from tasks.storage import S3Client, plain_etag
from tasks.values import LAKE_VERSION

Tables = dict[str, pa.Table]
"""The tables of a report (or of some), by name."""

NESTED = tuple(table for table in SCHEMAS if table != "reports")
MEDIA_TYPE = "application/vnd.apache.parquet"


class StaleVersionError(Failure):
    """The object is not the one that was settled: it is gone, or another has written over it whose lease was lost."""

    code = "LAKE.STALE_VERSION"
    meaning = "报告版本不在了，或已被改写"


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type without dictionaries."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, plain_type(field.type)) for field in schema])


_PLAIN = {table: _plain(schema) for table, schema in SCHEMAS.items()}


def _rows_of(table: str) -> pa.ListType:
    fields = [field for field in _PLAIN[table] if field.name not in KEY]
    return pa.list_(pa.field("element", pa.struct(fields)))


VERSION_SCHEMA = pa.schema([*_PLAIN["reports"], *(pa.field(table, _rows_of(table)) for table in NESTED)])
_PLAINLY: dict[str, Any] = {"use_dictionary": False, "write_statistics": False, "store_schema": False}


def put_version(s3: S3Client, place: Place, judged: Judged) -> NewVersion:
    """Write the version to `place`, the lake's or the quarantine's as its verdict says."""
    report, verdict = judged.report, judged.verdict
    if verdict.outcome == "validated" and (verdict.is_name_in_doubt or not (report.agency and report.year)):
        raise ValueError("a validated report must name its agency and its year")
    return put_tables(s3, place, tables(judged, _PLAIN))


def put_tables(s3: S3Client, place: Place, of_report: Mapping[str, pa.Table]) -> NewVersion:
    """Write the version that has these tables."""
    row = of_report["reports"].to_pylist()[0]
    name = version_name(row["report_id"], row["year"], row["source_key"], row["source_etag"])
    put = s3.put_object(
        Bucket=place.bucket, Key=place.key(name), Body=to_parquet(nested(of_report)), ContentType=MEDIA_TYPE
    )
    return _new_version(name, plain_etag(put["ETag"]), of_report, row)


def stored_version(s3: S3Client, place: Place, name: str) -> NewVersion:
    """What `put_version` said of the version that is there. Raises StaleVersionError if it is not."""
    body, etag = _got(s3, place, name)
    of_report = flat(nested_of(body))
    return _new_version(name, etag, of_report, of_report["reports"].to_pylist()[0])


def _new_version(name: str, etag: str, of_report: Mapping[str, pa.Table], row: Mapping[str, Any]) -> NewVersion:
    return NewVersion(
        "lake" if row["outcome"] == "validated" else "quarantine",
        name,
        etag,
        figures_of(of_report["cells"]),
        row["report_id"] == report_id(row["agency"], row["year"]),
    )


def read_version(s3: S3Client, place: Place, name: str, etag: str | None = None) -> Tables:
    """The tables of the version. Raises StaleVersionError if it is not there, or not the object with this ETag."""
    return flat(nested_of(get_version(s3, place, name, etag)))


def get_version(s3: S3Client, place: Place, name: str, etag: str | None = None) -> bytes:
    """The bytes of the version, as `read_version`."""
    body, found = _got(s3, place, name)
    if etag is not None and found != plain_etag(etag):
        raise StaleVersionError(place.uri(name))
    return body


def _got(s3: S3Client, place: Place, name: str) -> tuple[bytes, str]:
    """The bytes and the ETag of the version."""
    try:
        found = s3.get_object(Bucket=place.bucket, Key=place.key(name))
    except s3.exceptions.NoSuchKey:
        raise StaleVersionError(place.uri(name)) from None
    return found["Body"].read(), plain_etag(found["ETag"])


def remove_version(s3: S3Client, place: Place, name: str) -> None:
    """Remove the version's object, if it is there."""
    s3.delete_object(Bucket=place.bucket, Key=place.key(name))


def nested(of_report: Mapping[str, pa.Table]) -> pa.Table:
    """One report's tables as one row."""
    report = of_report["reports"].cast(_PLAIN["reports"])
    lists = [_list(of_report[table], VERSION_SCHEMA.field(table).type) for table in NESTED]
    return pa.Table.from_arrays([*report.columns, *lists], schema=VERSION_SCHEMA)


def _list(table: pa.Table, kind: pa.ListType) -> pa.Array:
    fields = list(kind.value_type)
    columns = [table[field.name].combine_chunks().cast(field.type) for field in fields]
    rows = pa.StructArray.from_arrays(columns, fields=fields)
    return pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows, type=kind)


def nested_of(body: bytes) -> pa.Table:
    """The row that is in a version's bytes, as today's schema has it: columns that came after it are null."""
    found = pq.ParquetFile(io.BytesIO(body)).read(use_threads=False)
    if found.schema.equals(VERSION_SCHEMA):
        return found
    names = found.schema.names
    columns = [found[f.name] if f.name in names else pa.nulls(found.num_rows, f.type) for f in VERSION_SCHEMA]
    return pa.Table.from_arrays(columns, names=VERSION_SCHEMA.names).cast(VERSION_SCHEMA)


def flat(versions: pa.Table) -> Tables:
    """The tables of all versions (one a row), a report's rows in the order of its form."""
    found: Tables = {}
    for table, schema in SCHEMAS.items():
        if table == "reports":
            found[table] = versions.select(schema.names).cast(schema)
            continue
        lists = versions[table].combine_chunks()
        parents = pc.list_parent_indices(lists)
        keys = [versions[name].combine_chunks().take(parents) for name in KEY]
        rows = pa.Table.from_arrays([*keys, *pc.list_flatten(lists).flatten()], names=schema.names)
        found[table] = rows.cast(schema)
    return found


def figures_of(cells: pa.Table) -> str | None:
    """A digest of tables 3 and 4, the same for equal figures; None where all are zero or blank."""
    figures = sorted(
        (address, int(value or 0))
        for address, value in zip(cells["address"].to_pylist(), cells["value"].to_pylist(), strict=True)
        if address.startswith(("table3.", "table4."))
    )
    if not any(value for _, value in figures):
        return None
    return hashlib.sha256(repr(figures).encode()).hexdigest()


def to_parquet(version: pa.Table) -> bytes:
    """The version as the bytes of a Parquet file: one row needs neither statistics nor dictionaries."""
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, VERSION_SCHEMA, version="2.6", compression="zstd", **_PLAINLY) as writer:
        writer.write_table(version)
        writer.add_key_value_metadata({"nianbao.table": "versions", "nianbao.lake_version": LAKE_VERSION})
    return sink.getvalue()
