"""What the lake shows at one moment: the marts as they stand, and which reports to read beside them."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as ds

from tasks.lake.marts.changes import changes
from tasks.lake.marts.fetch import Tables, whole_reports
from tasks.lake.marts.mart import Mart, mart_years, open_marts, report_years
from tasks.lake.marts.pinned import ReplacedError
from tasks.lake.schemas import LAKE_TABLES, YEAR
from tasks.settings import Place
from tasks.storage import S3Client

PARQUET = ds.ParquetFileFormat()
MOST_CHANGED = 200
"""Reports of a year that are read beside its marts; with more, the marts are left aside and all files are read."""

_CHANGED = pa.schema([("report_id", pa.string()), ("year", YEAR)])
_NONE: Tables = {table: schema.empty_table() for table, schema in LAKE_TABLES.items()}
_TRIES = 5
_PAUSE = 0.5
_Noted = set[tuple[int, str]]


@dataclass(frozen=True)
class Snapshot:
    """`marts`; the reports whose rows in them are out of date, and those reports as they are (`fresh`).

    `years_without` have no marts, or none worth reading: whatever files they have count. None stands for all years.
    """

    marts: tuple[Mart, ...]
    changed: pa.Table
    fresh: Tables
    years_without: tuple[int, ...] | None

    def stored(self, table: str) -> ds.Dataset:
        """The table's rows in all marts."""
        fragments = [PARQUET.make_fragment(mart.files[table].again()) for mart in self.marts]
        return ds.FileSystemDataset(fragments, LAKE_TABLES[table], PARQUET)


NO_MARTS = Snapshot((), _CHANGED.empty_table(), _NONE, None)


def take_snapshot(s3: S3Client, lake: Place) -> Snapshot:
    """The lake now. A compaction at work is waited for; what one that died left is made up for by the notes."""
    noted, marts = _settled(s3, lake)
    numbers = Counter(year for year, _ in noted)
    used = tuple(mart for mart in marts if numbers[mart.year] <= MOST_CHANGED)
    years = {mart.year for mart in used}
    stale = sorted((year, report_id) for year, report_id in noted if year in years)
    changed = pa.Table.from_pylist([{"report_id": report_id, "year": year} for year, report_id in stale], _CHANGED)
    without = tuple(year for year in report_years(s3, lake) if year not in years)
    return Snapshot(used, changed, _fresh(s3, lake, stale), without)


def _settled(s3: S3Client, lake: Place) -> tuple[_Noted, list[Mart]]:
    """The notes of changes and the marts, of which those of one year come from one compaction if they ever do."""
    for _ in range(_TRIES):
        noted = _noted(s3, lake)
        with suppress(ReplacedError):
            marts = _marts(s3, lake)
            if all(len(mart.generations) == 1 for mart in marts):
                return noted, marts
        time.sleep(_PAUSE)
    noted, marts = _noted(s3, lake), _marts(s3, lake)
    return noted | _noted(s3, lake), marts


def _marts(s3: S3Client, lake: Place) -> list[Mart]:
    return [mart for year in mart_years(s3, lake) if (mart := open_marts(s3, lake, year))]


def _noted(s3: S3Client, lake: Place) -> _Noted:
    return {(change.year, change.report_id) for change in changes(s3, lake)}


def _fresh(s3: S3Client, lake: Place, stale: list[tuple[int, str]]) -> Tables:
    by_year: defaultdict[int, list[str]] = defaultdict(list)
    for year, report_id in stale:
        by_year[year].append(report_id)
    reports = [tables for year, ids in by_year.items() for tables in whole_reports(s3, lake, year, ids).values()]
    return {table: pa.concat_tables([none, *(one[table] for one in reports)]) for table, none in _NONE.items()}
