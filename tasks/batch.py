"""Many landed objects at once: the same way as one alone, but for the rules and the locks, which take many in one go.

A pure function of what S3 holds, for a process pool or a cluster: it may run twice and anywhere. Objects whose
machinery breaks are left without a receipt, for the next try or the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from tasks.errors import Rejected
from tasks.fetch import ObjectGoneError, fetch
from tasks.judge.decisions import Review, accepted, corrected, has_reviews, read_reviews
from tasks.judge.second_look import reconsidered
from tasks.judge.validate import validate_all
from tasks.lake.publish import Publication, forget_former_name, publishing
from tasks.lake.rows import Judged
from tasks.missing import Missing
from tasks.read.examine import examined
from tasks.receipt.outcome import Origin, duplicate_receipt, judged_receipt, rejected_receipt
from tasks.receipt.page import pages_with_cells
from tasks.receipt.page.pictures import receipt_page_pictures
from tasks.receipt.write import Filing, find_first, receipt_of_first, writing
from tasks.settings import Buckets
from tasks.shown import shown
from tasks.storage import S3Client, s3_client
from tasks.values import Document, Report, Source, Verdict

_READERS = 2
_WRITERS = 4
"""Objects at a time in one process: most of the time goes in waiting, for S3 and for the process that reads."""

_TOGETHER = 25
"""Objects that share a claim to their locks, a validation and a note of changes."""

A = TypeVar("A")
B = TypeVar("B")
logger = logging.getLogger("nianbao.batch")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an item: an outcome, `gone`, or `error` where machinery broke."""

    key: str
    outcome: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of an item."""

    item: Missing
    source: Source
    document: Document
    report: Report
    reviews: tuple[Review, ...]
    is_first: bool


def process_batch(items: Sequence[Missing], buckets: Buckets, origin: Origin) -> list[Done]:
    """Process `items` to their receipts, on the S3 server that the environment names.

    While what was read of some is published, the next are being read.
    """
    with (
        ThreadPoolExecutor(1) as ahead,
        ThreadPoolExecutor(_READERS) as readers,
        ThreadPoolExecutor(_WRITERS) as writers,
    ):
        batch = _Batch(s3_client(), buckets, origin, readers, writers)
        parts = list(chunks(items, _TOGETHER))
        for found in _one_ahead(ahead, batch.read, parts):
            batch.finish(found)
    return [Done(item.key, batch.outcomes.get(item.key, "error")) for item in items]


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


class _Batch:
    """The stages that objects go through, each as a mapping by object key; what breaks in one is not in the next."""

    def __init__(self, s3: S3Client, buckets: Buckets, origin: Origin, readers: Executor, writers: Executor) -> None:
        self._s3, self._buckets, self._origin = s3, buckets, origin
        self._readers, self._writers = readers, writers
        self._is_reviewed = has_reviews(s3, buckets)
        self.outcomes: dict[str, str] = {}

    def read(self, items: Sequence[Missing]) -> dict[str, _Read | Filing | None]:
        """What was read of each, or what it ended with."""
        return self._each(self._read, {item.key: item for item in items}, self._readers)

    def finish(self, found: Mapping[str, _Read | Filing | None]) -> None:
        """Judge what was read, and give everything its outcome."""
        reports = {key: one for key, one in found.items() if isinstance(one, _Read)}
        verdicts = validate_all([one.report for one in reports.values()])
        judged = self._each(self._judge, dict(zip(reports, zip(reports.values(), verdicts, strict=True), strict=True)))
        self._write({key: one for key, one in found.items() if isinstance(one, Filing)})
        for together in _rounds(judged):
            ended = self._publish(together, reports)
            self._write(ended)

    def _each(
        self, function: Callable[[A], B], things: Mapping[str, A], threads: Executor | None = None
    ) -> dict[str, B]:
        def attempt(key: str) -> dict[str, B]:
            try:
                return {key: function(things[key])}
            except Exception:
                logger.exception("%s", shown(key))
                self.outcomes[key] = "error"
                return {}

        return {key: value for one in (threads or self._writers).map(attempt, things) for key, value in one.items()}

    def _read(self, item: Missing) -> _Read | Filing | None:
        try:
            source = fetch(self._s3, item.bucket, item.key, item.etag, item.landed_at)
        except ObjectGoneError:
            self.outcomes[item.key] = "gone"
            return None
        first = find_first(self._s3, self._buckets, source.sha256)
        earlier = receipt_of_first(self._s3, self._buckets, source, first)
        if earlier:
            return Filing(duplicate_receipt(source, earlier, self._origin))
        try:
            document, report = examined(source.key.rsplit("/", 1)[-1], source.body)
        except Rejected as rejected:
            return Filing(rejected_receipt(source, rejected, self._origin))
        reviews = read_reviews(self._s3, self._buckets, source.sha256) if self._is_reviewed else ()
        return _Read(item, source, document, corrected(report, reviews), reviews, first is None)

    def _judge(self, found: tuple[_Read, Verdict]) -> Judged:
        one, verdict = found
        report, verdict = reconsidered(one.document, one.report, verdict)
        return Judged(one.source, one.document, report, accepted(verdict, one.reviews))

    def _publish(self, judged: Mapping[str, Judged], reports: Mapping[str, _Read]) -> dict[str, Filing]:
        try:
            with publishing(self._s3, self._buckets, list(judged.values())) as publish:
                published = self._each(publish, judged)
        except Exception:
            logger.exception("%s", shown(", ".join(judged)))
            return {}
        return self._each(self._ended, {key: (reports[key], judged[key], done) for key, done in published.items()})

    def _ended(self, published: tuple[_Read, Judged, Publication]) -> Filing:
        one, judged, publication = published
        if not one.item.is_new_key:
            forget_former_name(self._s3, self._buckets, judged)
        report, verdict = judged.report, judged.verdict
        pictures = (
            receipt_page_pictures(one.document, pages_with_cells(report)) if verdict.outcome == "quarantined" else ()
        )
        receipt = judged_receipt(one.source, report, verdict, publication, one.reviews, self._origin)
        return Filing(receipt, report, pictures, one.is_first)

    def _write(self, ended: Mapping[str, Filing]) -> None:
        if not ended:
            return
        try:
            with writing(self._s3, self._buckets, list(ended)) as write:
                written = self._each(write, ended)
        except Exception:
            logger.exception("%s", shown(", ".join(ended)))
            return
        self.outcomes.update((key, ended[key].receipt.outcome) for key in written)


def _rounds(judged: Mapping[str, Judged]) -> Iterator[dict[str, Judged]]:
    """`judged` in groups, so that no two of a group are of one report: of two that are, one comes after the other."""
    waiting = dict(judged)
    while waiting:
        together = {one.report_id: key for key, one in reversed(waiting.items())}
        yield {key: waiting.pop(key) for key in together.values()}


def chunks(items: Sequence[Missing], size: int) -> Iterator[tuple[Missing, ...]]:
    """`items` in batches of `size`."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])
