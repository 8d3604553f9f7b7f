"""Which reports of the lake changed since the marts were made: an empty object names those that changed together.

A change is noted after it was made, so that whoever reads the note reads the new state; of a removal also before it,
for nobody may come back to note it. Notes are taken back one by one, by name: one that comes meanwhile stays.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from tasks.settings import Place
from tasks.storage import S3Client

_FOLDER = "marts/.changed/"
_NAME = re.compile(rf"{re.escape(_FOLDER)}year=(?P<year>\d+)/(?P<report_ids>[0-9a-f-]+)\.[0-9a-f]+")
_TOGETHER = 12
"""Reports that one note has room for where S3 keeps names as those of files."""

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Change:
    """That a report changed (was written, replaced, removed, or related to others anew), as the note `key` tells."""

    key: str
    year: int
    report_id: str
    at: datetime


def mark_changed(s3: S3Client, lake: Place, year: int, *report_ids: str) -> None:
    """Note that the reports changed."""
    for start in range(0, len(report_ids), _TOGETHER):
        together = "-".join(report_ids[start : start + _TOGETHER])
        key = lake.key(f"{_FOLDER}year={year}/{together}.{uuid.uuid4().hex[:12]}")
        s3.put_object(Bucket=lake.bucket, Key=key, Body=b"")


def changes(s3: S3Client, lake: Place, year: int | None = None) -> Iterator[Change]:
    """What the notes that stand tell, of one year or of all."""
    prefix = lake.key(_FOLDER if year is None else f"{_FOLDER}year={year}/")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=lake.bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            name = _NAME.fullmatch(lake.name(found["Key"]))
            if name:
                for report_id in name["report_ids"].split("-"):
                    yield Change(found["Key"], int(name["year"]), report_id, found["LastModified"])


def forget(s3: S3Client, lake: Place, done: Iterable[Change]) -> None:
    """Take notes back: the marts show all that they told of.

    One by one: DeleteObjects asks for an MD5 on some servers, which boto3 no longer sends.
    """
    keys = {change.key for change in done}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(lambda key: s3.delete_object(Bucket=lake.bucket, Key=key), keys))
