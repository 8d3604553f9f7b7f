"""The dispatcher: what waits in the ledger gets its run. A task in the receiver's process.

While the system is idle each object has a run of its own, at once; when more wait than there are free places, one run
takes many. What was tried before is tried alone, so that a deadly object takes no neighbours down again. Scans, which
take seconds a page, have places of their own.

Two dispatchers do no harm: of the same attempt Prefect makes one run, and the ledger gives an object to one run only.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress

from prefect.client.orchestration import PrefectClient

from flows.events import emit_endings, emit_landed
from flows.trigger.compactions import Compactions
from flows.trigger.dead_runs import DeadRuns
from flows.trigger.runs import Runs
from tasks.ledger import Ledger, RunOut, Waiting, open_ledger
from tasks.ledger.leases import MOST_ATTEMPTS
from tasks.ledger_loss import is_lost
from tasks.names import SCANS, TRIAL
from tasks.process_identity import process_identity
from tasks.settings import buckets_from_env, settings
from tasks.storage import s3_client

MOST_TOGETHER = 24

_POLL, _BUSY_POLL = 1.0, 0.2
"""Seconds until the ledger is looked at again when nobody says that something arrived; and while objects wait."""

_CHECK_SECONDS = 5.0
"""How often Prefect is asked what became of the runs that are out."""

_BACK_OFF = (0.5, 1.0, 2.0, 5.0)
"""Seconds until a round is tried again that failed, for Prefect, S3 or the ledger is away."""

_LONGEST_REST = 60.0
"""Seconds between two runs when they end before they begin: no worker can do anything."""

logger = logging.getLogger("nianbao.receiver")


class Dispatcher:
    """Hands out what waits; `limit` runs are out at most, by default as many as one worker takes."""

    def __init__(self, client: PrefectClient, limit: int | None = None) -> None:
        self.limit: int = limit or settings().runs_out or settings().worker_limit
        self._runs = Runs(client)
        self._dead_runs = DeadRuns(self._runs)
        self._compactions = Compactions(self._runs)
        self._woken = asyncio.Event()
        self._checked_at = 0.0
        self._in_vain = 0
        self._rest_until = 0.0

    def wake(self) -> None:
        """Something has arrived."""
        self._woken.set()

    async def work(self) -> None:
        """Go on until cancelled, whatever is away."""
        failures = 0
        is_sound = False
        while True:
            self._woken.clear()
            try:
                if not is_sound:
                    await asyncio.to_thread(_recover_ledger)
                    is_sound = True
                pause = _BUSY_POLL if await self.hand_out() else _POLL
                failures = 0
            except Exception as error:
                logger.warning("nothing can be handed out now: %s: %s", type(error).__name__, error)
                await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
                failures += 1
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def hand_out(self) -> bool:
        """One round; whether objects still wait for a place. Raises what keeps it from being done."""
        ledger = await asyncio.to_thread(open_ledger)
        out = await asyncio.to_thread(ledger.runs_out)
        if await self._has_taken_back(out):
            out = await asyncio.to_thread(ledger.runs_out)
        reports = [run for run in out if run.queue is None]
        free = self._free(self.limit, reports)
        waiting = await asyncio.to_thread(ledger.waiting, free * MOST_TOGETHER + 1)
        groups = together(await self._with_attempts_left(ledger, waiting), free)
        alone = self._free(settings().scan_limit, [run for run in out if run.queue == SCANS])
        scans = await asyncio.to_thread(ledger.waiting, alone, SCANS) if alone else []
        for group in (*groups, *([one] for one in await self._with_attempts_left(ledger, scans))):
            await self._start(ledger, group)
        await self._compactions.look(is_quiet=not reports and not waiting)
        return len(waiting) > sum(map(len, groups))

    def _free(self, limit: int, out: Sequence[RunOut]) -> int:
        """How many more runs may be out."""
        return 0 if time.monotonic() < self._rest_until else max(0, limit - len(out))

    async def _has_taken_back(self, out: Sequence[RunOut]) -> bool:
        """Whether runs came to nothing; when they do so before they begin, the next ones wait longer and longer."""
        if any(run.lease_owner for run in out):
            self._in_vain = 0
        if not out or time.monotonic() - self._checked_at < _CHECK_SECONDS:
            return False
        dead = await self._dead_runs.take_back(out)
        self._checked_at = time.monotonic()
        if any(run.lease_owner is None for run in dead):
            self._rest_until = time.monotonic() + min(_LONGEST_REST, 2.0**self._in_vain)
            self._in_vain += 1
        return bool(dead)

    async def _with_attempts_left(self, ledger: Ledger, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Those that may be tried; those that were tried too often get their outcome here.

        Nothing is tried again, nor given up, while no receipt could be written, be it for a full disk: so that uses up
        nobody's attempts.
        """
        if any(one.attempts for one in waiting):
            await asyncio.to_thread(_try_to_write)
        hopeless = [one.id for one in waiting if one.attempts >= MOST_ATTEMPTS]
        if hopeless:
            await asyncio.to_thread(_give_up, ledger, hopeless)
        return [one for one in waiting if one.attempts < MOST_ATTEMPTS]

    async def _start(self, ledger: Ledger, group: Sequence[Waiting]) -> None:
        run = await self._runs.start(group)
        for one in group:
            if not one.attempts and not one.is_replay:
                emit_landed(one.object)
        await asyncio.to_thread(ledger.hand_to, [one.id for one in group], run)


def together(waiting: Sequence[Waiting], places: int) -> list[list[Waiting]]:
    """Which objects share a run, in their order: none if there is a place for each, and none that was tried before."""
    fresh = sum(not one.attempts for one in waiting)
    size = 1 if len(waiting) <= places else min(MOST_TOGETHER, -(-fresh // max(1, places)))
    groups: list[list[Waiting]] = []
    filling: list[Waiting] | None = None
    for one in waiting:
        if one.attempts:
            groups.append([one])
        elif filling is None or len(filling) >= size:
            filling = [one]
            groups.append(filling)
        else:
            filling.append(one)
    return groups[:places]


def _recover_ledger() -> None:
    """A ledger that was lost is made anew before anything is handed out. Raises BusyError while another does that."""
    ledger, s3, buckets = open_ledger(), s3_client(), buckets_from_env()
    if is_lost(s3, buckets, ledger):
        from tasks import rebuild  # it reads and judges: all that the receiver else has no need of

        rebuild.recover(s3, buckets, ledger)


def _try_to_write() -> None:
    """Raises what keeps receipts from being written."""
    place = buckets_from_env().receipts
    s3_client().put_object(Bucket=place.bucket, Key=place.key(TRIAL), Body=b"")


def _give_up(ledger: Ledger, ids: Sequence[int]) -> None:
    from tasks import pipeline  # it reads and judges: all that the receiver else has no need of

    emit_endings(pipeline.give_up(ledger, buckets_from_env(), ids, process_identity()))
