"""Receipts in S3: one for each landed object version, `<name>.json` for programs and `<name>.html` for people.

`<name>` is made of the landing key (`tasks.names`) for the version that landed last, and lies in `.versions/` for those
before it: the ledger says which is which, and no two versions of a key are processed at a time. What is damaged counts
as absent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from tasks.ledger import Ledger, ObjectRow, ReceiptWritten, Standing
from tasks.ledger.leases import SECONDS
from tasks.names import older_receipt_name, receipt_name
from tasks.receipt.as_json import Json, receipt_dict, to_text
from tasks.receipt.page import Picture, receipt_page
from tasks.receipt.shape import receipt_in
from tasks.receipt.standing import brought_up_to_date, standing_dict
from tasks.settings import Buckets
from tasks.storage import S3Client, listing, read_object
from tasks.values import Receipt, Report

_AT_ONCE = 20
_JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"


def write_receipt(
    s3: S3Client,
    buckets: Buckets,
    name: str,
    receipt: Receipt,
    standing: Standing,
    report: Report | None = None,
    pictures: Sequence[Picture] = (),
) -> None:
    """Write the receipt as `name`, the page first: whoever finds the JSON finds both."""
    content = receipt_dict(receipt) | standing_dict(standing, receipt.version)
    _put(s3, buckets, f"{name}.html", receipt_page(receipt, standing, report, pictures), _HTML)
    _put(s3, buckets, f"{name}.json", to_text(content), _JSON)


def read_receipt(s3: S3Client, buckets: Buckets, key: str, etag: str | None = None) -> Json | None:
    """The receipt of the object that landed as `key`: of its last version, or of the version `etag`."""
    current = receipt_in(read_object(s3, buckets.receipts, f"{receipt_name(key)}.json"), key)
    if etag is None or (current and current["object"]["etag"] == etag):
        return current
    return receipt_in(read_object(s3, buckets.receipts, f"{older_receipt_name(key, etag)}.json"), key)


def make_room(s3: S3Client, buckets: Buckets, ledger: Ledger, row: ObjectRow) -> str:
    """The name for the receipt of `row`, after the one of an older version has been put aside."""
    others = [other for other in ledger.find(row.object.bucket, row.object.key) if other.id != row.id]
    older = [other for other in others if landed(other) < landed(row)]
    if any(other.receipt_name for other in others if other not in older):
        return older_receipt_name(row.object.key, row.object.etag)
    name = receipt_name(row.object.key)
    refresh(s3, buckets, ledger, [other for other in older if other.receipt_name == name], is_older=True)
    return name


def forget_former(s3: S3Client, buckets: Buckets, row: ObjectRow, name: str) -> None:
    """Remove the receipt of `row` from where it lay as an older version's: that came back, and lies at `name`."""
    if row.receipt_name not in (None, name):
        place = buckets.receipts
        for ending in ("json", "html"):
            s3.delete_object(Bucket=place.bucket, Key=place.key(f"{row.receipt_name}.{ending}"))


def refresh(
    s3: S3Client, buckets: Buckets, ledger: Ledger, rows: Collection[ObjectRow], *, is_older: bool = False
) -> None:
    """Have the receipts of `rows` say where the reports stand now; with `is_older`, as those of older versions."""
    if not rows:
        return
    standings = ledger.standing([row.id for row in rows])
    done = []
    for row in rows:
        standing, name = standings[row.id], row.receipt_name
        if name is None:
            done.append(ReceiptWritten(row.id, None, standing.revision))
            continue
        new_name = older_receipt_name(row.object.key, row.object.etag) if is_older else name
        receipt = receipt_in(read_object(s3, buckets.receipts, f"{name}.json"), row.object.key)
        if receipt and receipt["object"]["etag"] == row.object.etag:
            page = read_object(s3, buckets.receipts, f"{name}.html")
            told, new_page = brought_up_to_date(receipt, page.decode() if page else None, standing)
            if new_page is not None:
                _put(s3, buckets, f"{new_name}.html", new_page, _HTML)
            _put(s3, buckets, f"{new_name}.json", to_text(told), _JSON)
        done.append(ReceiptWritten(row.id, new_name, standing.revision))
    ledger.receipts_written(done)


def refresh_due(s3: S3Client, buckets: Buckets, ledger: Ledger, older_than: datetime, limit: int = 500) -> int:
    """`refresh` those whose standing has changed since they were written; returns how many there were.

    Each is held meanwhile, so that no other version of the object moves it, or writes its own in the same place.
    """
    done, owner = 0, f"receipts/{uuid4().hex}"
    while ids := ledger.claim_receipts(older_than, owner, SECONDS, min(_AT_ONCE, limit - done)):
        try:
            refresh(s3, buckets, ledger, ledger.get(ids).values())
        finally:
            ledger.release_receipts(ids, owner)
        done += len(ids)
    return done


def note_version(s3: S3Client, buckets: Buckets, name: str, receipt: Json, uri: str) -> None:
    """Have a receipt of lake version 2 name the report version that its report was made to be."""
    _put(s3, buckets, f"{name}.json", to_text(receipt | {"version": uri}), _JSON)


def stored_receipts(s3: S3Client, buckets: Buckets) -> Iterator[tuple[str, Json]]:
    """Every receipt that is in S3, of whatever version, with its name: what a ledger is made of anew."""
    place = buckets.receipts
    for found in listing(s3, place):
        name, dot, ending = place.name(found["Key"]).rpartition(".")
        if dot and ending == "json" and not name.startswith((".decisions/", ".index/")):
            receipt = receipt_in(read_object(s3, place, f"{name}.json"))
            if receipt and name in _names_of(receipt) and not _has_moved(s3, buckets, name, receipt):
                yield name, receipt


def _has_moved(s3: S3Client, buckets: Buckets, name: str, receipt: Json) -> bool:
    """Whether it was left behind when its version came back as the last one (see `forget_former`)."""
    key, etag = receipt["object"]["key"], receipt["object"]["etag"]
    if name == receipt_name(key):
        return False
    current = read_receipt(s3, buckets, key)
    return current is not None and current["object"]["etag"] == etag


def _names_of(receipt: Json) -> tuple[str, str]:
    landed_object = receipt["object"]
    key, etag = landed_object["key"], landed_object["etag"]
    return receipt_name(key), older_receipt_name(key, etag)


def landed(row: ObjectRow) -> tuple[datetime, str]:
    """What orders the versions of an object; of the same instant the greater etag counts as the later."""
    return (row.object.landed_at or row.seen_at, row.object.etag)


def _put(s3: S3Client, buckets: Buckets, name: str, content: str, media_type: str) -> None:
    place = buckets.receipts
    s3.put_object(Bucket=place.bucket, Key=place.key(name), Body=content.encode(), ContentType=media_type)
