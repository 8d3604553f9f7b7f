"""The flow `sweep`: every landed object gets its outcome, though its event was lost or its run died.

It compares what landed with the receipts. What has none gets a run under the key that its event would have given it; a
run that died, or ended without a receipt, is followed by another, up to MOST_ATTEMPTS; then the receipt says `failed`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Completed, Crashed

from flows.deployments import BACKFILL
from flows.settings import RUN_SECONDS
from flows.trigger.landed import ObjectVersion, Runs
from tasks.fetch import ObjectGoneError, fetch
from tasks.missing import Missing, missing
from tasks.process_identity import is_dead
from tasks.receipt.outcome import Origin, failed_receipt
from tasks.receipt.write import write_receipt
from tasks.settings import Buckets, buckets_from_env
from tasks.shown import shown
from tasks.storage import s3_client

MOST_ATTEMPTS = 3
GRACE = timedelta(seconds=30)
"""An object that landed just now has its event on the way."""

SUBMISSION = timedelta(seconds=45)
"""A worker that has taken a run says where it is within a second; one that has not by now died over it."""

_TRIAL = ".index/sweep"

_MOST_AT_ONCE = 2000
"""Objects that one sweep looks at: the next one goes on."""


@flow(name="sweep", flow_run_name="补漏", persist_result=False)
def sweep() -> State[Any]:
    """Give every landed object that has no receipt what it lacks."""
    buckets = buckets_from_env()
    others = tuple(map(buckets.landing.key, asyncio.run(_being_backfilled())))
    all_missing = missing(s3_client(), buckets, GRACE)
    found = list(islice((one for one in all_missing if not one.key.startswith(others)), _MOST_AT_ONCE))
    if found:
        _try_to_write(buckets)
    done = asyncio.run(_sweep(found)) if found else []
    for line in done:
        get_run_logger().info("%s", shown(line))
    return Completed(message=f"没有回执的对象 {len(found)} 个，处理 {len(done)} 个")


def _try_to_write(buckets: Buckets) -> None:
    """Raises what keeps receipts from being written, be it a full disk: no run could end well, so none is begun.

    So nothing uses up its attempts, and the first sweep after that finds all as it was.
    """
    place = buckets.receipts
    s3_client().put_object(Bucket=place.bucket, Key=place.key(_TRIAL), Body=b"")


async def _being_backfilled() -> list[str]:
    """The prefixes that backfills are at work on: what is missing there is theirs."""
    running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    backfills = FlowFilter(name=FlowFilterName(any_=[BACKFILL.flow]))
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_filter=backfills, flow_run_filter=running)
    places = [(run.infrastructure_pid, run.parameters.get("prefix") or "") for run in runs]
    return [prefix for place, prefix in places if place and not is_dead(place)]


async def _sweep(found: Sequence[Missing]) -> list[str]:
    async with get_client() as client:
        starter = Runs(client)
        return [line for one in found if (line := await _mend(client, starter, one))]


async def _mend(client: PrefectClient, starter: Runs, one: Missing) -> str | None:
    """What was done about one object; None if its run is still on its way."""
    landed = ObjectVersion(one.bucket, one.key, one.etag)
    runs = await _runs(client, landed)
    if runs and await _is_alive(client, runs[-1]):
        return None
    if len(runs) >= MOST_ATTEMPTS:
        await asyncio.to_thread(_give_up, one)
        return f"{one.key}：{len(runs)} 次运行都没有完成，回执记为 failed"
    await starter.start(landed, again=_suffix(len(runs)))
    return f"{one.key}：第 {len(runs) + 1} 次运行已建立"


def _suffix(attempt: int) -> str:
    return f"#sweep-{attempt}" if attempt else ""


async def _runs(client: PrefectClient, landed: ObjectVersion) -> list[FlowRun]:
    """The runs that this version had so far, in their order."""
    keys = [landed.idempotency_key + _suffix(attempt) for attempt in range(MOST_ATTEMPTS)]
    wanted = FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=keys))
    found = {run.idempotency_key: run for run in await client.read_flow_runs(flow_run_filter=wanted)}
    return [found[key] for key in keys if key in found]


async def _is_alive(client: PrefectClient, run: FlowRun) -> bool:
    """Whether the run may still end by itself; one whose process is gone, or that takes for ever, is crashed."""
    state = run.state
    if state is None or state.is_final():
        return False
    if state.is_scheduled():
        return True
    age = datetime.now(UTC) - state.timestamp
    is_lost = state.is_pending() and not run.infrastructure_pid and age > SUBMISSION
    if age <= _patience() and not is_lost and not is_dead(run.infrastructure_pid):
        return True
    await client.set_flow_run_state(run.id, Crashed(message="运行它的进程已不在。"), force=True)
    return False


def _patience() -> timedelta:
    """How long a run may be pending or running: reading one file takes two minutes at most."""
    return timedelta(seconds=RUN_SECONDS.value())


def _give_up(one: Missing) -> None:
    s3, buckets = s3_client(), buckets_from_env()
    try:
        source = fetch(s3, one.bucket, one.key, one.etag)
    except ObjectGoneError:
        return
    write_receipt(s3, buckets, failed_receipt(source, f"处理程序 {MOST_ATTEMPTS} 次都没有完成", Origin()))
