"""The warm processes of a worker: one is kept ready, others are started when runs wait and let go when it is quiet."""

from __future__ import annotations

import asyncio
from time import monotonic

from flows.worker.warm_process import WarmProcess

READY = 1
"""Processes that are kept for the next run."""

PROMPT = 2
"""So many are there as soon as a run that somebody waits for finds none free: the one before may take long."""

AHEAD = 2
"""Runs that wait here beyond those that execute: a process that is free need not wait for the next poll."""

REST_SECONDS = 60.0
"""How long nothing may run until what a burst needed is let go."""


class WarmProcessPool:
    """`number` places for runs. A run waits for one that is free; when others wait already, one more is opened.

    What was used last is used next, so that the others stay as they were forked: what they do not touch is shared.
    """

    def __init__(self, number: int) -> None:
        self.waiting = 0
        self._closed = [WarmProcess() for _ in range(number)]
        self._open: list[WarmProcess] = []
        self._free: asyncio.LifoQueue[WarmProcess] = asyncio.LifoQueue()
        self._opening: set[asyncio.Task[None]] = set()
        self._quiet_since: float | None = None

    async def start(self) -> None:
        """Start the processes that are kept."""
        while self._closed and len(self._open) < READY:
            self._open_one()
        await asyncio.gather(*self._opening)

    async def take(self, *, is_urgent: bool = True) -> WarmProcess:
        """The next one that is free. What is not urgent opens none that would stand idle most of the time."""
        self.waiting += 1
        patience = 1 if is_urgent and len(self._open) < PROMPT else AHEAD
        if self._closed and self.waiting >= patience + self._free.qsize() + len(self._opening):
            self._open_one()
        try:
            return await self._free.get()
        finally:
            self.waiting -= 1

    def give_back(self, process: WarmProcess) -> None:
        """Nothing runs there any more."""
        self._free.put_nowait(process)

    def rest(self) -> None:
        """Let those go that a burst needed, if nothing has run for a while."""
        now = monotonic()
        if self._free.qsize() < len(self._open) or self.waiting:
            self._quiet_since = None
            return
        self._quiet_since = self._quiet_since or now
        if now - self._quiet_since < REST_SECONDS:
            return
        kept = [self._free.get_nowait() for _ in range(self._free.qsize())]
        while len(kept) > READY:
            process = kept.pop()
            process.stop()
            self._open.remove(process)
            self._closed.append(process)
        for process in reversed(kept):
            self.give_back(process)

    def stop(self) -> None:
        """Let all processes go."""
        for task in self._opening:
            task.cancel()
        for process in self._open:
            process.stop()

    def _open_one(self) -> None:
        process = self._closed.pop()
        self._open.append(process)
        task = asyncio.create_task(self._prepare(process))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _prepare(self, process: WarmProcess) -> None:
        """It is free when it is ready; one that cannot be started is tried again by the run that gets it, and told."""
        try:
            await process.pid()
        finally:
            self._free.put_nowait(process)
