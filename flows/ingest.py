"""The flow `ingest`: one landed object, from fetch to receipt. Every object ends with exactly one outcome.

A bad file or report is a Completed run that says so. A run fails only when machinery does, after retries, and then
leaves a receipt with outcome `failed`; `nianbao replay` picks it up.
"""

from __future__ import annotations

from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.utilities.annotations import quote

from flows.artifacts import publish_artifacts
from flows.events import emit_outcome
from flows.retries import IF_GUARD_DIED, RETRIES, RETRY_DELAYS
from flows.run_labels import label_run, run_url
from flows.stages import Stages
from tasks.errors import Rejected
from tasks.fetch import ObjectGoneError, fetch
from tasks.judge.decisions import Review, accepted, corrected, read_reviews, standing
from tasks.judge.second_look import judged
from tasks.lake.publish import Publication, publish
from tasks.read import read
from tasks.read.examine import recognised
from tasks.read.guard import guarded
from tasks.receipt.outcome import Origin, duplicate_receipt, failed_receipt, judged_receipt, rejected_receipt
from tasks.receipt.page import pages_with_cells
from tasks.receipt.page.pictures import receipt_page_pictures
from tasks.receipt.write import find_duplicate, write_receipt
from tasks.settings import buckets_from_env
from tasks.shown import shown
from tasks.storage import s3_client
from tasks.values import Document, Receipt, Report, Source, Verdict


@task(name="fetch", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _fetch(bucket: str, key: str, etag: str | None) -> Source | ObjectGoneError:
    try:
        return fetch(s3_client(), bucket, key, etag)
    except ObjectGoneError as gone:
        return gone


@task(name="recognise", **IF_GUARD_DIED)
def _recognise(source: Source) -> Document | Rejected:
    try:
        return recognised(source.key.rsplit("/", 1)[-1], source.body)
    except Rejected as rejected:
        return rejected


@task(name="read", **IF_GUARD_DIED)
def _read(document: Document) -> Report | Rejected:
    try:
        return guarded(read, document)
    except Rejected as rejected:
        return rejected


@task(name="validate", **IF_GUARD_DIED)
def _validate(document: Document, report: Report, reviews: tuple[Review, ...]) -> tuple[Report, Verdict]:
    """As people corrected it, and with what they accepted."""
    report, verdict = judged(document, corrected(report, reviews))
    return report, accepted(verdict, reviews)


@task(name="publish", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _publish(source: Source, document: Document, report: Report, verdict: Verdict) -> Publication:
    return publish(s3_client(), buckets_from_env(), source, document, report, verdict)


@task(name="receipt", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _receipt(receipt: Receipt, report: Report | None, document: Document | None) -> str:
    pictures = receipt_page_pictures(document, pages_with_cells(report)) if document and report else ()
    return write_receipt(s3_client(), buckets_from_env(), receipt, report, pictures)


@flow(name="ingest", persist_result=False)
def ingest(bucket: str, key: str, etag: str | None = None, replay: bool = False) -> State[Any]:
    """Process the object that landed as s3://`bucket`/`key` with `etag`; a `replay` reads it whatever is known."""
    stages = Stages()
    source = stages.time("fetch", _fetch, bucket, key, etag)
    if isinstance(source, ObjectGoneError):
        return Completed(message=str(source))
    try:
        receipt, report, document = _processed(source, stages, replay)
    except Exception as error:
        why = f"处理程序出错（{type(error).__name__}）"
        stages.time("receipt", _receipt, quote(failed_receipt(source, why, _origin(stages))), None, None)
        raise
    stages.time("receipt", _receipt, quote(receipt), quote(report), quote(document))
    label_run(receipt)
    emit_outcome(receipt)
    publish_artifacts(receipt, report)
    get_run_logger().info("%s %s", receipt.outcome, shown(receipt.message))
    return Completed(message=shown(f"{receipt.outcome}：{receipt.message}")[:500])


def _processed(source: Source, stages: Stages, replay: bool) -> tuple[Receipt, Report | None, Document | None]:
    first = None if replay else find_duplicate(s3_client(), buckets_from_env(), source)
    if first:
        return duplicate_receipt(source, first, _origin(stages)), None, None
    document = stages.time("recognise", _recognise, quote(source))
    if isinstance(document, Rejected):
        return rejected_receipt(source, document, _origin(stages)), None, None
    report = stages.time("read", _read, quote(document))
    if isinstance(report, Rejected):
        return rejected_receipt(source, report, _origin(stages)), None, document
    receipt, report = _published(source, document, report, stages)
    if replay and receipt.review != standing(_reviews(source)):  # decided meanwhile, and maybe published by another run
        receipt, report = _published(source, document, report, stages)
    return receipt, report, document


def _published(source: Source, document: Document, report: Report, stages: Stages) -> tuple[Receipt, Report]:
    """The report judged as it was read and as people decided by now, and published as that says."""
    reviews = _reviews(source)
    judged, verdict = stages.time("validate", _validate, *map(quote, (document, report, reviews)))
    publication = stages.time("publish", _publish, *map(quote, (source, document, judged, verdict)))
    return judged_receipt(source, judged, verdict, publication, reviews, _origin(stages)), judged


def _reviews(source: Source) -> tuple[Review, ...]:
    return read_reviews(s3_client(), buckets_from_env(), source.sha256)


def _origin(stages: Stages) -> Origin:
    return Origin(runtime.flow_run.id, run_url(), stages.seconds)
