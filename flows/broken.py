"""Runs that came to nothing, as Prefect knows them: the object of such a run may have no receipt that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.deployments import INGEST
from flows.trigger.landed import ObjectVersion
from tasks.missing import Missing

BROKEN = (StateType.FAILED, StateType.CRASHED)
_FINAL = (*BROKEN, StateType.COMPLETED, StateType.CANCELLED)
_PAGE = 200


async def broken_without_receipt(missing: Iterable[Missing]) -> list[str]:
    """The keys, among those of objects without a receipt, whose runs failed or crashed."""
    waiting = {ObjectVersion(one.bucket, one.key, one.etag) for one in missing}
    if not waiting:
        return []
    ingest = FlowFilter(name=FlowFilterName(any_=[INGEST.flow]))
    broken = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(BROKEN))))
    found: set[ObjectVersion] = set()
    async with get_client() as client:
        for offset in range(0, 1_000_000, _PAGE):
            runs = await client.read_flow_runs(
                flow_filter=ingest, flow_run_filter=broken, sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset
            )
            found |= {_landed(run.parameters) for run in runs}
            if len(runs) < _PAGE:
                break
    return sorted(one.key for one in waiting & found)


async def ended(runs: Iterable[str]) -> set[str]:
    """Those of `runs` that have ended, however they did."""
    wanted = list(runs)
    final = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_FINAL)))
    found: set[str] = set()
    async with get_client() as client:
        for start in range(0, len(wanted), _PAGE):
            ids = FlowRunFilterId(any_=wanted[start : start + _PAGE])  # type: ignore[arg-type]
            page = await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=ids, state=final))
            found |= {str(run.id) for run in page}
    return found


def _landed(parameters: Mapping[str, object]) -> ObjectVersion:
    return ObjectVersion(*(str(parameters.get(name) or "") for name in ("bucket", "key", "etag")))
