"""The work pool and the deployment that runs are created from; `python -m flows.deployments` makes both."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker

WORK_POOL = "nianbao"
FLOW = "ingest"
DEPLOYMENT = f"{FLOW}/landed"
ENTRYPOINT = "flows.ingest.ingest"
"""Where workers find the flow: an installed module, whatever folder they run in."""


async def deploy() -> None:
    """Make the process work pool and the deployment `ingest/landed`, or bring them up to date."""
    template = ProcessWorker.get_default_base_job_template()
    async with get_client() as client:
        pool = WorkPoolCreate(name=WORK_POOL, type="process", base_job_template=template)
        with suppress(ObjectAlreadyExists):
            await client.create_work_pool(pool)
        flow_id = await client.create_flow_from_name(FLOW)
        await client.create_deployment(
            flow_id=flow_id,
            name=DEPLOYMENT.split("/")[1],
            work_pool_name=WORK_POOL,
            entrypoint=ENTRYPOINT,
            parameter_openapi_schema=_parameters(),
            description="一个落地的报告文件：读取、校验、入库、出具回执。",
            tags=["nianbao"],
        )


def _parameters() -> dict[str, object]:
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "bucket": text | {"title": "bucket", "position": 0},
            "key": text | {"title": "key", "position": 1},
            "etag": text | {"title": "etag", "position": 2},
            "replay": {"type": "boolean", "title": "replay", "position": 3, "default": False},
        },
        "required": ["bucket", "key"],
    }


if __name__ == "__main__":
    asyncio.run(deploy())
