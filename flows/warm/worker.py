"""Prefect's process worker, with runs executed in warm processes: they are ordinary runs in every other way."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio.abc
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from flows.warm.slots import AHEAD, Slots
from flows.warm.waker import Waker
from tasks.whereabouts import here

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun


class WarmWorker(ProcessWorker):
    """Takes runs from a pool of type `process`; a run whose process dies is crashed, a cancelled one is killed."""

    def __init__(self, work_pool_name: str, limit: int) -> None:
        super().__init__(work_pool_name=work_pool_name, limit=limit * (1 + AHEAD))
        self._slots = Slots(limit)
        self._pids: dict[UUID, int] = {}
        self._asking = asyncio.Lock()
        self._waker = Waker(self.get_and_submit_flow_runs)

    async def setup(self) -> None:
        """Start the processes, so that the first runs find them ready."""
        await super().setup()
        await self._slots.start()
        self._waker.start()

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take what is scheduled from the pool, unless enough waits here: an answer names all that waits there."""
        async with self._asking:
            self._slots.rest()
            if self._slots.waiting >= len(self._slots):
                return []
            return await super().get_and_submit_flow_runs()

    async def teardown(self, *exc_info: Any) -> None:  # noqa: ANN401
        """Let the processes go when the runs have ended."""
        self._waker.stop()
        await super().teardown(*exc_info)
        self._slots.stop()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[Any] | None = None,
    ) -> ProcessWorkerResult:
        """Execute the run in the next process that is free; until it ends, the run is where this worker is."""
        if task_status:
            task_status.started(here())
        slot = await self._slots.take()
        if self._slots.waiting < len(self._slots):  # there is room for more, which the pool may have
            self._waker.wake()
        try:
            self._pids[flow_run.id] = await slot.pid()
            status = await slot.execute(flow_run.id)
        finally:
            self._pids.pop(flow_run.id, None)
            self._slots.give_back(slot)
        return ProcessWorkerResult(status_code=status, identifier=here())

    async def kill_infrastructure(
        self, infrastructure_pid: str, configuration: ProcessJobConfiguration, grace_seconds: int = 30
    ) -> None:
        """A run that still waits for a process has none; it ends by itself when its turn comes."""

    async def _cancel_run(self, flow_run_id: UUID) -> None:
        """Prefect's own ends runs that are pending; this one also those that run here."""
        pid = self._pids.get(flow_run_id)
        if pid is None:
            await super()._cancel_run(flow_run_id)
            return
        flow_run = await self.client.read_flow_run(flow_run_id)
        await self._mark_flow_run_as_cancelled(flow_run, state_updates={"message": "运行中被取消。"})
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
