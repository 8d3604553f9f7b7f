"""A worker is told of runs as they are scheduled, and as they are cancelled: it need not ask every moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter

_RUN = "prefect.flow-run."
_CANCELLING = f"{_RUN}Cancelling"
_TOLD = EventFilter(event=EventNameFilter(name=[f"{_RUN}Scheduled", _CANCELLING]))
_PAUSE = 0.2
"""Seconds between two times of asking: in a burst one answer serves many events."""

_AGAIN = 5.0
"""Seconds until a lost connection is tried again; until then, and for what is never told, the worker polls."""

logger = logging.getLogger("nianbao.worker")


class Waker:
    """Calls `ask` soon after something was scheduled, or `wake` was called; `cancel` with runs that are cancelled."""

    def __init__(self, ask: Callable[[], Awaitable[object]], cancel: Callable[[UUID], Awaitable[object]]) -> None:
        self._ask, self._cancel = ask, cancel
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
                async with get_events_subscriber(filter=_TOLD) as events:
                    async for event in events:
                        if event.event == _CANCELLING:
                            await self._cancel(UUID(event.resource.id.removeprefix(_RUN)))
                        else:
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
