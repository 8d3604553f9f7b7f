"""The flow `backfill`: thousands of landed objects in one run, in batches. What has a receipt already is left alone.

So it can be stopped and started again, and does nothing twice beside the runs that events have started.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.compact import request_compaction
from flows.run_labels import run_url
from flows.runners import Place, Runner, batches_on
from tasks.batch import Done, process_batch
from tasks.missing import Missing, missing
from tasks.receipt.outcome import Origin
from tasks.settings import Buckets, buckets_from_env
from tasks.storage import s3_client

BATCH = 100
_LEAST = 25
"""Objects of a batch at most, and near the end at least: then smaller ones let all processes end together."""


@task(name="batch", task_run_name="第 {number} 批", cache_policy=NO_CACHE, persist_result=False)
def _batch(number: int, items: Sequence[Missing], place: Place, buckets: Buckets, origin: Origin) -> list[Done]:
    done: list[Done] = place.call(process_batch, items, buckets, origin)
    return done


@flow(name="backfill", flow_run_name="补录 {prefix}", persist_result=False)
def backfill(prefix: str = "", runner: Runner = "process", address: str | None = None) -> State[Any]:
    """Process every object under `prefix` in landing that has no receipt, on `runner` (at `address`)."""
    buckets = buckets_from_env()
    start = buckets.landing.key(prefix)
    items = [one for one in missing(s3_client(), buckets, timedelta(0)) if one.key.startswith(start)]
    progress = create_progress_artifact(0.0, description=f"{len(items)} 个对象")
    outcomes: Counter[str] = Counter()
    with batches_on(runner, address) as place:
        batches = list(_batches(items, place.at_once))
        for number, done in enumerate(_done(batches, place, buckets, Origin(runtime.flow_run.id, run_url())), 1):
            outcomes.update(one.outcome for one in done)
            update_progress_artifact(progress, 100.0 * number / len(batches))  # type: ignore[arg-type]
            get_run_logger().info("%s / %s　%s", sum(outcomes.values()), len(items), dict(outcomes))
    if outcomes:
        asyncio.run(request_compaction())
    else:
        update_progress_artifact(progress, 100.0)  # type: ignore[arg-type]
    create_table_artifact([{"结果": o, "个数": n} for o, n in outcomes.items()], key="backfill", description="补录结果")
    return Completed(message=f"{len(items)} 个对象：{'，'.join(f'{o} {n}' for o, n in outcomes.items()) or '无'}")


def _batches(items: Sequence[Missing], at_once: int) -> Iterator[Sequence[Missing]]:
    start = 0
    while start < len(items):
        size = min(BATCH, max(_LEAST, (len(items) - start) // (2 * at_once)))
        yield items[start : start + size]
        start += size


def _done(batches: Sequence[Sequence[Missing]], place: Place, buckets: Buckets, origin: Origin) -> Iterator[list[Done]]:
    """What became of each batch, as they end: a task run hands each over and waits for it."""
    threads: ThreadPoolTaskRunner[Any]
    with ThreadPoolTaskRunner(max_workers=place.at_once) as threads:
        shared = {"place": quote(place), "buckets": quote(buckets), "origin": quote(origin)}
        futures: list[PrefectFuture[list[Done]]] = [
            threads.submit(_batch, {"number": number, "items": quote(batch), **shared})  # type: ignore[arg-type]
            for number, batch in enumerate(batches, 1)
        ]
        for future in as_completed(futures):
            yield future.result()
