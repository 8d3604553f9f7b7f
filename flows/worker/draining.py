"""Prefect's process worker, with an end: told to stop, it takes no more runs and lets those that are executing end."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil
from prefect.workers.process import ProcessWorker

from tasks.settings import settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import WorkerFlowRunResponse

LAST_SECONDS = 5.0
"""How long it may take to tell Prefect of runs that were ended, and to say goodbye."""


class DrainingWorker(ProcessWorker):
    """Takes runs from a pool of type `process`, until it is drained."""

    def __init__(self, work_pool_name: str, limit: int) -> None:
        super().__init__(work_pool_name=work_pool_name, limit=limit)
        self.is_draining = False

    async def drain(self, seconds: float) -> bool:
        """Take no more runs; whether those that were taken ended within `seconds`."""
        self.is_draining = True
        deadline = asyncio.get_running_loop().time() + seconds
        while self._limiter and self._limiter.borrowed_tokens:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    async def teardown(self, *exc_info: Any) -> None:  # noqa: ANN401
        """A drained worker ends as if by itself: what it still tells Prefect is not cancelled."""
        await super().teardown(*((None, None, None) if self.is_draining else exc_info))

    async def _submit_scheduled_flow_runs(self, flow_run_response: list[WorkerFlowRunResponse]) -> list[FlowRun]:
        return [] if self.is_draining else await super()._submit_scheduled_flow_runs(flow_run_response)


async def work_until_told(worker: DrainingWorker) -> None:
    """Work until SIGTERM, then drain within NIANBAO_DRAIN_SECONDS; if that is 0, or at a second one, end at once."""
    seconds = settings().drain_seconds
    loop, told = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        loop.remove_signal_handler(signal.SIGTERM)
        told.set()

    if seconds:
        loop.add_signal_handler(signal.SIGTERM, tell)
    working = asyncio.create_task(worker.start(with_healthcheck=True))
    telling = asyncio.create_task(told.wait())
    await asyncio.wait({working, telling}, return_when=asyncio.FIRST_COMPLETED)
    if not told.is_set():
        await working  # it ended by itself: with an error
    ended = await worker.drain(seconds)
    print("SIGTERM: all runs have ended" if ended else "SIGTERM: runs that took too long were ended")
    working.cancel()
    await asyncio.wait({working}, timeout=LAST_SECONDS)
    for server in psutil.Process().children():  # of the fork server's, one that hangs would be waited for
        for process in server.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                process.kill()
