"""The worker: Prefect's process worker on the pool `nianbao`. `python -m flows.worker`."""

from __future__ import annotations

import asyncio
import os

from prefect.workers.process import ProcessWorker

from flows.deployments import WORK_POOL, deploy

DEFAULT_LIMIT = 2
"""Runs at a time: a run needs about one core."""


async def work() -> None:
    """Make the deployments if need be, then take runs from the pool until stopped."""
    await deploy()
    limit = int(os.environ.get("NIANBAO_WORKER_LIMIT", DEFAULT_LIMIT))
    await ProcessWorker(work_pool_name=WORK_POOL, limit=limit).start(with_healthcheck=True)


if __name__ == "__main__":
    asyncio.run(work())
