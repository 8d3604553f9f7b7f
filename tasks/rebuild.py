"""The lake and the ledger made anew from what S3 holds: after a loss of the ledger, and from lake versions 1 and 2.

Receipts say what became of each landed object, decisions what people decided, report versions what was read. What has
no receipt is open, and goes the usual way. Nothing is read or judged again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from tasks.judge.decisions import Review, review_in, review_text, reviews_in
from tasks.lake.version2 import stored_in_version_2
from tasks.lake.versions import StaleVersionError, put_tables, stored_version
from tasks.landing import add_landed
from tasks.ledger import Ledger, NewVersion, ObjectVersion, ReceiptWritten, Settlement
from tasks.ledger.leases import SECONDS
from tasks.names import DECISIONS, decision_name
from tasks.process_identity import process_identity
from tasks.receipt.as_json import Json
from tasks.receipt.write import refresh_due, stored_receipts
from tasks.settings import Buckets, Place
from tasks.storage import S3Client, read_object

_TOGETHER = 200
_AT_ONCE = 8
A = TypeVar("A")
logger = logging.getLogger("nianbao.rebuild")


def rebuild(s3: S3Client, buckets: Buckets, ledger: Ledger) -> Counter[str]:
    """Fill an empty ledger; returns how many objects came to which outcome, and how many are `open`."""
    _decisions(s3, buckets, ledger)
    found: Counter[str] = Counter()
    late: list[tuple[str, Json]] = []
    for together in _batches(stored_receipts(s3, buckets), _TOGETHER):
        firsts = [one for one in together if not one[1]["duplicate_of"]]
        late += [one for one in together if one[1]["duplicate_of"]]
        for part in _one_of_a_key(firsts):
            found += _settled(s3, buckets, ledger, part)
    for start in range(0, len(late), _TOGETHER):
        for part in _one_of_a_key(late[start : start + _TOGETHER]):
            found += _settled(s3, buckets, ledger, part)
    add_landed(s3, buckets, ledger)
    refresh_due(s3, buckets, ledger, datetime.now(UTC), limit=1_000_000)
    found["open"] = ledger.counts().open
    return found


def _settled(s3: S3Client, buckets: Buckets, ledger: Ledger, receipts: Sequence[tuple[str, Json]]) -> Counter[str]:
    """Their outcomes, as if they had been judged just now; the receipts are there already."""
    if not receipts:
        return Counter()
    owner = process_identity()
    landed = {_version_of(receipt): (name, receipt) for name, receipt in receipts}
    ledger.add(landed)
    ids = ledger.ids_of(landed)
    claimed = {one.id for one in ledger.claim(list(ids.values()), owner, SECONDS)}
    wanted = [(ids[one], *landed[one]) for one in landed if ids[one] in claimed]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        versions = list(threads.map(lambda one: _stored(s3, buckets, one[2]), wanted))
    settlements = [
        _settlement(ledger, i, receipt, version)
        for (i, _, receipt), version in zip(wanted, versions, strict=True)
        if not _is_lost(receipt, version)
    ]
    standings = {one.object_id: one.standing for one in ledger.settle(settlements, owner)} if settlements else {}
    written = [ReceiptWritten(i, name, standings[i].revision) for i, name, _ in wanted if i in standings]
    ledger.receipts_written(written, owner)
    ledger.release([i for i, _, _ in wanted if i not in standings], owner, uncount=True)
    return Counter(receipt["outcome"] for i, _, receipt in wanted if i in standings)


def _is_lost(receipt: Json, version: NewVersion | None) -> bool:
    """A judged report whose version is gone: its object stays open, and is read again."""
    return version is None and _is_judged(receipt) and bool(receipt["written"])


def _is_judged(receipt: Json) -> bool:
    return receipt["outcome"] in ("validated", "quarantined") and not receipt["duplicate_of"]


def _stored(s3: S3Client, buckets: Buckets, receipt: Json) -> NewVersion | None:
    """The report version that a receipt tells of; what lake version 2 keeps is written as one."""
    if not _is_judged(receipt):
        return None
    place = buckets.lake if receipt["outcome"] == "validated" else buckets.quarantine
    uri = receipt.get("version")
    try:
        if uri:
            return stored_version(s3, place, place.name(uri.removeprefix(f"s3://{place.bucket}/")))
        return _converted(s3, place, receipt)
    except StaleVersionError as error:
        logger.warning("%s: %s", receipt["object"]["key"], error)
        return None


def _converted(s3: S3Client, place: Place, receipt: Json) -> NewVersion | None:
    tables = stored_in_version_2(s3, place, receipt["report_id"], receipt["year"] or 0)
    if tables is None or tables["reports"]["source_etag"][0].as_py() != receipt["object"]["etag"]:
        return None
    return put_tables(s3, place, tables)


def _settlement(ledger: Ledger, object_id: int, receipt: Json, version: NewVersion | None) -> Settlement:
    landed, review = receipt["object"], receipt.get("review")
    return Settlement(
        object_id,
        receipt["outcome"],
        receipt["reason"],
        receipt["message"],
        receipt["agency"],
        receipt["year"],
        receipt["form"],
        receipt["report_id"],
        landed["sha256"] or None,
        landed["size"],
        _instant(landed["landed_at"]),
        _first(ledger, receipt),
        bool(receipt.get("is_name_bound")),
        review["kind"] if review else None,
        version,
    )


def _first(ledger: Ledger, receipt: Json) -> int | None:
    if not receipt["duplicate_of"]:
        return None
    same = ledger.find(receipt["object"]["bucket"], receipt["duplicate_of"])
    return next((row.id for row in same if row.sha256 == receipt["object"]["sha256"]), None)


def _decisions(s3: S3Client, buckets: Buckets, ledger: Ledger) -> None:
    """All decisions; of version 2, which kept those on one file in one object, each becomes one of its own."""
    place = buckets.receipts
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key(f"{DECISIONS}/")):
        for found in page.get("Contents", []):
            name = place.name(found["Key"])
            body = read_object(s3, place, name) or b""
            sha256, slash, _ = name.removeprefix(f"{DECISIONS}/").partition("/")
            if slash:
                review = review_in(body)
                if review:
                    _index(ledger, name, sha256, review)
                continue
            for number, review in enumerate(reviews_in(body)):
                sha256 = sha256.removesuffix(".json")
                new_name = decision_name(sha256, review.decision.at, f"v2-{number}")
                s3.put_object(Bucket=place.bucket, Key=place.key(new_name), Body=review_text(review).encode())
                _index(ledger, new_name, sha256, review)


def _index(ledger: Ledger, name: str, sha256: str, review: Review) -> None:
    d = review.decision
    content = review_text(review)
    ledger.add_decision(name=name, sha256=sha256, kind=d.kind, by=d.by, at=d.at, note=d.note, content=content)


def _version_of(receipt: Json) -> ObjectVersion:
    landed: Mapping[str, Any] = receipt["object"]
    at = _instant(landed["landed_at"])
    return ObjectVersion(landed["bucket"], landed["key"], landed["etag"], at, landed["size"])


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _one_of_a_key(receipts: Sequence[tuple[str, Json]]) -> Iterator[list[tuple[str, Json]]]:
    """In parts that have no two versions of one object: no two of those are worked at together."""
    waiting = list(receipts)
    while waiting:
        part = {receipt["object"]["key"]: (name, receipt) for name, receipt in reversed(waiting)}
        yield list(part.values())
        taken = {name for name, _ in part.values()}
        waiting = [one for one in waiting if one[0] not in taken]


def _batches(things: Iterator[A], size: int) -> Iterator[list[A]]:
    while together := list(islice(things, size)):
        yield together
