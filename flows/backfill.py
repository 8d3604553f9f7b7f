"""The flow `backfill`: thousands of landed objects in one run, in batches. What has a receipt already is left alone.

So it can be stopped and started again, and does nothing twice beside the runs that events have started.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import as_completed
from datetime import timedelta
from typing import Any

from prefect import flow, get_run_logger, runtime
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.compact import request_compaction
from flows.run_labels import run_url
from flows.runners import Runner, batches_on
from tasks.batch import chunks, process_batch
from tasks.missing import missing
from tasks.outcome import Origin
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

BATCH = 100


@flow(name="backfill", flow_run_name="补录 {prefix}", persist_result=False)
def backfill(prefix: str = "", runner: Runner = "process", address: str | None = None) -> State[Any]:
    """Process every object under `prefix` in landing that has no receipt, on `runner` (at `address`)."""
    buckets = buckets_from_env()
    place = buckets.landing.key(prefix)
    found = missing(s3_client(), buckets, timedelta(0))
    items = [one for one in found if one.key.startswith(place)]
    progress = create_progress_artifact(0.0, description=f"{len(items)} 个对象")
    origin = Origin(runtime.flow_run.id, run_url())
    outcomes: Counter[str] = Counter()
    with batches_on(runner, address) as submit:
        futures = [submit(process_batch, batch, buckets, origin) for batch in chunks(items, BATCH)]
        for number, future in enumerate(as_completed(futures), 1):
            outcomes.update(done.outcome for done in future.result())
            update_progress_artifact(progress, 100.0 * number / len(futures))  # type: ignore[arg-type]
            get_run_logger().info("%s / %s　%s", sum(outcomes.values()), len(items), dict(outcomes))
    if outcomes:
        asyncio.run(request_compaction())
    else:
        update_progress_artifact(progress, 100.0)  # type: ignore[arg-type]
    create_table_artifact([{"结果": o, "个数": n} for o, n in outcomes.items()], key="backfill", description="补录结果")
    return Completed(message=f"{len(items)} 个对象：{'，'.join(f'{o} {n}' for o, n in outcomes.items()) or '无'}")
