"""The one way of a report: landed objects to their outcomes, many at a time; one object is a batch of one.

`prepare` needs S3 alone. `finish` settles in the ledger what was prepared, and writes the receipts. `process` is both,
for objects that were claimed. Whoever calls, the same is left behind; and whatever dies at any point is done again from
the start, which changes nothing that holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tasks.lake.versions import remove_version
from tasks.ledger import Claimed, LeaseLostError, Ledger, ReceiptWritten, Standing
from tasks.ledger.leases import MOST_ATTEMPTS, SECONDS, leases
from tasks.prepare import WRITERS, A, B, Deferred, KnownNow, Prepared, Trouble, each, prepare, prepared_from
from tasks.receipt.outcome import Origin, duplicate_receipt, failed_receipt, unread
from tasks.receipt.write import forget_former, make_room, refresh_due, write_receipt
from tasks.settings import Buckets
from tasks.storage import S3Client, is_outage, s3_client
from tasks.values import Receipt, Report, Source

AGAIN_SECONDS = 10.0
"""What broke is not tried again at once: what is the matter with S3, or with this machine, may be over by then."""

TOGETHER = 25
"""Objects that share a validation and a transaction."""

logger = logging.getLogger("nianbao.pipeline")


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an object: an outcome with its receipt, `gone`, `deferred`, `lost` to another, or an `error`."""

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


def finish(
    s3: S3Client,
    ledger: Ledger,
    buckets: Buckets,
    prepared: Sequence[Prepared | Deferred | Trouble],
    owner: str,
    origin: Origin,
) -> list[Ended]:
    """One transaction for all outcomes, then the receipts."""
    deferred = [one for one in prepared if isinstance(one, Deferred)]
    broken, over = _sorted_out([one for one in prepared if not isinstance(one, Deferred)], origin)
    _defer(ledger, deferred, owner)
    _give_back(ledger, broken, owner)
    ended = [Ended(one.claimed, "deferred") for one in deferred]
    ended += [Ended(one.claimed, "error", error=one.error) for one in broken]
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

    with ThreadPoolExecutor(WRITERS) as writers:
        found = each(writers, write, over)
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
    return prepared_from(one.claimed, duplicate_receipt(source, first, receipt.seconds, origin), duplicate_of=first.id)


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
    claimed = ledger.claim(ids, owner, SECONDS)
    prepared = [prepared_from(one, receipt_of(unread(one.object))) for one in claimed]
    return finish(s3_client(), ledger, buckets, prepared, owner, Origin())


def _sorted_out(prepared: Iterable[Prepared | Trouble], origin: Origin) -> tuple[list[Trouble], list[Prepared]]:
    """What is to be tried again, and what has an outcome: also `failed`, after the last attempt."""
    broken, over = [], []
    for one in prepared:
        if isinstance(one, Prepared):
            over.append(one)
        elif is_outage(one.error) or one.claimed.attempts < MOST_ATTEMPTS:
            broken.append(one)
        else:
            why = f"处理程序出错（{type(one.error).__name__}）"
            over.append(prepared_from(one.claimed, failed_receipt(unread(one.claimed.object), why, origin)))
    return broken, over


def _defer(ledger: Ledger, deferred: Sequence[Deferred], owner: str) -> None:
    for queue in {one.queue for one in deferred}:
        ledger.defer([one.claimed.id for one in deferred if one.queue == queue], owner, queue)


def _give_back(ledger: Ledger, broken: Sequence[Trouble], owner: str) -> None:
    """For another attempt; what S3 or the ledger is to blame for counts as none."""
    outages = [one.claimed.id for one in broken if is_outage(one.error)]
    ledger.release(outages, owner, uncount=True, again_in=AGAIN_SECONDS)
    ledger.release([one.claimed.id for one in broken if one.claimed.id not in outages], owner, again_in=AGAIN_SECONDS)


def _refresh(s3: S3Client, buckets: Buckets, ledger: Ledger) -> None:
    """Receipts of others that are due by now; what is not to be had here is written by the next sweep."""
    try:
        refresh_due(s3, buckets, ledger, datetime.now(UTC))
    except Exception as error:
        logger.warning("receipts that are due could not be written: %s", error, exc_info=True)


def _unwritten(one: Trouble) -> Ended:
    """Its outcome is settled, its receipt is not in S3: it stays open, and is done again."""
    return Ended(one.claimed, "error", error=one.error)


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
