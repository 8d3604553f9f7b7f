"""Export: tables of the lake, or a query's result, as files for people with spreadsheets.

All is streamed: `extracts` reads in batches, sorted by `order`; `xlsx_file`, `csv_file` and `parquet_file` write them
under names that are put in place when everything has been written.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tasks.analysis.export.csv_file import write_csv
from tasks.analysis.export.extracts import (
    Extract,
    ReadFailedError,
    ReplacedMeanwhileError,
    Selection,
    SelectionError,
    open_lake,
    table_extracts,
)
from tasks.analysis.export.headers import LANGUAGES, Language
from tasks.analysis.export.parquet_file import write_parquet
from tasks.analysis.export.xlsx_file import write_xlsx
from tasks.lake.schemas import LAKE_TABLES
from tasks.settings import Buckets

FORMATS = ("xlsx", "csv", "parquet")
TABLES = ("reports", *(table for table in LAKE_TABLES if table != "reports"))
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written: where, and how many rows of it."""

    label: str
    rows: int
    path: Path


def export(
    selection: Selection,
    to: Path,
    kind: str,
    language: Language,
    *,
    buckets: Buckets | None = None,
    quarantine: bool = False,
) -> list[Written]:
    """Write what is selected: `to` is the workbook, or the folder (or the only table's file) of the other kinds.

    Raises ReadFailedError if the lake cannot be read, SelectionError, duckdb.Error for wrong SQL, and OSError if the
    files cannot be written.
    """
    for left in reversed(range(_TRIES)):
        try:
            with open_lake(buckets, quarantine=quarantine) as lake:
                return _write(list(table_extracts(lake, selection)), to, kind, language)
        except ReplacedMeanwhileError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _write(extracts: list[Extract], to: Path, kind: str, language: Language) -> list[Written]:
    if kind == "xlsx":
        return list(_workbook(extracts, to, language))
    is_file = len(extracts) == 1 and to.suffix == f".{kind}"
    paths = [to if is_file else to / f"{extract.name}.{kind}" for extract in extracts]
    return list(_files(extracts, paths, kind, language))


def _workbook(extracts: list[Extract], path: Path, language: Language) -> Iterator[Written]:
    with _replacing([path]) as (temporary,):
        counts = write_xlsx(temporary, extracts, language)
    for extract, rows in zip(extracts, counts, strict=True):
        yield Written(extract.label, rows, path)


def _files(extracts: Iterable[Extract], paths: list[Path], kind: str, language: Language) -> Iterator[Written]:
    written = []
    with _replacing(paths) as temporary:
        for extract, path, target in zip(extracts, temporary, paths, strict=True):
            rows = write_csv(path, extract, language) if kind == "csv" else write_parquet(path, extract)
            written.append(Written(extract.label, rows, target))
    yield from written


__all__ = [
    "FORMATS",
    "LANGUAGES",
    "TABLES",
    "Language",
    "ReadFailedError",
    "Selection",
    "SelectionError",
    "Written",
    "export",
]


@contextmanager
def _replacing(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Temporary names beside `paths`, which take their places in the end; after an error nothing is left of them."""
    temporary = [path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part") for path in paths]
    try:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        for written, path in zip(temporary, paths, strict=True):
            os.replace(written, path)
    finally:
        for path in temporary:
            path.unlink(missing_ok=True)
