"""CSV for Excel: UTF-8 with BOM, CRLF, blanks empty, every digit kept."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.analysis.export.extracts import Extract
from tasks.analysis.export.headers import Language, headers
from tasks.spreadsheet_text import text_only


def write_csv(path: Path, extract: Extract, language: Language) -> int:
    """Write the table; returns the number of its rows."""
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(map(text_only, headers(extract.schema, language)))
        for batch in extract.batches():
            writer.writerows(zip(*map(_texts, batch.columns), strict=True))
            rows += batch.num_rows
    return rows


def _texts(column: pa.Array) -> list[str | None]:
    text = _formatter(column.type)
    return [None if value is None else text(value) for value in column.to_pylist()]


def _formatter(kind: pa.DataType) -> Callable[[Any], str]:
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return str
    if pa.types.is_decimal(kind):
        return plain
    if pa.types.is_boolean(kind):
        return lambda value: str(value).upper()
    if pa.types.is_timestamp(kind):
        return lambda value: str(value.isoformat()).replace("+00:00", "Z")
    return lambda value: text_only(joined(value))


def plain(value: Decimal) -> str:
    """All digits and no more: no exponent, no zeros after the last decimal place."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def joined(value: object) -> str:
    """A list as one text, anything else as itself."""
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
