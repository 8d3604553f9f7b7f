"""Fetch: the bytes of a landed object, with all that S3 knows of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from tasks.errors import Failure
from tasks.names import has_alias, key_as_stored
from tasks.read.recognise import MAX_BYTES
from tasks.shown import shown
from tasks.storage import S3Client, is_folder_marker, listed_at, plain_etag
from tasks.values import Source


class ObjectGoneError(Failure):
    """The landed version is no longer there: deleted, or replaced by another that has an event of its own."""

    code = "OBJECT.GONE"


def fetch(
    s3: S3Client,
    bucket: str,
    key: str,
    etag: str | None = None,
    landed_at: datetime | None = None,
) -> Source:
    """Get the object; `landed_at` is when it landed, if a listing has told that already. It may have another name.

    Raises ObjectGoneError if it, or its version `etag`, is not there any more.

    Of an object that is too large to be read only the beginning is fetched, enough for `recognise` to say so; its
    sha256 is empty then, for it is not known.
    """
    if is_folder_marker(key):
        raise ObjectGoneError(f"s3://{bucket}/{shown(key)} 是文件夹，没有要处理的内容")
    if has_alias(key):
        key = key_as_stored(s3, bucket, key)
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey as error:
        raise ObjectGoneError(f"s3://{bucket}/{shown(key)} 已被删除") from error
    with found["Body"] as stream:
        body: bytes = stream.read(MAX_BYTES + 1)
    found_etag = plain_etag(found["ETag"])
    if etag and found_etag != plain_etag(etag):
        raise ObjectGoneError(f"s3://{bucket}/{shown(key)} 的版本 {etag} 已被新版本 {found_etag} 取代")
    landed_at = (landed_at or listed_at(s3, bucket, key, found_etag) or found["LastModified"]).astimezone(UTC)
    sha256 = hashlib.sha256(body).hexdigest() if len(body) <= MAX_BYTES else ""
    return Source(bucket, key, found_etag, found["ContentLength"], landed_at, sha256, body)
