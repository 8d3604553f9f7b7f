"""A worker is told of runs as they are scheduled: it need not ask for them every moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter

_SCHEDULED = EventFilter(event=EventNameFilter(name=["prefect.flow-run.Scheduled"]))
_PAUSE = 0.2
"""Seconds between two times of asking: in a burst one answer serves many events."""

_AGAIN = 5.0
"""Seconds until a lost connection is tried again; until then, and for what is never told, the worker polls."""

logger = logging.getLogger("nianbao.worker")


class Waker:
    """Calls `ask` soon after something was scheduled, or `wake` was called."""

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self._woken = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    def start(self) -> None:
        """Listen until `stop`."""
        self._tasks = asyncio.create_task(self._listen()), asyncio.create_task(self._answer())

    def stop(self) -> None:
        """Listen no more."""
        for task in self._tasks:
            task.cancel()

    def wake(self) -> None:
        """There may be something to ask for."""
        self._woken.set()

    async def _listen(self) -> None:
        while True:
            try:
                async with get_events_subscriber(filter=_SCHEDULED) as events:
                    async for _ in events:
                        self.wake()
            except Exception as error:
                logger.info("no events for now: %s", error)
            await asyncio.sleep(_AGAIN)

    async def _answer(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._ask()
            except Exception as error:
                logger.info("the next poll will ask again: %s", error)
            await asyncio.sleep(_PAUSE)
