"""What landed and has no receipt: two listings, whatever the number of objects."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tasks.settings import Buckets, Place
from tasks.storage import S3Client, is_folder_marker

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_SEEN = ".index/seen"
"""Markers `<_SEEN>/<version>.<version>...`: these versions have receipts. A version is hashes of key and etag."""

_KEY, _ETAG = 20, 12
"""Hexadecimal digits of each hash: eighty bits for all keys, forty-eight for the versions of one."""

_TOGETHER = 7
"""Versions that one marker has room for where S3 keeps names as those of files."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A landed version without a receipt."""

    bucket: str
    key: str
    etag: str
    landed_at: datetime
    is_new_key: bool
    """No other version of the object has a receipt."""


def mark_seen(s3: S3Client, buckets: Buckets, *versions: tuple[str, str]) -> None:
    """Note that these versions (key, etag) have receipts."""
    place = buckets.receipts
    for start in range(0, len(versions), _TOGETHER):
        together = ".".join(_hashes(*version) for version in versions[start : start + _TOGETHER])
        s3.put_object(Bucket=place.bucket, Key=place.key(f"{_SEEN}/{together}"), Body=b"")


def missing(s3: S3Client, buckets: Buckets, older_than: timedelta) -> Iterator[Missing]:
    """The landed versions without a receipt that have been there for so long."""
    markers = (name.removeprefix(f"{_SEEN}/") for name, _ in _listed(s3, buckets.receipts, _SEEN))
    seen = {version for marker in markers for version in marker.split(".")}
    known = {version[:_KEY] for version in seen}
    before = datetime.now(UTC) - older_than
    for _, found in _listed(s3, buckets.landing, ""):
        etag = found["ETag"].strip('"')
        version = _hashes(found["Key"], etag)
        if not is_folder_marker(found["Key"]) and version not in seen and found["LastModified"] <= before:
            is_new_key = version[:_KEY] not in known
            yield Missing(buckets.landing.bucket, found["Key"], etag, found["LastModified"], is_new_key)


def _hashes(key: str, etag: str) -> str:
    return _hash(key)[:_KEY] + _hash(etag)[:_ETAG]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _listed(s3: S3Client, place: Place, folder: str) -> Iterator[tuple[str, ObjectTypeDef]]:
    prefix = place.key(f"{folder}/" if folder else "")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=prefix):
        for found in page.get("Contents", []):
            yield place.name(found["Key"]), found
