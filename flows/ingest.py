"""The flows `ingest` and `ingest-many`: landed objects, from claim to receipt; one alone, or some dozens in a burst.

A bad file or report is a Completed run that says so. A run fails only when machinery does; the ledger then has the
object tried again, a bounded number of times.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote

from flows.artifacts import publish_artifacts
from flows.outcomes import name_of, publish_results, tags_of, told
from flows.run_labels import label_run, run_url
from tasks.ledger import Claimed, Ledger, ObjectVersion, open_ledger
from tasks.ledger.leases import SECONDS
from tasks.names import key_as_stored
from tasks.pipeline import Ended, process
from tasks.process_identity import process_identity
from tasks.receipt.outcome import Origin
from tasks.settings import buckets_from_env
from tasks.storage import head_object, is_folder_marker, plain_etag, s3_client


@flow(name="ingest", persist_result=False)
def ingest(bucket: str, key: str, etag: str | None = None, replay: bool = False) -> State[Any]:
    """Process the object that landed as s3://`bucket`/`key` with `etag`; a `replay` reads it whatever is known."""
    ledger = open_ledger()
    landed = _landed(bucket, key, etag)
    if landed is None:
        return Completed(message="没有这个对象，没有要处理的内容")
    ids = _opened(ledger, landed, replay=replay)
    claimed = ledger.claim(ids, process_identity(), SECONDS, run_id=runtime.flow_run.id)
    if not claimed:
        return Completed(message="已有结果，或正由别的运行处理")
    claimed = [replace(one, is_replay=replay or one.is_replay) for one in claimed]
    (ended,) = process(ledger, buckets_from_env(), claimed, process_identity(), _origin())
    label_run(name_of(ended), tags_of(ended))
    if ended.receipt:
        publish_artifacts(ended.receipt, ended.report)
    state = told(ended)
    get_run_logger().info("%s", state.message)
    if ended.error:
        raise ended.error
    return state


@task(name="report", task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
def _report(name: str, ended: Ended) -> State[None]:
    """The run of one report among many."""
    return told(ended)


@flow(name="ingest-many", persist_result=False)
def ingest_many(ids: list[int]) -> State[Any]:
    """Process the objects that the ledger knows by `ids`; a task run tells of each, under the report's name."""
    ledger = open_ledger()
    claimed = ledger.claim(ids, process_identity(), SECONDS, run_id=runtime.flow_run.id)
    done = _processed(ledger, claimed)
    if done:
        publish_results(done)
    broken = [one for one in done if one.error]
    if broken:
        return Failed(message=f"{len(done)} 份报告，其中 {len(broken)} 份处理程序出错，会再次处理")
    return Completed(message=f"{len(done)} 份报告：{_summary(done)}")


def _processed(ledger: Ledger, claimed: list[Claimed]) -> list[Ended]:
    progress = create_progress_artifact(0.0, description=f"{len(claimed)} 份报告")
    done: list[Ended] = []
    for ended in process(ledger, buckets_from_env(), claimed, process_identity(), _origin()):
        done.append(ended)
        _report.with_options(tags=tags_of(ended))(name_of(ended), quote(ended), return_state=True)
        if len(done) % 10 == 0 or len(done) == len(claimed):
            update_progress_artifact(progress, 100.0 * len(done) / len(claimed))  # type: ignore[arg-type]
    return done


def _summary(done: list[Ended]) -> str:
    outcomes = [one.outcome for one in done]
    return "，".join(f"{outcome} {outcomes.count(outcome)}" for outcome in dict.fromkeys(outcomes)) or "都已有结果"


def _landed(bucket: str, key: str, etag: str | None) -> ObjectVersion | None:
    """The version that is meant: by default the one that is there now."""
    if etag is not None:
        return ObjectVersion(bucket, key, plain_etag(etag))
    key = key_as_stored(s3_client(), bucket, key)
    head = None if is_folder_marker(key) else head_object(s3_client(), bucket, key)
    return ObjectVersion(bucket, key, plain_etag(head["ETag"])) if head else None


def _opened(ledger: Ledger, landed: ObjectVersion, *, replay: bool) -> list[int]:
    """Its id in the ledger, which learns of it here if a person started the run; open again for a `replay`."""
    ledger.add([landed])
    ids = list(ledger.ids_of([landed]).values())
    if replay:
        ledger.reopen(ids)
    return ids


def _origin() -> Origin:
    return Origin(runtime.flow_run.id, run_url())
