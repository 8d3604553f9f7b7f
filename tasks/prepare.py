"""What of a report's way needs S3 alone, and may run anywhere: fetch, read, judge, write the report version."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tasks.fetch import ObjectGoneError, fetch
from tasks.judge import eye
from tasks.judge.decisions import in_force, reviews_of
from tasks.judge.files import Examined, Judgement, examine_file, judge_examined
from tasks.lake.rows import Judged
from tasks.lake.versions import put_version
from tasks.ledger import Claimed, DecisionRow, Ledger, NewVersion, ObjectRow, Settlement
from tasks.names import SCANS
from tasks.read.examine import NeedsOcr
from tasks.receipt.outcome import Origin, duplicate_receipt, is_name_bound, judged_receipt, rejected_receipt, rules_of
from tasks.receipt.page import Picture, pages_with_cells
from tasks.receipt.pictures import receipt_page_pictures
from tasks.settings import Buckets
from tasks.shown import shown
from tasks.storage import S3Client
from tasks.values import Receipt, Report, Source

WRITERS = 4
_READERS = 2
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
        return self.ledger.decisions_on(sha256)


@dataclass(frozen=True, slots=True)
class KnownThen:
    """As the ledger knew it, for workers that cannot ask it; what came since is found when the outcome is settled."""

    rows: Mapping[str, Sequence[DecisionRow]]

    @classmethod
    def of(cls, ledger: Ledger) -> KnownThen:
        """All decisions; which bytes were there before is left to `finish`."""
        return cls(ledger.decisions())

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
class Deferred:
    """An object that nobody has read yet: it is to be handed out by `queue`."""

    claimed: Claimed
    queue: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """An object whose machinery broke: nothing is known of it."""

    claimed: Claimed
    error: Exception


def prepare(
    s3: S3Client, buckets: Buckets, known: Known, claimed: Sequence[Claimed], origin: Origin
) -> list[Prepared | Deferred | Trouble]:
    """Everything up to the ledger: what is to be settled for each object."""
    eye.get_ready(one.object.key for one in claimed if one.queue != SCANS)
    with ThreadPoolExecutor(_READERS) as readers, ThreadPoolExecutor(WRITERS) as writers:
        read = each(readers, lambda one: _read(s3, known, one, origin), claimed)
        done: list[Prepared | Deferred | Trouble] = [one for one in read if not isinstance(one, _Read)]
        waiting = [one for one in read if isinstance(one, _Read)]
        judgements = _judged([one.examined for one in waiting])
        pairs = list(zip(waiting, judgements, strict=True))
        written = each(writers, lambda pair: _written(s3, buckets, *pair, origin), pairs)
        return [*done, *written]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of an object."""

    claimed: Claimed
    source: Source
    examined: Examined
    decisions: int
    seconds: dict[str, float]


def _read(s3: S3Client, known: Known, one: Claimed, origin: Origin) -> _Read | Prepared | Deferred:
    landed, start = one.object, time.perf_counter()
    try:
        source = fetch(s3, landed.bucket, landed.key, landed.etag, landed.landed_at)
    except ObjectGoneError:
        return Prepared(one, Settlement(one.id, "gone"))
    seconds = {"fetch": round(time.perf_counter() - start, 4)}
    first = None if one.is_replay or not source.sha256 else known.first(source.sha256, one.id)
    if first:
        return prepared_from(one, duplicate_receipt(source, first, seconds, origin), duplicate_of=first.id)
    decisions = known.decisions(source.sha256) if source.sha256 else ()
    reviews = in_force(reviews_of(row.content for row in decisions))
    try:
        found = examine_file(source.key.rsplit("/", 1)[-1], source.body, reviews, look=one.queue == SCANS)
    except NeedsOcr:
        return Deferred(one, SCANS)
    if isinstance(found, Judgement):
        assert found.rejected
        receipt = rejected_receipt(source, found.rejected, seconds | found.seconds, origin)
        return prepared_from(one, receipt, decisions=len(decisions))
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
    return prepared_from(one.claimed, receipt, report, pictures, version, decisions=one.decisions)


def prepared_from(
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
        is_name_bound(receipt.reason, (finding.rule for finding in receipt.findings)),
        receipt.review.kind if receipt.review else None,
        version,
        rules=rules_of(receipt.reason, (finding.rule for finding in receipt.findings)),
    )
    return Prepared(one, settlement, receipt, report, pictures, decisions)


def each(threads: Executor, function: Callable[[A], B], things: Sequence[A]) -> list[B | Trouble]:
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
