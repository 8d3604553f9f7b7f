"""A worker hears of runs through Prefect's events, and goes on when nobody tells it anything."""

import asyncio
import uuid

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.services.ports import free_port
from flows.trigger.runs import Runs
from flows.worker import waker as waker_module
from flows.worker.waker import Waker
from tasks.ledger import ObjectVersion, Waiting

SECONDS = 20
LANDED = ObjectVersion("landing", "a.pdf", "e1")


async def nothing(_):
    pass


def with_waker(work, ask, cancel=nothing):
    """Run the coroutine `work(waker)` beside a waker that listens."""

    async def run():
        waker = Waker(ask, cancel)
        waker.start()
        try:
            return await asyncio.wait_for(work(waker), SECONDS)
        finally:
            waker.stop()

    return asyncio.run(run())


def test_a_scheduled_run_is_told(prefect):
    asked = []

    async def ask():
        asked.append(1)

    async def work(_):
        async with get_client() as client:
            while not asked:
                await Runs(client).start([Waiting(uuid.uuid4().int % 10**9, LANDED, 0, False)])
                await asyncio.sleep(0.5)

    with_waker(work, ask)
    assert asked


def test_many_wakings_are_answered_together(prefect, monkeypatch):
    monkeypatch.setattr(waker_module, "_PAUSE", 0.3)
    asked = []

    async def ask():
        asked.append(1)

    async def work(waker):
        for _ in range(50):
            waker.wake()
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)

    with_waker(work, ask)
    assert 2 <= len(asked) <= 5


def test_neither_a_server_that_is_away_nor_a_failure_ends_it():
    asked = []

    async def ask():
        asked.append(1)
        raise ConnectionError("away")

    async def work(waker):
        while len(asked) < 2:
            waker.wake()
            await asyncio.sleep(0.05)

    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        with_waker(work, ask)
    assert len(asked) == 2
