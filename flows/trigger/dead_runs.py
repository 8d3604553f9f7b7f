"""Runs that came to nothing: what they held waits again, or has the outcome that a person gave it by cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled, Crashed

from flows.deployments import INGEST, INGEST_MANY
from flows.events import emit_endings
from flows.trigger.runs import Runs
from tasks.ledger import RunOut, open_ledger
from tasks.process_identity import is_dead, process_identity
from tasks.settings import buckets_from_env, settings

SUBMISSION = timedelta(seconds=45)
"""A worker that has taken a run says where it is within a second; one that has not by now died over it."""

_PAGE = 200

Fate = Literal["on its way", "over", "dead", "cancelled"]


class DeadRuns:
    """Asks Prefect what became of runs."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def take_back(self, out: Sequence[RunOut]) -> list[RunOut]:
        """Those that came to nothing; what they held is taken care of."""
        known = await self._read([run.run_id for run in out])
        ours = {await self._runs.deployment(definition) for definition in (INGEST, INGEST_MANY)}
        now = datetime.now(UTC)
        found = []
        for run in out:
            flow_run = known.get(run.run_id)
            is_ours = flow_run is not None and flow_run.deployment_id in ours
            what = fate(run, flow_run, now)
            if what == "on its way":
                continue
            await self._say(flow_run, what, is_ours=is_ours)
            await asyncio.to_thread(_settle_cancelled if what == "cancelled" and is_ours else _take_back, run)
            found.append(run)
        return found

    async def _read(self, run_ids: Sequence[str]) -> dict[str, FlowRun]:
        """Those of the runs that Prefect knows."""
        ids = [found for run_id in run_ids if (found := _uuid(run_id))]
        runs: list[FlowRun] = []
        for start in range(0, len(ids), _PAGE):
            wanted = FlowRunFilter(id=FlowRunFilterId(any_=ids[start : start + _PAGE]))
            runs += await self._runs.client.read_flow_runs(flow_run_filter=wanted, limit=_PAGE)
        return {str(run.id): run for run in runs}

    async def _say(self, flow_run: FlowRun | None, what: Fate, *, is_ours: bool) -> None:
        """Have Prefect show what is so: a run whose process died says nothing itself."""
        if flow_run is None or flow_run.state is None or flow_run.state.is_final() or not is_ours:
            return
        state: State[Any] = (
            Cancelled(message="已取消。") if what == "cancelled" else Crashed(message="运行它的进程已不在。")
        )
        await self._runs.client.set_flow_run_state(flow_run.id, state, force=True)


def fate(run: RunOut, flow_run: FlowRun | None, now: datetime) -> Fate:
    """What became of a run that has objects without an outcome: by Prefect's word, by its process, by its lease."""
    is_leased = run.lease_until is not None and run.lease_until > now and not is_dead(run.lease_owner)
    if flow_run is None or flow_run.state is None:
        return "on its way" if is_leased else "over"
    state = flow_run.state
    age = now - state.timestamp
    if state.is_final():
        return "cancelled" if state.is_cancelled() else "over"
    if state.is_cancelling():
        return "on its way" if is_leased else "cancelled"
    if is_leased or state.is_scheduled() or state.is_paused():
        return "on its way"
    is_lost = state.is_pending() and not flow_run.infrastructure_pid and age > SUBMISSION
    was_at_work = run.lease_owner is not None
    is_over_time = age > timedelta(seconds=settings().run_seconds)
    is_gone = is_lost or was_at_work or is_over_time or is_dead(flow_run.infrastructure_pid)
    return "dead" if is_gone else "on its way"


def _take_back(run: RunOut) -> None:
    open_ledger().take_back(run.run_id)


def _settle_cancelled(run: RunOut) -> None:
    """The objects stay with their run until they have their outcome, so that nobody else begins them."""
    from tasks import pipeline  # it reads and judges: all that the receiver else has no need of

    ledger = open_ledger()
    ids = ledger.take_back(run.run_id)
    ledger.hand_to(ids, run.run_id)
    emit_endings(pipeline.cancelled(ledger, buckets_from_env(), ids, process_identity()))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
