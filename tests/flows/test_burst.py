"""Runs of many in a real worker: what kills it, and what a person cancels."""

import asyncio
import os
import random
import signal
import threading
import uuid
from datetime import UTC, datetime

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelling
from workers import dispatch_until, empty_pool, hand_out, until, worker

from expectations.forms import FORMS
from tasks.ledger import ObjectVersion
from tasks.ledger.leases import MOST_ATTEMPTS
from tasks.process_identity import process_identity
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

NAMES = "水林农教民财文体交通司法审计统环住建商务"


@pytest.fixture
def land(prefect, s3, buckets, ledger):
    """Reports that have landed; nothing else waits in the pool."""
    empty_pool()
    bucket = buckets.landing.bucket

    def put(number):
        versions = []
        for name in NAMES[:number]:
            figures = dict(consistent_figures(FORMS["2021"], random.Random(name)))
            body = draw_pdf(SampleReport(f"青岚市{name}局", 2024, "2021", figures))
            etag = s3.put_object(Bucket=bucket, Key=f"{name}.pdf", Body=body)["ETag"].strip('"')
            versions.append(ObjectVersion(bucket, f"{name}.pdf", etag))
        return ledger.add(versions)

    return put


def all_closed(ledger, ids):
    rows = ledger.get(ids)
    return None if any(row.is_open for row in rows.values()) else rows


def is_leased(row):
    return row.is_open and row.lease_until is not None and row.lease_until > datetime.now(UTC)


@pytest.mark.timeout(500)
def test_a_deadly_object_fails_and_its_neighbours_do_not(land, ledger, s3, buckets, tmp_path):
    """Whatever process is at work on it dies, be it with others or alone."""
    ids = land(8)
    deadly, over, killed = ids[3], threading.Event(), []

    def kill():
        while not over.wait(0.005):
            row = ledger.get([deadly])[deadly]
            if is_leased(row) and row.lease_owner not in (*killed, process_identity()):
                killed.append(row.lease_owner)
                os.kill(int(row.lease_owner.split(":")[1]), signal.SIGKILL)

    reaper = threading.Thread(target=kill)
    hand_out(limit=1)
    assert len({row.run_id for row in ledger.get(ids).values()}) == 1, "they share a run"
    reaper.start()
    try:
        with worker(tmp_path, NIANBAO_WORKER_LIMIT="2"):
            rows = dispatch_until(lambda: all_closed(ledger, ids), limit=2)
    finally:
        over.set()
        reaper.join()
    assert {one: row.outcome for one, row in rows.items()} == {
        one: "failed" if one == deadly else "validated" for one in ids
    }
    assert len(killed) == MOST_ATTEMPTS
    assert all(row.attempts <= 2 for one, row in rows.items() if one != deadly)
    assert read_receipt(s3, buckets, rows[deadly].object.key)["reason"] == "PROCESSING.FAILED"


@pytest.mark.timeout(500)
def test_a_run_that_is_cancelled_ends_so_for_what_it_had_not_done(land, ledger, s3, buckets, tmp_path):
    ids = land(len(NAMES))
    hand_out(limit=1)
    (run_id,) = {row.run_id for row in ledger.get(ids).values()}

    async def cancel():
        async with get_client() as client:
            while not (await client.read_flow_run(uuid.UUID(run_id))).state.is_running():
                await asyncio.sleep(0.02)
            await client.set_flow_run_state(uuid.UUID(run_id), Cancelling())

    with worker(tmp_path):
        asyncio.run(cancel())
        rows = dispatch_until(lambda: all_closed(ledger, ids), limit=1)
        until(lambda: asyncio.run(_state(run_id)).is_cancelled())
    reasons = {row.reason for row in rows.values() if row.outcome == "failed"}
    assert reasons == {"PROCESSING.CANCELLED"}
    assert {row.outcome for row in rows.values()} <= {"failed", "validated"}
    cancelled = next(row for row in rows.values() if row.outcome == "failed")
    assert read_receipt(s3, buckets, cancelled.object.key)["reason"] == "PROCESSING.CANCELLED"
    assert {row.run_id for row in rows.values()} == {run_id}, "nobody began them again"


async def _state(run_id):
    async with get_client() as client:
        return (await client.read_flow_run(uuid.UUID(run_id))).state


@pytest.mark.timeout(500)
def test_without_warm_processes_prefect_s_own_worker_does_the_same(land, ledger, tmp_path):
    ids = land(2)
    with worker(tmp_path, NIANBAO_WARM="0"):
        rows = dispatch_until(lambda: all_closed(ledger, ids), limit=1)
    assert {row.outcome for row in rows.values()} == {"validated"}
