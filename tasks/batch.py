"""Many landed objects at once: the same way as one alone, but for the rules, which take a batch in one go.

A pure function of what S3 holds, for a process pool or a cluster: it may run twice and anywhere. Objects whose
machinery breaks are left without a receipt, for the next try or the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from expectations.relations import Published
from tasks.card import pages_with_cells
from tasks.card.pictures import card_pictures
from tasks.decisions import Review, accepted, corrected, has_reviews, read_reviews
from tasks.errors import Rejected
from tasks.fetch import ObjectGoneError, fetch
from tasks.guard import guarded
from tasks.missing import Missing
from tasks.outcome import Origin, duplicate_receipt, judged_receipt, rejected_receipt
from tasks.publish import publish
from tasks.read import read
from tasks.receipt import find_first, receipt_of_first, write_receipt
from tasks.recognise import recognise
from tasks.relate import relate
from tasks.reread import reconsidered
from tasks.settings import Buckets
from tasks.storage import s3_client
from tasks.validate import validate_all
from tasks.values import Document, Receipt, Report, Source, Verdict

_AT_ONCE = 4
"""Objects at a time in one process: most of the time goes in waiting for S3."""

logger = logging.getLogger("nianbao.batch")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an item: an outcome, `gone`, or `error` where machinery broke."""

    key: str
    outcome: str


@dataclass(frozen=True, slots=True)
class _Read:
    item: Missing
    source: Source
    document: Document
    report: Report
    reviews: tuple[Review, ...]
    is_first: bool


def process_batch(items: Sequence[Missing], buckets: Buckets, origin: Origin) -> list[Done]:
    """Process `items` to their receipts, on the S3 server that the environment names."""
    s3 = s3_client()
    reviewed = has_reviews(s3, buckets)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = list(threads.map(lambda item: _read_or_error(s3, buckets, item, origin, reviewed), items))
        ready = [one for one in found if isinstance(one, _Read)]
        verdicts = validate_all([one.report for one in ready])
        finished = threads.map(lambda one, verdict: _finished(s3, buckets, one, verdict, origin), ready, verdicts)
        return [*(one for one in found if isinstance(one, Done)), *finished]


def _read_or_error(s3: Any, buckets: Buckets, item: Missing, origin: Origin, reviewed: bool) -> _Read | Done:  # noqa: ANN401
    try:
        return _read(s3, buckets, item, origin, reviewed)
    except Exception:
        logger.exception("%s", item.key)
        return Done(item.key, "error")


def _read(s3: Any, buckets: Buckets, item: Missing, origin: Origin, reviewed: bool) -> _Read | Done:  # noqa: ANN401
    try:
        source = fetch(s3, item.bucket, item.key, item.etag, item.landed_at)
    except ObjectGoneError:
        return Done(item.key, "gone")
    first = find_first(s3, buckets, source.sha256)
    earlier = receipt_of_first(s3, buckets, source, first)
    if earlier:
        return _written(s3, buckets, duplicate_receipt(source, earlier, origin))
    try:
        document, report = guarded(_recognised_and_read, source.key.rsplit("/", 1)[-1], source.body)
    except Rejected as rejected:
        return _written(s3, buckets, rejected_receipt(source, rejected, origin))
    reviews = read_reviews(s3, buckets, source.sha256) if reviewed else ()
    return _Read(item, source, document, corrected(report, reviews), reviews, first is None)


def _recognised_and_read(name: str, body: bytes) -> tuple[Document, Report]:
    document = recognise(name, body)
    return document, read(document)


def _written(s3: Any, buckets: Buckets, receipt: Receipt) -> Done:  # noqa: ANN401
    write_receipt(s3, buckets, receipt)
    return Done(receipt.key, receipt.outcome)


def _finished(s3: Any, buckets: Buckets, one: _Read, verdict: Verdict, origin: Origin) -> Done:  # noqa: ANN401
    try:
        report, verdict = reconsidered(one.document, one.report, verdict)
        verdict = accepted(verdict, one.reviews)
        new = one.item.is_new_key
        publication = publish(s3, buckets, one.source, one.document, report, verdict, is_new_key=new)
        receipt = judged_receipt(one.source, report, verdict, publication, one.reviews, origin)
        pictures = card_pictures(one.document, pages_with_cells(report)) if verdict.outcome == "quarantined" else ()
        write_receipt(s3, buckets, receipt, report, pictures, is_first=one.is_first)
        if publication.written and report.agency and report.year:
            relate(s3, buckets, report.agency, report.year, _as_published(report, verdict, publication.report_id))
    except Exception:
        logger.exception("%s", one.source.key)
        return Done(one.source.key, "error")
    return Done(one.source.key, receipt.outcome)


def _as_published(report: Report, verdict: Verdict, identity: str) -> Published | None:
    if verdict.outcome != "validated" or not (report.agency and report.year and report.form):
        return None
    return Published(identity, report.agency, report.year, report.form, {c.address: c.value for c in report.cells})


def chunks(items: Sequence[Missing], size: int) -> Iterator[tuple[Missing, ...]]:
    """`items` in batches of `size`."""
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])
