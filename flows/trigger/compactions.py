"""After a burst the marts are brought up to date: a report is in them some seconds after it landed."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

from prefect.exceptions import ObjectNotFound

from flows.deployments import COMPACT
from flows.trigger.runs import Runs
from tasks.ledger import open_ledger
from tasks.names import SCANS

_QUIET_SECONDS = 2.0
"""What belongs together mostly lands together."""

_LEAST_REST, _REST_AFTER_FAILURE = 2.0, 60.0


class Compactions:
    """Asks for a compaction when nothing is to be processed and the marts lag behind; for one at a time."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._quiet_since: float | None = None
        self._asked_at = 0.0
        self._run: str | None = None
        self._rest_until = 0.0

    async def look(self, *, is_quiet: bool) -> None:
        """Ask for one if it is due. After each it rests as long as that took, so that it takes half a core at most."""
        now = time.monotonic()
        if not is_quiet:
            self._quiet_since = None
            return
        self._quiet_since = self._quiet_since or now
        if now - self._quiet_since < _QUIET_SECONDS or now < self._rest_until or not await self._is_over(now):
            return
        change = await asyncio.to_thread(_last_change)
        if change is not None and now >= self._rest_until:
            minute = int(time.time() // 60)
            self._run = await self._runs.create(COMPACT, None, {"now": True}, f"nianbao-marts-{change}-{minute}")
            self._asked_at = now

    async def _is_over(self, now: float) -> bool:
        """Whether the one that was asked for has ended, or there is none."""
        if self._run is None:
            return True
        try:
            state = (await self._runs.client.read_flow_run(UUID(self._run))).state
        except ObjectNotFound:
            state = None
        if state and not state.is_final():
            return False
        took = max(_LEAST_REST, now - self._asked_at)
        self._rest_until = now + (took if state and state.is_completed() else _REST_AFTER_FAILURE)
        self._run = None
        return True


def _last_change() -> int | None:
    """Of the lake, if the marts lag behind and nobody is at work, be it without a run; scans are not waited for."""
    ledger = open_ledger()
    return ledger.last_change() if ledger.oldest_open(but_for=SCANS) is None else None
