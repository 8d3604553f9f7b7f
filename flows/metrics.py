"""Numbers for Prometheus at the receiver's /metrics."""

from __future__ import annotations

import logging
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from flows.deployments import INGEST

logger = logging.getLogger("nianbao.receiver")
_OUTCOMES = ("validated", "quarantined", "rejected", "failed")
_DEPTH = {"scheduled": StateType.SCHEDULED, "pending": StateType.PENDING, "running": StateType.RUNNING}


class Metrics:
    """What the receiver counts itself, and what it asks Prefect when it is scraped."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        known: dict[str, Any] = {"registry": self.registry}
        self.notifications = Counter("nianbao_notifications", "Notifications by answer", ["answer"], **known)
        self.seconds = Histogram("nianbao_notification_seconds", "Seconds until the runs exist", **known)
        self._reports = Gauge("nianbao_runs_by_outcome", "Runs that ended, by outcome", ["outcome"], **known)
        self._runs = Gauge("nianbao_runs_waiting", "Runs that have not ended, by state", ["state"], **known)
        self._up = Gauge("nianbao_prefect_up", "Whether Prefect answers", **known)

    async def text(self) -> bytes:
        """The exposition; without Prefect, what the receiver knows."""
        try:
            async with get_client() as client:
                await self._ask(client)
            self._up.set(1)
        except Exception as error:
            logger.warning("metrics without Prefect: %s", error)
            self._up.set(0)
        return generate_latest(self.registry)

    async def _ask(self, client: PrefectClient) -> None:
        for outcome in _OUTCOMES:
            tagged = FlowRunFilter(tags=FlowRunFilterTags(all_=[outcome]))
            self._reports.labels(outcome).set(await self._count(client, tagged))
        for name, state in _DEPTH.items():
            in_state = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[state])))
            self._runs.labels(name).set(await self._count(client, in_state))

    async def _count(self, client: PrefectClient, runs: FlowRunFilter) -> int:
        return await client.count_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[INGEST.flow])),
            flow_run_filter=runs,
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[INGEST.name])),
        )
