"""The flow `ingest`: one landed object, from fetch to receipt. Every object ends with exactly one outcome.

A bad file or report is a Completed run that says so. A run fails only when machinery does, after retries, and then
leaves a receipt with outcome `failed`; `nianbao replay` picks it up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.utilities.annotations import quote

from flows.artifacts import publish_artifacts
from flows.relate import relate
from flows.run_labels import label_run, run_url
from flows.stages import Stages
from tasks.card import Picture, page_pictures, pages_with_cells
from tasks.decisions import Review, accepted, corrected, read_reviews, standing
from tasks.errors import Rejected
from tasks.fetch import ObjectGoneError, fetch
from tasks.guard import guarded
from tasks.publish import Publication, publish
from tasks.read import read
from tasks.receipt import find_duplicate, write_receipt
from tasks.receipt_json import Json
from tasks.recognise import PDF, recognise
from tasks.reread import judged
from tasks.settings import buckets_from_env
from tasks.storage import s3_client
from tasks.values import Document, Receipt, Report, Source, Verdict

RETRIES = 3
RETRY_DELAYS = [1.0, 5.0, 15.0]
"""Seconds: for what reaches S3; reading and validating again would only fail again."""


@task(name="fetch", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _fetch(bucket: str, key: str, etag: str | None) -> Source | ObjectGoneError:
    try:
        return fetch(s3_client(), bucket, key, etag)
    except ObjectGoneError as gone:
        return gone


@task(name="recognise", cache_policy=NO_CACHE, persist_result=False)
def _recognise(source: Source) -> Document | Rejected:
    try:
        return guarded(recognise, source.key.rsplit("/", 1)[-1], source.body)
    except Rejected as rejected:
        return rejected


@task(name="read", cache_policy=NO_CACHE, persist_result=False)
def _read(document: Document) -> Report | Rejected:
    try:
        return guarded(read, document)
    except Rejected as rejected:
        return rejected


@task(name="validate", cache_policy=NO_CACHE, persist_result=False)
def _validate(document: Document, report: Report, reviews: tuple[Review, ...]) -> tuple[Report, Verdict]:
    """As people corrected it, and with what they accepted."""
    report, verdict = judged(document, corrected(report, reviews))
    return report, accepted(verdict, reviews)


@task(name="publish", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _publish(source: Source, document: Document, report: Report, verdict: Verdict) -> Publication:
    return publish(s3_client(), buckets_from_env(), source, document, report, verdict)


@task(name="receipt", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _receipt(receipt: Receipt, report: Report | None, document: Document | None) -> str:
    pictures = _pictures(document, report) if document and report else ()
    return write_receipt(s3_client(), buckets_from_env(), receipt, report, pictures)


def _pictures(document: Document, report: Report) -> tuple[Picture, ...]:
    """A report card without pictures is better than none: what breaks here must not keep the receipt back."""
    if document.media_type != PDF:
        return ()
    try:
        return guarded(page_pictures, document.body, pages_with_cells(report))
    except Exception as error:
        get_run_logger().warning("no page pictures: %s", error)
        return ()


@flow(name="ingest", flow_run_name="{key}", persist_result=False)
def ingest(bucket: str, key: str, etag: str | None = None, replay: bool = False) -> State[Any]:
    """Process the object that landed as s3://`bucket`/`key` with `etag`; a `replay` reads it whatever is known."""
    stages = Stages()
    source = stages.time("fetch", _fetch, bucket, key, etag)
    if isinstance(source, ObjectGoneError):
        return Completed(message=str(source))
    try:
        receipt, report, document = _processed(source, stages, replay)
    except Exception as error:
        stages.time("receipt", _receipt, quote(_failed(source, error, stages)), None, None)
        raise
    stages.time("receipt", _receipt, quote(receipt), quote(report), quote(document))
    label_run(receipt)
    publish_artifacts(receipt, report)
    if receipt.written and receipt.agency and receipt.year:
        relate(receipt.agency, receipt.year)
    get_run_logger().info("%s %s", receipt.outcome, receipt.message)
    return Completed(message=f"{receipt.outcome}：{receipt.message}"[:500])


def _processed(source: Source, stages: Stages, replay: bool) -> tuple[Receipt, Report | None, Document | None]:
    first = None if replay else find_duplicate(s3_client(), buckets_from_env(), source)
    if first:
        return _duplicate(source, first, stages), None, None
    document = stages.time("recognise", _recognise, quote(source))
    if isinstance(document, Rejected):
        return _rejected(source, document, stages), None, None
    report = stages.time("read", _read, quote(document))
    if isinstance(report, Rejected):
        return _rejected(source, report, stages), None, document
    reviews = read_reviews(s3_client(), buckets_from_env(), source.sha256)
    report, verdict = stages.time("validate", _validate, *map(quote, (document, report, reviews)))
    publication = stages.time("publish", _publish, *map(quote, (source, document, report, verdict)))
    receipt = _judged(source, report, verdict, publication, stages)
    return replace(receipt, review=standing(reviews)), report, document


def _base(source: Source, stages: Stages) -> dict[str, Any]:
    return {
        "bucket": source.bucket,
        "key": source.key,
        "etag": source.etag,
        "sha256": source.sha256,
        "size": source.size,
        "landed_at": source.landed_at,
        "processed_at": datetime.now(UTC),
        "flow_run_id": runtime.flow_run.id,
        "flow_run_url": run_url(),
        "seconds": stages.seconds,
    }


def _judged(source: Source, report: Report, verdict: Verdict, publication: Publication, stages: Stages) -> Receipt:
    return Receipt(
        **_base(source, stages),
        outcome=verdict.outcome,
        reason=verdict.reason,
        message=_summary(report, verdict),
        agency=report.agency,
        year=report.year,
        form=report.form,
        report_id=publication.report_id,
        findings=verdict.findings,
        rules=verdict.rules,
        written=publication.written,
        superseded_by_quarantined=publication.superseded_by_quarantined,
    )


def _summary(report: Report, verdict: Verdict) -> str:
    critical = [finding for finding in verdict.findings if finding.keeps_out]
    if not critical:
        let_pass = sum(finding.decision is not None for finding in verdict.findings)
        changed = sum(cell.is_corrected for cell in report.cells)
        people = [f"更正 {changed} 格"] * bool(changed) + [f"接受 {let_pass} 处问题"] * bool(let_pass)
        return f"经人工{'、'.join(people)}，数据已入库。" if people else "全部规则通过，数据已入库。"
    more = f"（共 {len(critical)} 处严重问题）" if len(critical) > 1 else ""
    return f"{critical[0].message}{more}"


def _rejected(source: Source, rejected: Rejected, stages: Stages) -> Receipt:
    return Receipt(**_base(source, stages), outcome="rejected", reason=rejected.code, message=str(rejected))


def _duplicate(source: Source, first: Json, stages: Stages) -> Receipt:
    earlier = first["object"]["key"]
    return Receipt(
        **_base(source, stages),
        outcome=first["outcome"],
        reason="DOC.DUPLICATE",
        message=f"内容与 {earlier} 完全相同，结果以先到者为准。",
        agency=first.get("agency"),
        year=first.get("year"),
        form=first.get("form"),
        report_id=first.get("report_id"),
        duplicate_of=earlier,
    )


def _failed(source: Source, error: Exception, stages: Stages) -> Receipt:
    message = f"处理程序出错（{type(error).__name__}），不是文件的问题；修复后可用 nianbao replay 重新处理。"
    return Receipt(**_base(source, stages), outcome="failed", reason="PROCESSING.FAILED", message=message)
