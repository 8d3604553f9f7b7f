"""Parquet with the lake's schema and metadata, whatever the language of the other formats' heads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.analysis.export.extracts import Extract

_ROWS = 120_000
_BYTES = 64 * 2**20


def write_parquet(path: Path, extract: Extract) -> int:
    """Write the table; returns the number of its rows."""
    rows = 0
    with pq.ParquetWriter(path, extract.schema, compression="zstd", version="2.6") as writer:
        for group in _groups(extract):
            writer.write_table(group.cast(extract.schema))
            rows += group.num_rows
    return rows


def _groups(extract: Extract) -> Iterator[pa.Table]:
    """The batches put together to row groups of a good size."""
    ready: list[pa.RecordBatch] = []
    for batch in extract.batches():
        ready.append(batch)
        if sum(one.num_rows for one in ready) >= _ROWS or sum(one.nbytes for one in ready) >= _BYTES:
            yield pa.Table.from_batches(ready)
            ready.clear()
    if ready:
        yield pa.Table.from_batches(ready)
