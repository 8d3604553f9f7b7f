"""Whether the servers that the receiver works with answer: known within a second and a half, whatever hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from prefect.client.orchestration import get_client

from flows.services.disk import disk
from tasks.ledger import Counts, open_ledger
from tasks.settings import buckets_from_env, home
from tasks.storage import quick_client

SECONDS = 1.5
"""Less than what those wait who ask."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inbox:
    """What the ledger says of all objects."""

    counts: Counts
    oldest_seconds: float
    """How long ago the oldest object landed that has not been processed; 0 if there is none."""


async def health() -> dict[str, Any]:
    """What the receiver can say of ledger, Prefect, S3 and the disk. It is well itself, or it could not say so."""
    prefect, s3, inbox = await asyncio.gather(prefect_answers(), s3_answers(), ledger_says())
    found = disk(home())
    warnings = [
        *["账本没有响应"] * (inbox is None),
        *["Prefect 没有响应"] * (not prefect),
        *["对象存储没有响应"] * (not s3),
        *filter(None, [found and found.warning]),
    ]
    return {
        "status": "degraded" if warnings else "ok",
        "ledger": inbox is not None,
        "prefect": prefect,
        "s3": s3,
        "waiting": inbox and inbox.counts.waiting,
        "open": inbox and inbox.counts.open,
        "oldest_open_seconds": inbox and round(inbox.oldest_seconds, 1),
        "outcomes": inbox and inbox.counts.by_outcome,
        "disk_free_bytes": found.free if found else None,
        "warnings": warnings,
    }


async def ledger_says() -> Inbox | None:
    """What it says now; None if it does not answer."""
    return await within(SECONDS, asyncio.to_thread(_asked_ledger))


async def prefect_answers() -> bool:
    """Whether Prefect's API answers now."""

    async def ask() -> bool:
        async with get_client() as client:
            return await client.api_healthcheck() is None

    return bool(await within(SECONDS, ask()))


async def s3_answers() -> bool:
    """Whether the object store answers now, be it that something is forbidden."""
    return bool(await within(SECONDS, asyncio.to_thread(_asked_s3)))


async def within(seconds: float, asked: Coroutine[Any, Any, T]) -> T | None:
    """The answer, or None if there is none in time; nobody waits for what hangs to be cancelled."""
    task = asyncio.ensure_future(asked)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.cancel()
        return None
    return None if task.exception() else task.result()


def _asked_ledger() -> Inbox:
    ledger = open_ledger()
    oldest = ledger.oldest_open()
    return Inbox(ledger.counts(), (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0)


def _asked_s3() -> bool:
    try:
        quick_client().head_bucket(Bucket=buckets_from_env().landing.bucket)
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"]) < 500
    except BotoCoreError:
        return False
    return True
