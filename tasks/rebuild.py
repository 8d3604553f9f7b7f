"""The lake and the ledger made anew from what S3 holds: after a loss of the ledger, and from lake versions 1 and 2.

Receipts say what became of each landed object, decisions what people decided, report versions what was read. What has
no receipt is open, and goes the usual way. Nothing is read or judged again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from tasks.judge.decisions import RETRACTED, Review, review_in, review_text, reviews_in, reviews_of
from tasks.judge.review import index
from tasks.lake.rows import report_id
from tasks.lake.version2 import remove_version_2, stored_in_version_2
from tasks.lake.versions import StaleVersionError, put_tables, stored_version
from tasks.landing import add_landed
from tasks.ledger import Ledger, NewVersion, ObjectVersion, ReceiptWritten, Settlement
from tasks.ledger.compacting import exclusive
from tasks.ledger.leases import SECONDS
from tasks.ledger_loss import is_lost
from tasks.names import DECISIONS, REBUILDING, decision_name, version_name
from tasks.process_identity import process_identity
from tasks.receipt.as_json import Json
from tasks.receipt.outcome import is_name_bound, rules_of
from tasks.receipt.write import note_version, refresh_due, stored_receipts
from tasks.settings import Buckets, Place
from tasks.storage import S3Client, listing, read_object

_TOGETHER = 200
_AT_ONCE = 8
logger = logging.getLogger("nianbao.rebuild")


def rebuild(s3: S3Client, buckets: Buckets, ledger: Ledger) -> Counter[str]:
    """Make the ledger anew, whatever it holds; returns how many objects came to which outcome, and how many are `open`.

    Raises BusyError if another process is at it. One that dies over it has `recover` begin again.
    """
    with exclusive(ledger, "rebuild"):
        return _made_anew(s3, buckets, ledger)


def recover(s3: S3Client, buckets: Buckets, ledger: Ledger) -> bool:
    """`rebuild` a ledger that has been lost; whether it had. Raises BusyError while another process is at it."""
    if not is_lost(s3, buckets, ledger):
        return False
    with exclusive(ledger, "rebuild"):
        if not is_lost(s3, buckets, ledger):
            return False
        logger.warning("the ledger has been lost: it is made anew of what S3 holds")
        logger.warning("the ledger was made anew: %s", dict(_made_anew(s3, buckets, ledger)))
    return True


def _made_anew(s3: S3Client, buckets: Buckets, ledger: Ledger) -> Counter[str]:
    bucket, under_way = buckets.receipts.bucket, buckets.receipts.key(REBUILDING)
    s3.put_object(Bucket=bucket, Key=under_way, Body=b"")
    ledger.clear()
    _decisions(s3, buckets, ledger)
    found: Counter[str] = Counter()
    kept = _kept_versions(s3, buckets)
    receipts = (one for one in stored_receipts(s3, buckets) if not _is_to_be_judged(one[1], kept))
    for together in _firsts_before_duplicates(receipts):
        for part in _one_of_a_key(together):
            found += _settled(s3, buckets, ledger, part)
    add_landed(s3, buckets, ledger)
    refresh_due(s3, buckets, ledger, datetime.now(UTC), limit=1_000_000)
    found["open"] = ledger.counts().open
    s3.delete_object(Bucket=bucket, Key=under_way)
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
    reviews = _reviews(ledger, [receipt for _, _, receipt in wanted])
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        versions = list(threads.map(lambda one: _stored(s3, buckets, one[1], one[2], reviews), wanted))
    settlements = [
        settlement
        for (i, _, receipt), version in zip(wanted, versions, strict=True)
        if not (_is_judged(receipt) and version is None) and (settlement := _settlement(ledger, i, receipt, version))
    ]
    standings = {one.object_id: one.standing for one in ledger.settle(settlements, owner)} if settlements else {}
    written = [ReceiptWritten(i, name, standings[i].revision) for i, name, _ in wanted if i in standings]
    ledger.receipts_written(written, owner)
    ledger.release([i for i, _, _ in wanted if i not in standings], owner, uncount=True)
    return Counter(receipt["outcome"] for i, _, receipt in wanted if i in standings)


def _is_judged(receipt: Json) -> bool:
    return receipt["outcome"] in ("validated", "quarantined") and not receipt["duplicate_of"]


def _is_to_be_judged(receipt: Json, kept: Collection[str]) -> bool:
    """A failure of ours that left a version standing which was judged before: that is found out by judging anew."""
    return receipt["outcome"] == "failed" and _identity(version_name("", 0, *_key_and_etag(receipt))) in kept


def _kept_versions(s3: S3Client, buckets: Buckets) -> set[str]:
    """What the names of all report versions say of the objects that they were read from."""
    places = (buckets.lake, buckets.quarantine)
    return {_identity(found["Key"]) for place in places for found in listing(s3, place, "versions/")}


def _identity(name: str) -> str:
    return name.rpartition("-")[2]


def _key_and_etag(receipt: Json) -> tuple[str, str]:
    return receipt["object"]["key"], receipt["object"]["etag"]


def _stored(
    s3: S3Client, buckets: Buckets, name: str, receipt: Json, reviews: Mapping[str, Sequence[Review]]
) -> NewVersion | None:
    """The report version that a receipt tells of; None if there is none, or it is lost: then the file is read again.

    What lake version 2 keeps is written as one.
    """
    if not _is_judged(receipt):
        return None
    place = buckets.lake if receipt["outcome"] == "validated" else buckets.quarantine
    uri = receipt.get("version")
    try:
        if uri:
            found = stored_version(s3, place, place.name(uri.removeprefix(f"s3://{place.bucket}/")))
        else:
            found = _converted(s3, place, receipt, reviews.get(receipt["object"]["sha256"], ()))
            note_version(s3, buckets, name, receipt, place.uri(found.name))
            remove_version_2(s3, place, receipt["report_id"], receipt["year"] or 0)
    except StaleVersionError as error:
        if _is_current(receipt):
            logger.warning("%s: %s", receipt["object"]["key"], error)
            return None
        found = _replaced(place is buckets.lake, receipt)
    return replace(found, was_in_lake=found.place == "quarantine" and _was_in_lake(receipt))


def _is_current(receipt: Json) -> bool:
    """Whether the version that a receipt tells of may stand in lake or quarantine; version 2 does not say."""
    return bool(receipt["standing"]["is_current"]) if "standing" in receipt else True


def _was_in_lake(receipt: Json) -> bool:
    if "standing" in receipt:
        return bool(receipt["standing"]["was_in_lake"])
    return any(finding["rule"] == RETRACTED for finding in receipt["findings"])


def _replaced(is_in_lake: bool, receipt: Json) -> NewVersion:
    """A version that was replaced, and removed."""
    who = (receipt["agency"], receipt["year"])
    name = version_name(receipt["report_id"], receipt["year"] or 0, *_key_and_etag(receipt))
    is_named = bool(all(who)) and receipt["report_id"] == report_id(*who)
    return NewVersion("lake" if is_in_lake else "quarantine", name, is_named=is_named, is_stored=False)


def _converted(s3: S3Client, place: Place, receipt: Json, reviews: Sequence[Review]) -> NewVersion:
    """Raises StaleVersionError if version 2 does not keep it: another version may have taken its place."""
    tables = stored_in_version_2(s3, place, receipt["report_id"], receipt["year"] or 0, reviews)
    if tables is None or tables["reports"]["source_etag"][0].as_py() != receipt["object"]["etag"]:
        raise StaleVersionError(f"{receipt['report_id']}（版本 2）")
    return put_tables(s3, place, tables)


def _reviews(ledger: Ledger, receipts: Sequence[Json]) -> dict[str, list[Review]]:
    """The decisions on these receipts' bytes."""
    found = ledger.decisions({receipt["object"]["sha256"] for receipt in receipts})
    return {sha256: reviews_of(row.content for row in rows) for sha256, rows in found.items()}


def _settlement(ledger: Ledger, object_id: int, receipt: Json, version: NewVersion | None) -> Settlement | None:
    """None for the duplicate of what is not there any more."""
    landed, review, first = receipt["object"], receipt.get("review"), _first(ledger, receipt)
    if receipt["duplicate_of"] and first is None:
        return None
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
        first,
        is_name_bound(receipt["reason"], (finding["rule"] for finding in receipt["findings"])),
        review["kind"] if review else None,
        version,
        rules=rules_of(receipt["reason"], (finding["rule"] for finding in receipt["findings"])),
    )


def _first(ledger: Ledger, receipt: Json) -> int | None:
    if not receipt["duplicate_of"]:
        return None
    same = ledger.find(receipt["object"]["bucket"], receipt["duplicate_of"])
    return next((row.id for row in same if row.sha256 == receipt["object"]["sha256"]), None)


def _decisions(s3: S3Client, buckets: Buckets, ledger: Ledger) -> None:
    """All decisions; of version 2, which kept those on one file in one object, each becomes one of its own."""
    place = buckets.receipts
    for found in listing(s3, place, f"{DECISIONS}/"):
        name = place.name(found["Key"])
        body = read_object(s3, place, name) or b""
        sha256, slash, _ = name.removeprefix(f"{DECISIONS}/").partition("/")
        if slash:
            review = review_in(body)
            if review:
                index(ledger, name, sha256, review)
            continue
        for number, review in enumerate(reviews_in(body)):
            sha256 = sha256.removesuffix(".json")
            new_name = decision_name(sha256, review.decision.at, f"v2-{number}")
            s3.put_object(Bucket=place.bucket, Key=place.key(new_name), Body=review_text(review).encode())
            index(ledger, new_name, sha256, review)


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


def _firsts_before_duplicates(receipts: Iterator[tuple[str, Json]]) -> Iterator[list[tuple[str, Json]]]:
    """In batches; a duplicate is settled after all that it may be one of."""
    duplicates: list[tuple[str, Json]] = []
    while together := list(islice(receipts, _TOGETHER)):
        duplicates += [one for one in together if one[1]["duplicate_of"]]
        yield [one for one in together if not one[1]["duplicate_of"]]
    for start in range(0, len(duplicates), _TOGETHER):
        yield duplicates[start : start + _TOGETHER]
