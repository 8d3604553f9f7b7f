"""Receipt: what became of a landed object, kept beside nothing but other receipts.

In the receipts place: `<name>.json` and `.html` for the version that landed last, where the name is the landing key, if
that is a plain one (`tasks.names`); for those before it `.versions/<name>/<etag>.json` and `.html`; and
`.index/sha256/<sha256>.json`, which names the object that was first to have these bytes. What people
decided stands there too (`tasks.judge.decisions`). What is damaged counts as absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.lock import exclusive
from tasks.missing import mark_seen
from tasks.names import receipt_name
from tasks.receipt.as_json import Json, receipt_dict, to_text
from tasks.receipt.page import Picture, receipt_page
from tasks.receipt.shape import first_in, receipt_in
from tasks.settings import Buckets
from tasks.storage import S3Client, read_object
from tasks.values import Receipt, Report, Source

_JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_FIRST_TO_COUNT = ("validated", "quarantined", "rejected")
"""What makes the same bytes under another key a duplicate: not a failure, nor a duplicate itself."""


@dataclass(frozen=True, slots=True)
class Filing:
    """A receipt that is to be written, with what its card shows: the tables and the page pictures, if there are any.

    `is_first`: it is known that no other object had these bytes before.
    """

    receipt: Receipt
    report: Report | None = None
    pictures: Sequence[Picture] = ()
    is_first: bool = False


def write_receipt(
    s3: S3Client,
    buckets: Buckets,
    receipt: Receipt,
    report: Report | None = None,
    pictures: Sequence[Picture] = (),
) -> str:
    """Write the receipt and return its JSON's address.

    A late receipt of an older version never replaces that of a newer one: it is kept among the older versions.
    """
    with writing(s3, buckets, (receipt.key,)) as write:
        return write(Filing(receipt, report, pictures))


@contextmanager
def writing(s3: S3Client, buckets: Buckets, keys: Sequence[str]) -> Iterator[Callable[[Filing], str]]:
    """A function that writes the receipt of each of the objects `keys`, as `write_receipt` does."""
    written: list[tuple[str, str]] = []

    def write(filing: Filing) -> str:
        address = _write(s3, buckets, filing)
        written.append((filing.receipt.key, filing.receipt.etag))
        return address

    with exclusive(s3, buckets, *map(_lock, keys), lasting=len(keys) > 1):
        try:
            yield write
        finally:
            mark_seen(s3, buckets, *written)


def _write(s3: S3Client, buckets: Buckets, filing: Filing) -> str:
    receipt = filing.receipt
    content = receipt_dict(receipt)
    name = _make_room(s3, buckets, read_receipt(s3, buckets, receipt.key), content)
    _put(s3, buckets, f"{name}.html", receipt_page(receipt, filing.report, filing.pictures), _HTML)
    _put(s3, buckets, f"{name}.json", to_text(content), _JSON)
    if receipt.outcome in _FIRST_TO_COUNT and receipt.sha256:
        _index(s3, buckets, receipt, is_first=filing.is_first)
    return buckets.receipts.uri(f"{name}.json")


def read_receipt(s3: S3Client, buckets: Buckets, key: str, etag: str | None = None) -> Json | None:
    """The receipt of the object that landed as `key`: of its last version, or of the version `etag`."""
    current = receipt_in(read_object(s3, buckets.receipts, f"{receipt_name(key)}.json"), key)
    if etag is None or (current and current["object"]["etag"] == etag):
        return current
    return receipt_in(read_object(s3, buckets.receipts, f"{version_name(key, etag)}.json"), key)


def list_receipts(s3: S3Client, buckets: Buckets) -> Iterator[Json]:
    """The receipt of every landed object's last version, by key."""
    place = buckets.receipts
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key(""))
    for page in pages:
        for found in page.get("Contents", []):
            name = place.name(found["Key"])
            receipt = receipt_in(read_object(s3, place, name)) if _may_be_receipt(name) else None
            if receipt and name == f"{receipt_name(receipt['object']['key'])}.json":
                yield receipt


def find_first(s3: S3Client, buckets: Buckets, sha256: str) -> Json | None:
    """Bucket, key and etag of the first object with these bytes, if there was one."""
    return first_in(read_object(s3, buckets.receipts, _index_name(sha256)))


def find_duplicate(s3: S3Client, buckets: Buckets, source: Source) -> Json | None:
    """The receipt of the first object with the same bytes under another key, if there is one."""
    return receipt_of_first(s3, buckets, source, find_first(s3, buckets, source.sha256))


def receipt_of_first(s3: S3Client, buckets: Buckets, source: Source, first: Json | None) -> Json | None:
    """The receipt of `first`, if that is another object than `source`."""
    if first is None or first["key"] == source.key:
        return None
    receipt = read_receipt(s3, buckets, first["key"], first["etag"])
    return receipt if receipt and receipt["object"]["sha256"] == source.sha256 else None


def mark_superseded(s3: S3Client, buckets: Buckets, key: str, etag: str) -> None:
    """Mark the receipt of a validated version: it stays in the lake, but a later one is in quarantine."""
    with exclusive(s3, buckets, _lock(key)):
        current = read_receipt(s3, buckets, key)
        is_current = current is not None and current["object"]["etag"] == etag
        receipt = current if is_current else read_receipt(s3, buckets, key, etag)
        if receipt:
            name = receipt_name(key) if is_current else version_name(key, etag)
            _put(s3, buckets, f"{name}.json", to_text(receipt | {"superseded_by_quarantined": True}), _JSON)


def _make_room(s3: S3Client, buckets: Buckets, current: Json | None, new: Json) -> str:
    """The name for the new receipt, after the current one has been put aside if it is of an older version."""
    key: str = new["object"]["key"]
    etag: str = new["object"]["etag"]
    if current is None or current["object"]["etag"] == etag:
        return receipt_name(key)
    if _landed(current) > _landed(new):
        return version_name(key, etag)
    older = version_name(key, current["object"]["etag"])
    for ending, media_type in ((".html", _HTML), (".json", _JSON)):
        body = read_object(s3, buckets.receipts, f"{receipt_name(key)}{ending}")
        _put(s3, buckets, f"{older}{ending}", body or b"", media_type)
        s3.delete_object(Bucket=buckets.receipts.bucket, Key=buckets.receipts.key(version_name(key, etag) + ending))
    return receipt_name(key)


def _landed(receipt: Json) -> tuple[datetime, str]:
    at = receipt["object"]["landed_at"]
    return (datetime.fromisoformat(at) if at else datetime.min.replace(tzinfo=UTC), receipt["object"]["etag"])


def _index(s3: S3Client, buckets: Buckets, receipt: Receipt, *, is_first: bool) -> None:
    """Without a lock: of two that come at the same instant both were read, and either may be called the first."""
    if is_first or find_first(s3, buckets, receipt.sha256) is None:
        first = {"bucket": receipt.bucket, "key": receipt.key, "etag": receipt.etag}
        _put(s3, buckets, _index_name(receipt.sha256), to_text(first), _JSON)


def _may_be_receipt(name: str) -> bool:
    """Only the receipts of keys that are not plain lie in a folder of ours."""
    return name.endswith(".json") and (not name.startswith(".") or name.startswith(".keys/"))


def _index_name(sha256: str) -> str:
    return f".index/sha256/{sha256}.json"


def version_name(key: str, etag: str) -> str:
    """The name, without its ending, under which the receipt of an older version of an object is kept."""
    return f".versions/{receipt_name(key)}/{etag}"


def receipt_place(s3: S3Client, buckets: Buckets, key: str, etag: str) -> str:
    """The name, without its ending, of this version's receipt: a later version may have taken its place."""
    current = read_receipt(s3, buckets, key)
    is_older = current is not None and current["object"]["etag"] != etag
    return version_name(key, etag) if is_older else receipt_name(key)


def _lock(key: str) -> str:
    return f"receipt/{key}"


def _put(s3: S3Client, buckets: Buckets, name: str, content: str | bytes, media_type: str) -> None:
    place = buckets.receipts
    body = content.encode() if isinstance(content, str) else content
    s3.put_object(Bucket=place.bucket, Key=place.key(name), Body=body, ContentType=media_type)
