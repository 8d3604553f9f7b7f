"""A real worker in a process of its own, and a dispatcher beside it."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil
from prefect.client.orchestration import get_client

from flows.parent_death_signal import die_with_parent
from flows.services.ports import free_port
from flows.services.service import family
from flows.trigger.dispatch import Dispatcher

SECONDS = 150


@contextmanager
def worker(home, **settings):
    """A worker with one place for runs. Nobody looks at pages: what is read is no matter here, and one process less."""
    settings = {
        "NIANBAO_EYE": "never",
        "NIANBAO_HOME": str(home),
        "NIANBAO_WORKER_LIMIT": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    } | settings
    port = {"PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1", "PREFECT_WORKER_WEBSERVER_PORT": str(free_port())}
    with (home / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.worker"],
            env={**os.environ, **settings, **port},
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    finally:
        for one in family(process.pid):  # a run of Prefect's own worker is in a session of its own, and would stay
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


def empty_pool():
    """Let nothing wait in the pool."""

    async def delete():
        async with get_client() as client:
            for run in await client.read_flow_runs():
                await client.delete_flow_run(run.id)

    asyncio.run(delete())


def hand_out(limit=3, times=1):
    """Rounds of a dispatcher of its own."""

    async def rounds():
        async with get_client() as client:
            dispatcher = Dispatcher(client, limit)
            for _ in range(times):
                await dispatcher.hand_out()

    asyncio.run(rounds())


def dispatch_until(holds, limit=3):
    """Have a dispatcher work until `holds` is true; what it was then."""

    async def work():
        async with get_client() as client:
            working = asyncio.create_task(Dispatcher(client, limit).work())
            try:
                return await asyncio.to_thread(until, holds)
            finally:
                working.cancel()

    return asyncio.run(work())


def until(holds):
    """Wait until it is true; what it was then."""
    deadline = time.monotonic() + SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found
