"""The one way of a report: landed objects to their outcomes, many at a time; one object is a batch of one.

`prepare` needs S3 alone, and may run anywhere: fetch, read, judge, write the report version. `finish` settles in the
ledger what was prepared, and writes the receipts. `process` is both, for objects that were claimed. Whoever calls, the
same is left behind; and whatever dies at any point is done again from the start, which changes nothing that holds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from tasks.fetch import ObjectGoneError, fetch
from tasks.judge.decisions import in_force, review_in
from tasks.judge.files import Examined, Judgement, examine_file, judge_examined
from tasks.lake.rows import Judged
from tasks.lake.versions import put_version, remove_version
from tasks.ledger import (
    Claimed,
    DecisionRow,
    LeaseLostError,
    Ledger,
    LedgerAwayError,
    NewVersion,
    ObjectRow,
    ReceiptWritten,
    Settlement,
    Standing,
)
from tasks.ledger.leases import MOST_ATTEMPTS, leases
from tasks.ledger.leases import SECONDS as LEASE_SECONDS
from tasks.receipt.outcome import (
    Origin,
    duplicate_receipt,
    failed_receipt,
    is_name_bound,
    judged_receipt,
    rejected_receipt,
    rules_of,
    unread,
)
from tasks.receipt.page import Picture, pages_with_cells
from tasks.receipt.page.pictures import receipt_page_pictures
from tasks.receipt.write import forget_former, make_room, refresh_due, write_receipt
from tasks.settings import Buckets
from tasks.shown import shown
from tasks.storage import S3Client, is_outage, s3_client
from tasks.values import Receipt, Report, Source

AGAIN_SECONDS = 10.0
"""What broke is not tried again at once: what is the matter with S3, or with this machine, may be over by then."""

TOGETHER = 25
"""Objects that share a validation and a transaction."""

_READERS = 2
_WRITERS = 4
"""Objects at a time in one process: most of the time goes in waiting, for S3 and for the process that reads."""

A = TypeVar("A")
B = TypeVar("B")
logger = logging.getLogger("nianbao.pipeline")


class Known(Protocol):
    """What the ledger knows of bytes."""

    def first(self, sha256: str, not_id: int) -> ObjectRow | None:
        """The first other object with these bytes whose outcome holds for whatever has them."""

    def decisions(self, sha256: str) -> Sequence[DecisionRow]:
        """What people decided on these bytes, from the first to the last."""


@dataclass(frozen=True, slots=True)
class KnownNow:
    """As the ledger knows it at the moment of asking."""

    ledger: Ledger

    def first(self, sha256: str, not_id: int) -> ObjectRow | None:
        return self.ledger.first_with(sha256, not_id)

    def decisions(self, sha256: str) -> Sequence[DecisionRow]:
        return self.ledger.decisions([sha256]).get(sha256, [])


@dataclass(frozen=True, slots=True)
class KnownThen:
    """As the ledger knew it, for workers that cannot ask it; what came since is found when the outcome is settled."""

    rows: Mapping[str, Sequence[DecisionRow]]

    @classmethod
    def of(cls, ledger: Ledger) -> KnownThen:
        """All decisions; which bytes were there before is left to `finish`."""
        return cls(ledger.every_decision())

    def first(self, sha256: str, not_id: int) -> ObjectRow | None:
        return None

    def decisions(self, sha256: str) -> Sequence[DecisionRow]:
        return self.rows.get(sha256, ())


@dataclass(frozen=True, slots=True)
class Prepared:
    """An object that was judged, whose outcome the ledger does not know yet; without a receipt it is gone."""

    claimed: Claimed
    settlement: Settlement
    receipt: Receipt | None = None
    report: Report | None = None
    pictures: tuple[Picture, ...] = ()
    decisions: int = 0
    """How many decisions on its bytes were known."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An object whose machinery broke: nothing is known of it."""

    claimed: Claimed
    error: Exception


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an object: an outcome with its receipt, `gone`, `lost` to another owner, or an `error`."""

    claimed: Claimed
    outcome: str
    receipt: Receipt | None = None
    report: Report | None = None
    error: Exception | None = None


def process(
    ledger: Ledger, buckets: Buckets, claimed: Sequence[Claimed], owner: str, origin: Origin
) -> Iterator[Ended]:
    """Process what `owner` has claimed, on the S3 server that the environment names; the next are read meanwhile."""
    s3, known = s3_client(), KnownNow(ledger)
    with leases(ledger, [one.id for one in claimed], owner), ThreadPoolExecutor(1) as ahead:
        parts = list(_parts(claimed))
        for prepared in _one_ahead(ahead, lambda part: prepare(s3, buckets, known, part, origin), parts):
            yield from finish(s3, ledger, buckets, prepared, owner, origin)
    if claimed:
        _refresh(s3, buckets, ledger)


def prepare(
    s3: S3Client, buckets: Buckets, known: Known, claimed: Sequence[Claimed], origin: Origin
) -> list[Prepared | Trouble]:
    """Everything up to the ledger: what is to be settled for each object."""
    with ThreadPoolExecutor(_READERS) as readers, ThreadPoolExecutor(_WRITERS) as writers:
        read = _each(readers, lambda one: _read(s3, known, one, origin), claimed)
        done: list[Prepared | Trouble] = [one for one in read if not isinstance(one, _Read)]
        waiting = [one for one in read if isinstance(one, _Read)]
        judgements = _judged([one.examined for one in waiting])
        pairs = list(zip(waiting, judgements, strict=True))
        written = _each(writers, lambda pair: _written(s3, buckets, *pair, origin), pairs)
        return [*done, *written]


def finish(
    s3: S3Client,
    ledger: Ledger,
    buckets: Buckets,
    prepared: Sequence[Prepared | Trouble],
    owner: str,
    origin: Origin,
) -> list[Ended]:
    """One transaction for all outcomes, then the receipts."""
    broken, over = _sorted_out(prepared, origin)
    _give_back(ledger, broken, owner)
    ended = [Ended(one.claimed, "error", error=one.error) for one in broken]
    settled = _settled(ledger, over, owner, but_for_duplicates=True)
    if len(settled) < len(over):
        known_now = [one if one.claimed.id in settled else _as_duplicate(ledger, one, origin) for one in over]
        settled |= _settled(ledger, [one for one in known_now if one.claimed.id not in settled], owner)
        for was, one in zip(over, known_now, strict=True):
            if one is not was and one.claimed.id in settled and was.settlement.version:
                version = was.settlement.version
                remove_version(s3, buckets.lake if version.place == "lake" else buckets.quarantine, version.name)
        over = known_now
    rows = ledger.get(settled)

    def write(one: Prepared) -> tuple[Ended, ReceiptWritten | None]:
        standing = settled.get(one.claimed.id)
        if standing is None:
            return Ended(one.claimed, "lost"), None
        if one.receipt is None:
            return Ended(one.claimed, "gone"), ReceiptWritten(one.claimed.id, None, standing.revision)
        name = make_room(s3, buckets, ledger, rows[one.claimed.id])
        write_receipt(s3, buckets, name, one.receipt, standing, one.report, one.pictures)
        forget_former(s3, buckets, rows[one.claimed.id], name)
        ending = Ended(one.claimed, one.receipt.outcome, one.receipt, one.report)
        return ending, ReceiptWritten(one.claimed.id, name, standing.revision)

    with ThreadPoolExecutor(_WRITERS) as writers:
        found = _each(writers, write, over)
    written = [one for one in found if not isinstance(one, Trouble)]
    ledger.receipts_written([receipt for _, receipt in written if receipt], owner)
    _look_again(ledger, over)
    return [*ended, *(one for one, _ in written), *(_unwritten(one) for one in found if isinstance(one, Trouble))]


def _settled(
    ledger: Ledger, over: Sequence[Prepared], owner: str, *, but_for_duplicates: bool = False
) -> dict[int, Standing]:
    """Where each stands that is settled now: not those that were lost to another owner."""
    if not over:
        return {}
    try:
        settled = ledger.settle([one.settlement for one in over], owner, but_for_duplicates=but_for_duplicates)
    except LeaseLostError:
        return {}
    return {one.object_id: one.standing for one in settled}


def _as_duplicate(ledger: Ledger, one: Prepared, origin: Origin) -> Prepared:
    """As the duplicate that it is, if its bytes have an outcome by now that was not known when it was read."""
    receipt, settlement = one.receipt, one.settlement
    if one.claimed.is_replay or not settlement.sha256 or receipt is None or settlement.duplicate_of:
        return one
    first = ledger.first_with(settlement.sha256, one.claimed.id)
    if first is None:
        return one
    source = replace(unread(one.claimed.object), sha256=receipt.sha256, size=receipt.size, landed_at=receipt.landed_at)
    return _prepared(one.claimed, duplicate_receipt(source, first, receipt.seconds, origin), duplicate_of=first.id)


def _look_again(ledger: Ledger, over: Sequence[Prepared]) -> None:
    """Have those done again on which somebody decided while they were judged; who decides now finds them closed."""
    heeded = {
        o.claimed.id: (o.receipt.sha256, o.decisions) for o in over if o.receipt and not o.settlement.duplicate_of
    }
    standing = ledger.decisions({sha256 for sha256, _ in heeded.values() if sha256})
    late = [i for i, (sha256, number) in heeded.items() if len(standing.get(sha256, ())) != number]
    if late:
        ledger.reopen(late)


def give_up(ledger: Ledger, buckets: Buckets, ids: Sequence[int], owner: str) -> list[Ended]:
    """Objects whose runs died again and again: their outcome is `failed`, and their receipts say so."""
    why = f"处理程序 {MOST_ATTEMPTS} 次都没有完成"
    return _failed(ledger, buckets, ids, owner, lambda source: failed_receipt(source, why, Origin()))


def cancelled(ledger: Ledger, buckets: Buckets, ids: Sequence[int], owner: str) -> list[Ended]:
    """Objects whose run a person cancelled: `failed` for that reason, until somebody replays them."""
    why, reason = "运行已由人取消", "PROCESSING.CANCELLED"
    return _failed(ledger, buckets, ids, owner, lambda source: failed_receipt(source, why, Origin(), reason))


def _failed(
    ledger: Ledger, buckets: Buckets, ids: Sequence[int], owner: str, receipt_of: Callable[[Source], Receipt]
) -> list[Ended]:
    claimed = ledger.claim(ids, owner, LEASE_SECONDS)
    prepared = [_prepared(one, receipt_of(unread(one.object))) for one in claimed]
    return finish(s3_client(), ledger, buckets, prepared, owner, Origin())


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of an object."""

    claimed: Claimed
    source: Source
    examined: Examined
    decisions: int
    seconds: dict[str, float]


def _read(s3: S3Client, known: Known, one: Claimed, origin: Origin) -> _Read | Prepared:
    landed, start = one.object, time.perf_counter()
    try:
        source = fetch(s3, landed.bucket, landed.key, landed.etag, landed.landed_at)
    except ObjectGoneError:
        return Prepared(one, Settlement(one.id, "gone"))
    seconds = {"fetch": round(time.perf_counter() - start, 4)}
    first = None if one.is_replay or not source.sha256 else known.first(source.sha256, one.id)
    if first:
        return _prepared(one, duplicate_receipt(source, first, seconds, origin), duplicate_of=first.id)
    decisions = known.decisions(source.sha256) if source.sha256 else ()
    reviews = in_force([review for row in decisions if (review := review_in(row.content))])
    found = examine_file(source.key.rsplit("/", 1)[-1], source.body, reviews)
    if isinstance(found, Judgement):
        assert found.rejected
        receipt = rejected_receipt(source, found.rejected, seconds | found.seconds, origin)
        return _prepared(one, receipt, decisions=len(decisions))
    return _Read(one, source, found, len(decisions), seconds)


def _judged(files: Sequence[Examined]) -> list[Judgement | Exception]:
    """Judged together; what breaks the rules over one of them breaks them over that one alone."""
    try:
        return judge_examined(files)
    except Exception as error:
        return [error] if len(files) == 1 else [judged for one in files for judged in _judged([one])]


def _written(s3: S3Client, buckets: Buckets, one: _Read, judgement: Judgement | Exception, origin: Origin) -> Prepared:
    """The report version in S3, and all that is to be said of it."""
    if isinstance(judgement, Exception):
        raise judgement
    document, report, verdict = judgement.document, judgement.report, judgement.verdict
    assert document
    assert report
    assert verdict
    start = time.perf_counter()
    judged = Judged(one.source, document, report, verdict, judgement.reviews)
    place = buckets.lake if verdict.outcome == "validated" else buckets.quarantine
    version = put_version(s3, place, judged)
    seconds = one.seconds | judgement.seconds | {"publish": round(time.perf_counter() - start, 4)}
    uri = place.uri(version.name)
    receipt = judged_receipt(one.source, judgement, judged.report_id, uri, seconds, origin)
    is_shown = any(finding.severity != "info" for finding in verdict.findings)
    pictures = receipt_page_pictures(document, pages_with_cells(report)) if is_shown else ()
    return _prepared(one.claimed, receipt, report, pictures, version, decisions=one.decisions)


def _prepared(
    one: Claimed,
    receipt: Receipt,
    report: Report | None = None,
    pictures: tuple[Picture, ...] = (),
    version: NewVersion | None = None,
    duplicate_of: int | None = None,
    decisions: int = 0,
) -> Prepared:
    settlement = Settlement(
        one.id,
        receipt.outcome,
        receipt.reason,
        receipt.message,
        receipt.agency,
        receipt.year,
        receipt.form,
        receipt.report_id,
        receipt.sha256 or None,
        receipt.size,
        receipt.landed_at,
        duplicate_of,
        is_name_bound(receipt),
        receipt.review.kind if receipt.review else None,
        version,
        rules=rules_of(receipt.reason, (finding.rule for finding in receipt.findings)),
    )
    return Prepared(one, settlement, receipt, report, pictures, decisions)


def _sorted_out(prepared: Iterable[Prepared | Trouble], origin: Origin) -> tuple[list[Trouble], list[Prepared]]:
    """What is to be tried again, and what has an outcome: also `failed`, after the last attempt."""
    broken, over = [], []
    for one in prepared:
        if isinstance(one, Prepared):
            over.append(one)
        elif _is_outage(one.error) or one.claimed.attempts < MOST_ATTEMPTS:
            broken.append(one)
        else:
            why = f"处理程序出错（{type(one.error).__name__}）"
            over.append(_prepared(one.claimed, failed_receipt(unread(one.claimed.object), why, origin)))
    return broken, over


def _give_back(ledger: Ledger, broken: Sequence[Trouble], owner: str) -> None:
    """For another attempt; what S3 or the ledger is to blame for counts as none."""
    outages = [one.claimed.id for one in broken if _is_outage(one.error)]
    ledger.release(outages, owner, uncount=True, again_in=AGAIN_SECONDS)
    ledger.release([one.claimed.id for one in broken if one.claimed.id not in outages], owner, again_in=AGAIN_SECONDS)


def _is_outage(error: Exception) -> bool:
    return isinstance(error, LedgerAwayError) or is_outage(error)


def _refresh(s3: S3Client, buckets: Buckets, ledger: Ledger) -> None:
    """Receipts of others that are due by now; what is not to be had here is written by the next sweep."""
    try:
        refresh_due(s3, buckets, ledger, datetime.now(UTC))
    except Exception as error:
        logger.warning("receipts that are due could not be written: %s", error, exc_info=True)


def _unwritten(one: Trouble) -> Ended:
    """Its outcome is settled, its receipt is not in S3: it stays open, and is done again."""
    return Ended(one.claimed, "error", error=one.error)


def _each(threads: Executor, function: Callable[[A], B], things: Sequence[A]) -> list[B | Trouble]:
    def attempt(thing: A) -> B | Trouble:
        try:
            return function(thing)
        except Exception as error:
            claimed = _claimed_of(thing)
            logger.warning("%s: %s", shown(claimed.object.key), error, exc_info=True)
            return Trouble(claimed, error)

    return list(threads.map(attempt, things))


def _claimed_of(thing: object) -> Claimed:
    if isinstance(thing, tuple):
        return _claimed_of(thing[0])
    return thing if isinstance(thing, Claimed) else thing.claimed  # type: ignore[attr-defined]


def _parts(claimed: Sequence[Claimed]) -> Iterator[list[Claimed]]:
    """In parts of TOGETHER, of which none has two objects that may be duplicates: one comes after the other."""
    waiting = list(claimed)
    while waiting:
        part = list({one.object.etag: one for one in reversed(waiting)}.values())[-TOGETHER:]
        ids = {one.id for one in part}
        waiting = [one for one in waiting if one.id not in ids]
        yield part


def _one_ahead(ahead: Executor, function: Callable[[A], B], things: Sequence[A]) -> Iterator[B]:
    """`function` of each, the next of them being worked out while the caller is busy with one."""
    next_one: Future[B] | None = None
    for thing in things:
        following = ahead.submit(function, thing)
        if next_one:
            yield next_one.result()
        next_one = following
    if next_one:
        yield next_one.result()
