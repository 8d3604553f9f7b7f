"""What landed and has no receipt: two listings, whatever the number of objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.settings import Buckets, Place

SEEN = ".index/seen"
"""Markers `<SEEN>/<key>/<etag>`: this version has a receipt."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A landed version without a receipt."""

    bucket: str
    key: str
    etag: str
    landed_at: datetime
    is_new_key: bool
    """No other version of the object has a receipt."""


def mark_seen(s3: Any, buckets: Buckets, key: str, etag: str) -> None:  # noqa: ANN401 (a boto3 client)
    """Note that this version has a receipt."""
    place = buckets.receipts
    s3.put_object(Bucket=place.bucket, Key=place.key(f"{SEEN}/{key}/{etag}"), Body=b"")


def missing(s3: Any, buckets: Buckets, older_than: timedelta) -> Iterator[Missing]:  # noqa: ANN401
    """The landed versions without a receipt that have been there for so long."""
    seen = {name.removeprefix(f"{SEEN}/") for name, _ in _listed(s3, buckets.receipts, SEEN)}
    known = {name.rpartition("/")[0] for name in seen}
    before = datetime.now(UTC) - older_than
    for _, found in _listed(s3, buckets.landing, ""):
        etag = found["ETag"].strip('"')
        is_folder = found["Key"].endswith("/")
        if not is_folder and f"{found['Key']}/{etag}" not in seen and found["LastModified"] <= before:
            is_new_key = found["Key"] not in known
            yield Missing(buckets.landing.bucket, found["Key"], etag, found["LastModified"], is_new_key)


def _listed(s3: Any, place: Place, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401
    prefix = place.key(f"{folder}/" if folder else "")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            yield place.name(found["Key"]), found
