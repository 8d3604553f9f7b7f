"""The parts of a year: which one a report lies in, which files there are, and how their number grows.

The number of parts is a power of two. When it grows, the reports of part `k` stay there or go to a new part that is `k`
modulo the old number. While a year is made anew as a whole, a mark stands beside its marts: until it has gone a report
may stand in its old and in its new part, of which the new one counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tasks.lake.schemas import LAKE_TABLES
from tasks.settings import Place
from tasks.storage import S3Client, listing, plain_etag

MOST_IN_A_PART = 2500
"""Reports, on average; with more there are more parts."""

GENERATION, PARTS = b"nianbao.generation", b"nianbao.parts"
"""In a file's metadata: the compaction that made it, the same in all tables of a part; how many parts there are."""

_NAME = re.compile(r"marts/(?P<table>\w+)/year=(?P<year>\d+)/part-(?P<part>\d+)\.parquet")
_UNFINISHED = re.compile(r"marts/\.unfinished/year=(?P<year>\d+)")


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file that stands there, at the version with this ETag."""

    name: str
    etag: str
    size: int


@dataclass
class Year:
    """The marts of a year: files by table and part. `is_unfinished`: somebody is making them anew, or died over it."""

    files: dict[str, dict[int, PartFile]] = field(default_factory=lambda: {table: {} for table in LAKE_TABLES})
    is_unfinished: bool = False

    @property
    def parts(self) -> int:
        """How many parts there are; 0 before the first compaction."""
        numbers = [number for files in self.files.values() for number in files]
        return power_of_two(max(numbers) + 1) if numbers else 0

    @property
    def is_whole(self) -> bool:
        """Whether every part has every file, and all were made for as many parts."""
        every = set(range(self.parts))
        return not self.is_unfinished and all(set(files) == every for files in self.files.values())


def part_of(report_id: str, parts: int) -> int:
    """The part that a report lies in."""
    return int(report_id[-4:], 16) % parts


def part_of_sql(parts: int) -> str:
    """`part_of` in SQL."""
    return f"(('0x' || right(report_id, 4))::INT % {parts})"


def owned_sql(part: int, present: Collection[int]) -> str:
    """The condition on which a row in the file of `part` counts: it does not belong to a later one of those present."""
    step = power_of_two(part + 1)
    later = (other for other in sorted(present) if other > part and other % step == part)
    return " AND ".join(f"{part_of_sql(power_of_two(other + 1))} <> {other}" for other in later) or "true"


def power_of_two(least: int) -> int:
    """The least power of two that is not less."""
    return 1 << max(0, least - 1).bit_length()


def parts_for(reports: int) -> int:
    """How many parts so many reports need."""
    return power_of_two(-(-reports // MOST_IN_A_PART))


def listed(s3: S3Client, lake: Place) -> Mapping[int, Year]:
    """The marts of every year, in one listing."""
    years: dict[int, Year] = {}
    for found in listing(s3, lake, "marts/"):
        name = lake.name(found["Key"])
        if (at := _NAME.fullmatch(name)) and at["table"] in LAKE_TABLES:
            file = PartFile(name, plain_etag(found["ETag"]), found["Size"])
            years.setdefault(int(at["year"]), Year()).files[at["table"]][int(at["part"])] = file
        elif at := _UNFINISHED.fullmatch(name):
            years.setdefault(int(at["year"]), Year()).is_unfinished = True
    return years


def unfinished_name(year: int) -> str:
    """Of the mark that stands beside the marts of a year while they are made anew as a whole."""
    return f"marts/.unfinished/year={year}"
