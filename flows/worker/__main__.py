"""The worker on the pool `nianbao`. `python -m flows.worker`. SIGTERM drains it.

Runs are executed in warm processes; NIANBAO_WARM=0 makes it Prefect's own process worker, one process a run.

Prefect is imported where it is used: whatever multiprocessing starts from here imports this module again.
"""

from __future__ import annotations

import asyncio
import sys
import time

from flows.services.service import answers
from tasks.settings import settings

_PREFECT_SECONDS = 120.0


async def work() -> None:
    """Make the deployments if need be, then take runs from the pool until stopped."""
    from flows.deployments import WORK_POOL, deploy
    from flows.worker.draining import DrainingWorker, work_until_told
    from flows.worker.warm import WarmWorker
    from tasks.ledger import open_ledger

    open_ledger()  # with its tables as they are to be
    await _prefect_answers()
    await deploy()
    await _take_back()
    await _sweep_now()
    worker = WarmWorker if settings().warm == "1" else DrainingWorker
    await work_until_told(worker(work_pool_name=WORK_POOL, limit=settings().worker_limit + settings().scan_limit))


async def _prefect_answers() -> None:
    """Returns when it does, or has been waited for long enough: it may still be starting, and imports as long."""
    url = settings().prefect_api_url
    deadline = time.monotonic() + _PREFECT_SECONDS
    while url and time.monotonic() < deadline and not await asyncio.to_thread(answers, f"{url}/health"):
        await asyncio.sleep(0.1)


async def _take_back() -> None:
    """What workers that died on this host had taken is handed out again: the receiver may be on another."""
    from prefect.client.orchestration import get_client

    from flows.trigger.dead_runs import DeadRuns
    from flows.trigger.runs import Runs
    from tasks.ledger import open_ledger

    async with get_client() as client:
        await DeadRuns(Runs(client)).take_back(open_ledger().runs_out())


async def _sweep_now() -> None:
    """What landed while nobody was here need not wait for the schedule."""
    from prefect.client.orchestration import get_client

    from flows.deployments import SWEEP

    async with get_client() as client:
        deployment = await client.read_deployment_by_name(SWEEP.full_name)
        await client.create_flow_run_from_deployment(deployment.id, name="启动时补漏")


def _prepare_warm_processes() -> None:
    """Before there are threads."""
    from flows.worker.forked import share_with_server
    from flows.worker.warm_process import MODULES

    share_with_server(*MODULES)


if __name__ == "__main__":
    if settings().warm == "1" and sys.platform == "linux":
        _prepare_warm_processes()
    asyncio.run(work())
