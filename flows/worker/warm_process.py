"""One warm process: renewed when it dies, has served long enough or has grown too large."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from uuid import UUID

from flows.worker import child
from flows.worker.forked import fork_server

MODULES = ("flows.worker.preload", "flows.worker.warm_up")
"""What the server that the processes come from imports."""

REUSES = 200
MEMORY_BYTES = 700 << 20
KILLED = -9


class WarmProcess:
    """A place where one run at a time can be executed."""

    def __init__(self) -> None:
        self._executor: ProcessPoolExecutor | None = None
        self._served = 0

    async def pid(self) -> int:
        """The process id, once the process is ready."""
        try:
            return await asyncio.wrap_future(self._pool().submit(os.getpid))
        except BrokenProcessPool:
            self.stop()
            return await asyncio.wrap_future(self._pool().submit(os.getpid))

    async def execute(self, flow_run_id: UUID) -> int:
        """Execute the run; returns its exit status, KILLED if the process died over it."""
        try:
            status, memory = await asyncio.wrap_future(self._pool().submit(child.execute, flow_run_id))
        except BrokenProcessPool:
            self.stop()
            return KILLED
        self._served += 1
        if self._served >= REUSES or memory > MEMORY_BYTES:
            self.stop()
        return status

    def stop(self) -> None:
        """Let the process go; the next use starts another."""
        if self._executor:
            self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor, self._served = None, 0

    def _pool(self) -> ProcessPoolExecutor:
        self._executor = self._executor or ProcessPoolExecutor(1, fork_server(*MODULES), initializer=child.start)
        return self._executor
