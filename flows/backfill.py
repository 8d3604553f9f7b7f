"""The flow `backfill`: thousands of landed objects in one run, in batches. What has an outcome already is left alone.

So it can be stopped and started again, and does nothing twice beside the runs that events have started.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from flows.outcomes import told
from flows.run_labels import run_url
from flows.runners import Place, Runner, batches_on
from tasks.landing import add_landed
from tasks.ledger import database_url, open_ledger
from tasks.ledger.leases import SECONDS, leases
from tasks.pipeline import Ended, finish, process
from tasks.prepare import KnownThen, prepare
from tasks.process_identity import process_identity
from tasks.receipt.outcome import Origin
from tasks.settings import Buckets, buckets_from_env
from tasks.storage import s3_client

BATCH = 100
_LEAST = 25
"""Objects of a batch at most, and near the end at least: then smaller ones let all processes end together."""


@flow(name="backfill", flow_run_name="补录 {prefix}", persist_result=False)
def backfill(prefix: str = "", runner: Runner = "process", address: str | None = None) -> State[Any]:
    """Process every object under `prefix` in landing that has no outcome, on `runner` (at `address`)."""
    buckets, ledger, run_id = buckets_from_env(), open_ledger(), str(runtime.flow_run.id)
    add_landed(s3_client(), buckets, ledger, prefix)
    ids = ledger.hand_all_to(run_id, buckets.landing.bucket, buckets.landing.key(prefix))
    progress = create_progress_artifact(0.0, description=f"{len(ids)} 个对象")
    outcomes: Counter[str] = Counter()
    with batches_on(runner, address) as place:
        work = _Work(place, buckets, Origin(run_id, run_url()), run_id)
        for done in work.on(list(_batches(ids, place.at_once))):
            outcomes.update(one.outcome for one in done)
            update_progress_artifact(progress, 100.0 * sum(outcomes.values()) / len(ids))  # type: ignore[arg-type]
            get_run_logger().info("%s / %s　%s", sum(outcomes.values()), len(ids), dict(outcomes))
    if outcomes:
        asyncio.run(request_compaction())
    else:
        update_progress_artifact(progress, 100.0)  # type: ignore[arg-type]
    create_table_artifact([{"结果": o, "个数": n} for o, n in outcomes.items()], key="backfill", description="补录结果")
    return Completed(message=f"{len(ids)} 个对象：{'，'.join(f'{o} {n}' for o, n in outcomes.items()) or '无'}")


@task(name="batch", task_run_name="第 {number} 批", cache_policy=NO_CACHE, persist_result=False)
def _batch(number: int, ids: Sequence[int], work: _Work) -> list[Ended]:
    done = work.here(ids) if work.place.has_ledger else work.elsewhere(ids)
    for one in done:
        told(one)
    return done


class _Work:
    """How a batch is done: in processes that reach the ledger, or on a cluster that needs S3 alone."""

    def __init__(self, place: Place, buckets: Buckets, origin: Origin, run_id: str) -> None:
        self.place = place
        self._buckets, self._origin, self._run_id = buckets, origin, run_id

    def on(self, batches: Sequence[Sequence[int]]) -> Iterator[list[Ended]]:
        """What became of each batch, as they end: a task run hands each over and waits for it."""
        threads: ThreadPoolTaskRunner[Any]
        with ThreadPoolTaskRunner(max_workers=self.place.at_once) as threads:
            futures: list[PrefectFuture[list[Ended]]] = [
                threads.submit(_batch, {"number": number, "ids": quote(batch), "work": quote(self)})  # type: ignore[arg-type]
                for number, batch in enumerate(batches, 1)
            ]
            for future in as_completed(futures):
                yield future.result()

    def here(self, ids: Sequence[int]) -> list[Ended]:
        """Claim, process and settle in one of this machine's processes."""
        done: list[Ended] = self.place.call(
            process_batch, database_url(), list(ids), self._buckets, self._origin, self._run_id
        )
        return done

    def elsewhere(self, ids: Sequence[int]) -> list[Ended]:
        """Have a worker prepare what is claimed here, and settle it here in one transaction."""
        ledger, owner = open_ledger(), process_identity()
        claimed = ledger.claim(ids, owner, SECONDS, run_id=self._run_id)
        with leases(ledger, [one.id for one in claimed], owner):
            known = KnownThen.of(ledger)
            prepared = self.place.call(prepare_batch, self._buckets, known, claimed, self._origin)
            return finish(s3_client(), ledger, self._buckets, prepared, owner, self._origin)


def process_batch(url: str, ids: list[int], buckets: Buckets, origin: Origin, run_id: str) -> list[Ended]:
    """Process what is still open of `ids`, in a process that may die over it: then it is called again elsewhere."""
    ledger = open_ledger(url, migrate=False)
    claimed = ledger.claim(ids, process_identity(), SECONDS, run_id=run_id)
    return [_slim(one) for one in process(ledger, buckets, claimed, process_identity(), origin)]


def prepare_batch(buckets: Buckets, known: KnownThen, claimed: list[Any], origin: Origin) -> list[Any]:
    """`prepare`, on the S3 server that the worker's environment names."""
    return prepare(s3_client(), buckets, known, claimed, origin)


def _slim(ended: Ended) -> Ended:
    """Without what only the process that read the report needs."""
    return replace(ended, report=None)


def _batches(ids: Sequence[int], at_once: int) -> Iterator[Sequence[int]]:
    start = 0
    while start < len(ids):
        size = min(BATCH, max(_LEAST, (len(ids) - start) // (2 * at_once)))
        yield ids[start : start + size]
        start += size
