"""Prefect's process worker, with runs executed in warm processes: they are ordinary runs in every other way."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import anyio.abc
import psutil
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Scheduled
from prefect.workers.process import ProcessJobConfiguration, ProcessWorkerResult

from flows.deployments import REPORTS
from flows.services.service import family
from flows.worker.draining import LAST_SECONDS, DrainingWorker
from flows.worker.waker import Waker
from flows.worker.warm_process import WarmProcess
from flows.worker.warm_process_pool import AHEAD, WarmProcessPool
from tasks.process_identity import process_identity

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State

_LOOK_SECONDS = 10.0
"""How often it is asked whether runs that are here have been cancelled, should nobody tell."""

logger = logging.getLogger("nianbao.worker")


class WarmWorker(DrainingWorker):
    """Takes runs from a pool of type `process`; a run whose process dies is crashed, a cancelled one is killed."""

    def __init__(self, work_pool_name: str, limit: int) -> None:
        super().__init__(work_pool_name=work_pool_name, limit=limit + AHEAD)
        self._processes = WarmProcessPool(limit)
        self._pids: dict[UUID, int] = {}
        self._waits: set[anyio.CancelScope] = set()
        self._asking = asyncio.Lock()
        self._taken: set[UUID] = set()
        self._looked_at = 0.0
        self._waker = Waker(self.get_and_submit_flow_runs, self._cancel_run)

    async def setup(self) -> None:
        """Start the processes, so that the first runs find them ready."""
        await super().setup()
        await self._processes.start()
        self._waker.start()

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take what is scheduled from the pool, unless enough waits here: an answer names all that waits there."""
        await self._cancel_what_was_not_told()
        async with self._asking:
            self._processes.rest()
            if self._processes.waiting >= AHEAD:
                return []
            return await super().get_and_submit_flow_runs()

    async def drain(self, seconds: float) -> bool:
        """Give back what has not begun; what takes longer than `seconds` is ended, and crashed."""
        self.is_draining = True
        self._waker.stop()
        for wait in self._waits:
            wait.cancel()
        if await super().drain(seconds):
            return True
        for pid in self._pids.values():
            for process in family(pid):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        await super().drain(LAST_SECONDS)
        return False

    async def teardown(self, *exc_info: Any) -> None:  # noqa: ANN401
        """Let the processes go when the runs have ended."""
        self._waker.stop()
        await super().teardown(*exc_info)
        self._processes.stop()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[Any] | None = None,
    ) -> ProcessWorkerResult:
        """Execute the run in the next process that is free; until it ends, the run is where this worker is."""
        if task_status:
            task_status.started(process_identity())
        self._taken.add(flow_run.id)
        try:
            process = await self._process_for(flow_run)
            if process is None:
                await self._give_back(flow_run.id)
                return ProcessWorkerResult(status_code=0, identifier=process_identity())
            try:
                status = await process.execute(flow_run.id)
            finally:
                self._pids.pop(flow_run.id, None)
                self._processes.give_back(process)
        finally:
            self._taken.discard(flow_run.id)
        return ProcessWorkerResult(status_code=status, identifier=process_identity())

    async def _process_for(self, flow_run: FlowRun) -> WarmProcess | None:
        """The next that is free, with its process ready; None if the worker is drained before there is one."""
        with anyio.CancelScope() as wait:
            self._waits.add(wait)
            try:
                if self.is_draining:
                    wait.cancel()
                process = await self._processes.take(is_urgent=flow_run.work_queue_name == REPORTS)
                if self._processes.waiting < AHEAD:  # there is room for more, which the pool may have
                    self._waker.wake()
                try:
                    self._pids[flow_run.id] = await process.pid()
                except BaseException:
                    self._processes.give_back(process)
                    raise
                return process
            finally:
                self._waits.discard(wait)
        return None

    async def _give_back(self, flow_run_id: UUID) -> None:
        """Let the pool have a run that has not begun, for any worker; if that fails, the sweep finds it."""
        while flow_run_id in self._submitting_flow_run_ids:  # Prefect is just being told where the run is
            await asyncio.sleep(0.05)
        try:
            flow_run = await self.client.read_flow_run(flow_run_id)
            if flow_run.state and flow_run.state.is_pending():
                nowhere = {"infrastructure_pid": None}
                await self.client.request("PATCH", "/flow_runs/{id}", path_params={"id": flow_run_id}, json=nowhere)
                again: State[Any] = Scheduled(
                    scheduled_time=flow_run.expected_start_time, message="处理程序停止，还没有开始。"
                )
                await self.client.set_flow_run_state(flow_run_id, again, force=True)
        except Exception as error:
            logger.warning("flow run %s could not be given back, the sweep will find it: %s", flow_run_id, error)

    async def kill_infrastructure(
        self, infrastructure_pid: str, configuration: ProcessJobConfiguration, grace_seconds: int = 30
    ) -> None:
        """A run that still waits for a process has none; it ends by itself when its turn comes."""

    async def _cancel_what_was_not_told(self) -> None:
        """Events may be lost."""
        now = asyncio.get_running_loop().time()
        if not self._taken or now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        cancelling = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CANCELLING]))
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(self._taken)), state=cancelling)
        for flow_run in await self.client.read_flow_runs(flow_run_filter=wanted):
            await self._cancel_run(flow_run.id)

    async def _cancel_run(self, flow_run_id: UUID) -> None:
        """Prefect's own ends runs that have not begun; this one also those that execute here. Others are none of ours.

        Prefect tells it only of runs that it is submitting: the waker does, of all others.
        """
        if flow_run_id not in self._taken:
            return
        pid = self._pids.get(flow_run_id)
        if pid is None:
            await super()._cancel_run(flow_run_id)
            return
        flow_run = await self.client.read_flow_run(flow_run_id)
        if flow_run.state and flow_run.state.is_final():
            return
        await self._mark_flow_run_as_cancelled(flow_run, state_updates={"message": "运行中被取消。"})
        if self._pids.get(flow_run_id) == pid:  # it has not ended meanwhile: the process may be at another run by now
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
