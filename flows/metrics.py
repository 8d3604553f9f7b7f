"""Numbers for Prometheus at the receiver's /metrics."""

from __future__ import annotations

import asyncio
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

from flows.broken import BROKEN
from flows.deployments import INGEST
from flows.health import SECONDS, prefect_answers, s3_answers
from flows.services.disk import disk
from tasks.settings import home

logger = logging.getLogger("nianbao.receiver")
_JUDGED = ("validated", "quarantined", "rejected")
_DEPTH = {"scheduled": StateType.SCHEDULED, "pending": StateType.PENDING, "running": StateType.RUNNING}


class Metrics:
    """What the receiver counts itself, and what it asks others when it is scraped."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        known: dict[str, Any] = {"registry": self.registry}
        self.notifications = Counter("nianbao_notifications", "Notifications by answer", ["answer"], **known)
        self.seconds = Histogram("nianbao_notification_seconds", "Seconds until the runs exist", **known)
        self._reports = Gauge("nianbao_runs_by_outcome", "Runs that ended, by outcome", ["outcome"], **known)
        self._runs = Gauge("nianbao_runs_waiting", "Runs that have not ended, by state", ["state"], **known)
        self._prefect_up = Gauge("nianbao_prefect_up", "Whether Prefect answers", **known)
        self._s3_up = Gauge("nianbao_s3_up", "Whether the object store answers", **known)
        self._free = Gauge("nianbao_disk_free_bytes", "Free space where NIANBAO_HOME is", **known)
        self._total = Gauge("nianbao_disk_total_bytes", "Size of the file system of NIANBAO_HOME", **known)
        self._low = Gauge("nianbao_disk_low", "Whether the free space is less than NIANBAO_DISK_LOW_MB", **known)
        self._counting: asyncio.Task[None] | None = None

    async def text(self) -> bytes:
        """The exposition, within two seconds: of what does not answer, that it is down, and what was known before."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count_all())
        up, s3, _ = await asyncio.gather(
            prefect_answers(), s3_answers(), asyncio.wait({self._counting}, timeout=SECONDS)
        )
        self._prefect_up.set(up)
        self._s3_up.set(s3)
        found = disk(home())
        if found:
            self._free.set(found.free)
            self._total.set(found.total)
            self._low.set(found.warning is not None)
        return generate_latest(self.registry)

    async def _count_all(self) -> None:
        """A busy Prefect may take longer than who scrapes: the next one is told."""
        try:
            async with get_client() as client:
                await self._ask(client)
        except Exception as error:
            logger.warning("metrics without Prefect: %s", error)

    async def _ask(self, client: PrefectClient) -> None:
        for outcome in _JUDGED:
            tagged = FlowRunFilter(tags=FlowRunFilterTags(all_=[outcome]))
            self._reports.labels(outcome).set(await self._count(client, tagged))
        self._reports.labels("failed").set(await self._count(client, _in_state(*BROKEN)))
        for name, state in _DEPTH.items():
            self._runs.labels(name).set(await self._count(client, _in_state(state)))

    async def _count(self, client: PrefectClient, runs: FlowRunFilter) -> int:
        return await client.count_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[INGEST.flow])),
            flow_run_filter=runs,
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[INGEST.name])),
        )


def _in_state(*states: StateType) -> FlowRunFilter:
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))))
