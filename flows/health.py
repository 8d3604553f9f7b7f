"""Whether the servers that the receiver works with answer: known within a second and a half, whatever hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from prefect.client.orchestration import get_client

from flows.services.disk import disk
from tasks.settings import buckets_from_env, home
from tasks.storage import quick_client

SECONDS = 1.5
"""Less than what those wait who ask."""


async def health() -> dict[str, Any]:
    """What the receiver can say of Prefect, S3 and the disk. It is well itself, or it could not say so."""
    prefect, s3 = await asyncio.gather(prefect_answers(), s3_answers())
    found = disk(home())
    warnings = [
        *["Prefect 没有响应"] * (not prefect),
        *["对象存储没有响应"] * (not s3),
        *filter(None, [found and found.warning]),
    ]
    return {
        "status": "degraded" if warnings else "ok",
        "prefect": prefect,
        "s3": s3,
        "disk_free_bytes": found.free if found else None,
        "warnings": warnings,
    }


async def prefect_answers() -> bool:
    """Whether Prefect's API answers now."""

    async def ask() -> bool:
        async with get_client() as client:
            return await client.api_healthcheck() is None

    return await within(SECONDS, ask())


async def s3_answers() -> bool:
    """Whether the object store answers now, be it that something is forbidden."""
    return await within(SECONDS, asyncio.to_thread(_asked_s3))


async def within(seconds: float, asked: Coroutine[Any, Any, bool]) -> bool:
    """The answer, or False if there is none in time; nobody waits for what hangs to be cancelled."""
    task = asyncio.ensure_future(asked)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.cancel()
        return False
    return task.exception() is None and task.result()


def _asked_s3() -> bool:
    try:
        quick_client().head_bucket(Bucket=buckets_from_env().landing.bucket)
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"]) < 500
    except BotoCoreError:
        return False
    return True
