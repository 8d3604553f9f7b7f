"""The flow `review`: a person's decision on a report, from the Prefect UI's form."""

from __future__ import annotations

from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from expectations.evidence import DecisionKind
from flows.ingest import ingest
from tasks.judge.review import decide
from tasks.ledger import ObjectVersion, open_ledger
from tasks.settings import buckets_from_env
from tasks.shown import shown
from tasks.storage import s3_client


@task(name="decide", cache_policy=NO_CACHE, persist_result=False)
def _decide(key: str, decision: DecisionKind, note: str, by: str, corrections: dict[str, str]) -> ObjectVersion:
    return decide(s3_client(), buckets_from_env(), open_ledger(), key, decision, note, by, corrections).object


def _name() -> str:
    asked = runtime.flow_run.parameters
    return shown(f"{asked['decision']} {asked['key']}")


@flow(name="review", flow_run_name=_name, persist_result=False)
def review(
    key: str, decision: DecisionKind, note: str, by: str = "Prefect 界面", corrections: dict[str, str] | None = None
) -> State[Any]:
    """Keep the decision, then process the object again under it. A decision without sense fails with the reason."""
    landed = _decide(key, decision, note, by, corrections or {})
    state = ingest(landed.bucket, landed.key, landed.etag, return_state=True)
    get_run_logger().info("%s：%s", shown(key), state.message)
    return Completed(message=f"已记录决定 {decision}。{state.message}") if state.is_completed() else state
