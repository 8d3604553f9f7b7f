"""The objects of one report in the lake or in the quarantine: written, removed, and looked up as a whole."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake.schemas import SCHEMAS
from tasks.settings import Place
from tasks.storage import S3Client, head_object, read_object
from tasks.values import Source

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_VERSION_COLUMNS = ["landed_at", "source_etag", "source_sha256", "source_key"]
_MEDIA_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A landed version; a greater one landed later (of the same instant, the greater etag counts as the later)."""

    landed_at: datetime
    etag: str
    sha256: str
    key: str

    @classmethod
    def of(cls, source: Source) -> Version:
        """The version that a source is."""
        return cls(source.landed_at or _EARLIEST, source.etag, source.sha256, source.key)


@dataclass(frozen=True, slots=True)
class Entry:
    """One report's objects in `place`."""

    place: Place
    report_id: str
    year: int

    def name(self, table: str) -> str:
        """The object's name within its place."""
        return f"{table}/year={self.year}/{self.report_id}.parquet"

    def version(self, s3: S3Client) -> Version | None:
        """The version that stands there, as its `reports` row tells; None if the report is not there."""
        found = self.read(s3, "reports", _VERSION_COLUMNS)
        if found is None:
            return None
        row = found.to_pylist()[0]
        return Version(row["landed_at"] or _EARLIEST, row["source_etag"], row["source_sha256"], row["source_key"])

    def read(self, s3: S3Client, table: str, columns: list[str] | None = None) -> pa.Table | None:
        """Some columns (or all) of one of the report's tables; None if it is not there."""
        body = read_object(s3, self.place, self.name(table))
        return None if body is None else pq.read_table(io.BytesIO(body), columns=columns)

    def write(self, s3: S3Client, tables: Mapping[str, pa.Table], *, replaces: bool = True) -> tuple[str, ...]:
        """Write the report's objects, in the place of others if it `replaces` any.

        No reader can meet a mixture: `reports` goes first and comes last.
        """
        if replaces:
            self.delete(s3, "reports")
        for table in SCHEMAS:
            self.put(s3, table, tables[table])
        return tuple(self.place.uri(self.name(table)) for table in SCHEMAS)

    def remove(self, s3: S3Client) -> None:
        """Take the report out, `reports` first."""
        for table in reversed(SCHEMAS):
            self.delete(s3, table)

    def has(self, s3: S3Client, table: str) -> bool:
        """Whether the report has this table there."""
        return head_object(s3, self.place.bucket, self._key(table)) is not None

    def put(self, s3: S3Client, table: str, content: pa.Table) -> None:
        """Write one of the report's tables."""
        s3.put_object(Bucket=self.place.bucket, Key=self._key(table), Body=to_parquet(content), ContentType=_MEDIA_TYPE)

    def delete(self, s3: S3Client, table: str) -> None:
        """Remove one of the report's tables, if it is there."""
        s3.delete_object(Bucket=self.place.bucket, Key=self._key(table))

    def _key(self, table: str) -> str:
        return self.place.key(self.name(table))


def to_parquet(table: pa.Table) -> bytes:
    """The table as the bytes of a Parquet file, with dictionaries where the schema has them."""
    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", use_dictionary=coded, write_statistics=True, version="2.6")
    return sink.getvalue()
