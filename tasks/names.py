"""The name of every S3 object that is ours, and what is known of landing keys.

Anybody chooses those, so none may name an object of ours, or the receipt of another.

`receipt_name` is the only way from a key to the names of its receipts, `<name>.json` and `<name>.html`. It is
injective: a plain key is its own name, every other has one under `.keys/` that is made from all of its bytes. No plain
key has a part that begins with a dot, and all that is ours lies in folders that do.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from botocore.exceptions import ClientError

from tasks.storage import S3Client, head_object

_FOLDER = ".keys"
DECISIONS = ".decisions"
SCANS = "scans"
"""The queue of what takes seconds a page, for its pages are pictures."""

TRIAL = ".index/trial"
"""An empty object in the receipts' place: whether anything can be written there."""

REBUILDING = ".index/rebuilding"
"""An empty object there: the ledger is being made anew, and what it holds is but a part."""

_LONGEST, _LONGEST_PART = 900, 250
"""Bytes of a plain key and of each of its parts: S3 takes names of 1024, file systems parts of 255, and ours are longer
than the key."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]")
"""What nobody sees, or what turns text; listed here, for what Python calls printable changes with its version."""

_FOLDER_LIKE_A_RECEIPT = re.compile(r"\.(json|html)/")
_LIKE_A_VERSION = re.compile(r"(^|/)[0-9a-f-]{32,}\.(json|html)$")
"""Where S3 is kept as files, the receipt of `a` could not lie beside that of `a.json/b`, nor that of a version of `a`
beside those of the versions of `a/<etag>.json`."""


def version_name(report_id: str, year: int, key: str, etag: str) -> str:
    """Of one report version, in the lake's place or in the quarantine's: of each landed object version its own."""
    identity = hashlib.sha256(f"{etag}\n{key}".encode(errors="surrogatepass")).hexdigest()
    return f"versions/year={year}/{report_id}-{identity[:12]}.parquet"


def mart_name(table: str, year: int, part: int) -> str:
    """Of one part of a year's mart, in the lake's place."""
    return f"marts/{table}/year={year}/part-{part:02d}.parquet"


def decision_name(sha256: str, at: datetime, identity: str) -> str:
    """Of one decision on the file with these bytes, in the receipts' place."""
    return f"{DECISIONS}/{sha256}/{at:%Y%m%dT%H%M%S.%f}Z-{identity}.json"


def landing_name(path: str, folder: str = "") -> str:
    """Of a file that a person hands in, in the landing's place: its path on that person's machine, under `folder`.

    Nothing in it leads elsewhere, and it is short enough and visible; empty if nothing of it can be a name.
    """
    parts = [_as_part(part) for part in f"{folder}/{path}".replace("\\", "/").split("/")]
    name = "/".join(part for part in parts if part)
    while len(name.encode()) > _LONGEST and "/" in name:
        name = name.partition("/")[2]
    return name


def _as_part(part: str) -> str:
    """A part of a path as a part of a key: a long one keeps its end, where the ending is."""
    seen = _UNSEEN.sub("_", part)
    while len(seen.encode()) > _LONGEST_PART:
        seen = seen[1:]
    return "" if seen in (".", "..") else seen


def receipt_name(key: str) -> str:
    """The name, without its ending, of the receipt of what landed as `key`: `key` itself if it is a plain one."""
    if _is_plain(key):
        return key
    return f"{_FOLDER}/{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def older_receipt_name(key: str, etag: str) -> str:
    """The name, without its ending, of the receipt of an older version of what landed as `key`."""
    return f".versions/{receipt_name(key)}/{etag}"


def _is_plain(key: str) -> bool:
    parts = key.split("/")
    return (
        not _UNSEEN.search(key)
        and all(part and not part.startswith(".") and len(part.encode()) <= _LONGEST_PART for part in parts)
        and len(key.encode()) <= _LONGEST
        and not _FOLDER_LIKE_A_RECEIPT.search(key)
        and not _LIKE_A_VERSION.search(key)
    )


def has_alias(key: str) -> bool:
    """Whether some servers have an object of this key under another name."""
    return "//" in key or key.startswith("/")


def key_as_stored(s3: S3Client, bucket: str, key: str) -> str:
    """The name under which a listing has the object `key`.

    Where S3 is kept as files, `m/a//b.pdf` is one more name of `m/a/b.pdf`, and events tell of it; elsewhere the two
    are two objects.
    """
    stored = "/".join(part for part in key.split("/") if part)
    if key == stored or _is_listed(s3, bucket, key):
        return key
    return stored if head_object(s3, bucket, key) and _is_listed(s3, bucket, stored) else key


def _is_listed(s3: S3Client, bucket: str, key: str) -> bool:
    try:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 400:  # not a name that this server has
            return False
        raise
    return bool(found) and found[0]["Key"] == key
