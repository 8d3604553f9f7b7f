"""What landed, as listings of the landing place tell: the ledger learns of whatever no event told it of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tasks.ledger import Ledger, ObjectVersion
from tasks.settings import Buckets
from tasks.storage import S3Client, is_folder_marker, plain_etag


def add_landed(
    s3: S3Client, buckets: Buckets, ledger: Ledger, prefix: str = "", older_than: timedelta = timedelta(0)
) -> int:
    """Add to the ledger what landed under `prefix` so long ago and is not in it; returns how many there were."""
    added = 0
    for page in _pages(s3, buckets, prefix, datetime.now(UTC) - older_than):
        unknown = ledger.missing_from(page)
        added += len(unknown)
        if unknown:
            ledger.add(unknown)
    return added


def _pages(s3: S3Client, buckets: Buckets, prefix: str, before: datetime) -> Iterator[list[ObjectVersion]]:
    place = buckets.landing
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key(prefix)):
        yield [
            ObjectVersion(place.bucket, found["Key"], plain_etag(found["ETag"]), found["LastModified"], found["Size"])
            for found in page.get("Contents", [])
            if not is_folder_marker(found["Key"]) and found["LastModified"] <= before
        ]
