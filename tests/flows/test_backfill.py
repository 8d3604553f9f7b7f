"""Backfill: the same receipts and the same lake as one run each; nothing twice; on processes here or on a cluster."""

import logging
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest
from distributed import LocalCluster

from expectations.forms import FORMS
from flows.backfill import backfill
from flows.ingest import ingest
from flows.runners import RunnerError, batches_on
from tasks.lake.query import connect
from tasks.receipt.write import read_receipt, stored_receipts
from tasks.samples import SampleReport, consistent_figures, draw_pdf

AGENCIES = ("水利", "林业", "农业", "教育", "民政", "财政")


def _pdf(name, seed, wrong=False):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    if wrong:
        figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport(f"青岚市{name}局", 2024, "2021", figures))


@pytest.fixture
def landed(s3, buckets, prefect):
    """Six reports (one wrong), a copy of one of them, and a file that is no report; returns their keys."""
    bodies = {f"old/{n}.pdf": _pdf(name, n, wrong=n == 2) for n, name in enumerate(AGENCIES)}
    bodies |= {"old/copy.pdf": bodies["old/0.pdf"], "old/empty.pdf": b"", "other/0.pdf": _pdf("文化", 9)}
    for key, body in bodies.items():
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
    return bodies


def _lake(buckets):
    lake = connect(buckets)
    return {
        table: lake.sql(f"SELECT * EXCLUDE ({left_out}) FROM {table} ORDER BY ALL").fetchall()
        for table, left_out in (("reports", "processed_at"), ("cells", "report_id"), ("applications", "report_id"))
    }


def test_a_prefix_is_processed_as_single_runs_would(landed, s3, buckets):
    ingest(buckets.landing.bucket, "old/1.pdf")
    first = read_receipt(s3, buckets, "old/1.pdf")
    state = backfill("old/", return_state=True)
    assert state.is_completed()
    outcomes = {r["object"]["key"]: r["outcome"] for _, r in stored_receipts(s3, buckets)}
    expected = dict.fromkeys((key for key in landed if key.startswith("old/")), "validated")
    assert outcomes == expected | {"old/2.pdf": "quarantined", "old/empty.pdf": "rejected"}
    assert read_receipt(s3, buckets, "old/1.pdf") == first, "what had a receipt is left alone"
    by_batch = _lake(buckets)
    for key in expected.keys() - {"old/copy.pdf"}:  # done again, a copy is read in its own right
        ingest(buckets.landing.bucket, key, replay=True)
    assert _lake(buckets) == by_batch


def test_a_second_time_there_is_nothing_to_do(landed, s3, buckets):
    backfill("other/")
    assert backfill("other/", return_state=True).message.startswith("0 个对象")


@pytest.fixture
def elsewhere(monkeypatch):
    """Makes calls in the other process of a pool of two, for this one is busy."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    begun, freed = threading.Event(), threading.Event()
    with batches_on("process", None) as place, ThreadPoolExecutor(1) as thread:
        here = thread.submit(place.call, lambda: (begun.set(), freed.wait(60), os.getpid())[-1])
        try:
            assert begun.wait(10), "work begins here while the other process is not there yet"
            yield place.call
        finally:
            freed.set()
        assert (here.result(), place.at_once) == (os.getpid(), 2)


def test_a_pool_is_this_process_and_others(elsewhere):
    assert elsewhere(os.getpid) != os.getpid()


def test_a_process_that_dies_is_replaced_and_its_call_made_again(elsewhere):
    victim = elsewhere(os.getpid)
    with ThreadPoolExecutor(1) as thread:
        lost = thread.submit(elsewhere, time.sleep, 1.0)
        time.sleep(0.3)
        os.kill(victim, signal.SIGKILL)
        assert lost.result() is None
    assert elsewhere(os.getpid) != victim


def test_a_call_that_kills_every_process_ends_as_an_error(elsewhere):
    with pytest.raises(BrokenProcessPool):
        elsewhere(os.abort)


def test_a_cluster_that_is_not_there_is_named():
    with pytest.raises(RunnerError, match="--address"), batches_on("dask", None):
        pass


def test_a_cluster_that_loses_a_worker_finishes_all_the_same(landed, s3, buckets, monkeypatch):
    monkeypatch.setattr("flows.backfill.BATCH", 1)
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL) as cluster:
        victim = next(iter(cluster.workers.values())).pid

        def kill_when_it_has_begun():
            while not any(stored_receipts(s3, buckets)):
                time.sleep(0.05)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill_when_it_has_begun, daemon=True)
        killer.start()
        state = backfill("old/", "dask", cluster.scheduler_address, return_state=True)
        killer.join(30)
    assert state.is_completed()
    assert {r["outcome"] for _, r in stored_receipts(s3, buckets)} == {"validated", "quarantined", "rejected"}
    assert len(list(stored_receipts(s3, buckets))) == len([key for key in landed if key.startswith("old/")])
