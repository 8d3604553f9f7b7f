"""One year's marts as they stand in the lake."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake.marts.pinned import PinnedFile
from tasks.lake.schemas import LAKE_TABLES
from tasks.settings import Place
from tasks.storage import S3Client

GENERATION = b"nianbao.generation"
"""In a mart's metadata: the compaction that made it, the same in all tables of a year."""

COMPACTED_AT = b"nianbao.compacted_at"
_MEDIA_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class Mart:
    """The files of one year, each pinned to its version."""

    year: int
    files: dict[str, PinnedFile]

    @property
    def generations(self) -> set[bytes]:
        """The compactions that the files come from: one, unless one is at work or has died over it."""
        return {metadata[GENERATION] for metadata in self._metadata}

    @property
    def compacted_at(self) -> datetime:
        """When the oldest of the files was begun."""
        return min(datetime.fromisoformat(metadata[COMPACTED_AT].decode()) for metadata in self._metadata)

    def open(self, table: str) -> pq.ParquetFile:
        """The table's file."""
        return pq.ParquetFile(self.files[table].again())

    @cached_property
    def _metadata(self) -> list[dict[bytes, bytes]]:
        return [self.open(table).schema_arrow.metadata for table in self.files]

    def agencies(self) -> dict[str, str]:
        """The agency of each report that is in the mart, by report id."""
        found = self.open("reports").read(columns=["report_id", "agency"])
        return dict(zip(found["report_id"].to_pylist(), found["agency"].to_pylist(), strict=True))


def name(table: str, year: int) -> str:
    """The mart's name within the lake."""
    return f"marts/{table}/year={year}.parquet"


def schema(table: str, generation: str, at: datetime) -> pa.Schema:
    """The table's schema, with the compaction that writes it."""
    plain = LAKE_TABLES[table]
    told = {GENERATION: generation.encode(), COMPACTED_AT: at.isoformat().encode()}
    return plain.with_metadata({**(plain.metadata or {}), **told})


def mart_years(s3: S3Client, lake: Place) -> list[int]:
    """The years that have marts."""
    return sorted(_years(s3, lake, "marts/reports/", ""))


def report_years(s3: S3Client, lake: Place) -> list[int]:
    """The years of which there is any report in the lake."""
    return sorted(_years(s3, lake, "reports/", "/"))


def open_marts(s3: S3Client, lake: Place, year: int) -> Mart | None:
    """The year's marts; None if it has none, or has just got its first and lacks some of them yet."""
    with ThreadPoolExecutor(len(LAKE_TABLES)) as threads:
        try:
            files = list(
                threads.map(lambda table: PinnedFile(s3, lake.bucket, lake.key(name(table, year))), LAKE_TABLES)
            )
        except FileNotFoundError:
            return None
    return Mart(year, dict(zip(LAKE_TABLES, files, strict=True)))


def put_mart(s3: S3Client, lake: Place, table: str, year: int, path: Path) -> None:
    """Put the file in the place of the one that stands there; S3 shows the one or the other, whatever their size."""
    target = lake.key(name(table, year))
    s3.upload_file(str(path), lake.bucket, target, ExtraArgs={"ContentType": _MEDIA_TYPE})


def _years(s3: S3Client, lake: Place, folder: str, delimiter: str) -> Iterator[int]:
    prefix = lake.key(folder)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=lake.bucket, Prefix=prefix, Delimiter=delimiter)
    for page in pages:
        found = [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        found += [entry["Key"] for entry in page.get("Contents", [])]
        for entry in found:
            year = entry.removeprefix(f"{prefix}year=").removesuffix("/").removesuffix(".parquet")
            if year.isdigit():
                yield int(year)
