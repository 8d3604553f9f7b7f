"""The warm processes of a worker: some are kept ready, the others are started in a burst and let go after it."""

from __future__ import annotations

import asyncio

from flows.worker.warm_process import WarmProcess

READY = 2
"""Processes that are kept for the next run."""

AHEAD = 2
"""Runs that wait here beyond those that execute: a process that is free need not wait for the next poll."""


class WarmProcessPool:
    """`number` places for runs. A run waits for one that is free; when others wait already, one more is opened."""

    def __init__(self, number: int) -> None:
        self.waiting = 0
        self._closed = [WarmProcess() for _ in range(number)]
        self._open: list[WarmProcess] = []
        self._free: asyncio.Queue[WarmProcess] = asyncio.Queue()

    async def start(self) -> None:
        """Start the processes that are kept."""
        while self._closed and len(self._open) < READY:
            self._open_one()
        await asyncio.gather(*(process.pid() for process in self._open))

    async def take(self) -> WarmProcess:
        """The next one that is free."""
        self.waiting += 1
        if self._closed and self.waiting >= AHEAD + self._free.qsize():
            self._open_one()
        try:
            return await self._free.get()
        finally:
            self.waiting -= 1

    def give_back(self, process: WarmProcess) -> None:
        """Nothing runs there any more."""
        self._free.put_nowait(process)

    def rest(self) -> None:
        """Let those go that a burst needed, if nothing runs."""
        while len(self._open) > READY and self._free.qsize() == len(self._open):
            process = self._free.get_nowait()
            process.stop()
            self._open.remove(process)
            self._closed.append(process)

    def stop(self) -> None:
        """Let all processes go."""
        for process in self._open:
            process.stop()

    def _open_one(self) -> None:
        process = self._closed.pop()
        self._open.append(process)
        self._free.put_nowait(process)
