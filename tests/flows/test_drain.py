"""A worker that is told to stop: what executes ends, what has not begun goes back, nothing is lost."""

import asyncio
import random
import signal

import psutil
import pytest
from prefect.client.orchestration import get_client
from workers import SECONDS, empty_pool, hand_out, until, worker

from expectations.forms import FORMS
from flows.worker.warm_process_pool import AHEAD
from tasks.ledger import ObjectVersion
from tasks.samples import SampleReport, consistent_figures, draw_pdf

NAMES = "水林农教民财文体"


@pytest.fixture
def burst(prefect, s3, buckets, ledger):
    """Reports that have landed, each with its run; nothing else waits in the pool."""
    empty_pool()
    bucket = buckets.landing.bucket
    for number, name in enumerate(NAMES):
        figures = dict(consistent_figures(FORMS["2021"], random.Random(number)))
        body = draw_pdf(SampleReport(f"青岚市{name}局", 2024, "2021", figures))
        etag = s3.put_object(Bucket=bucket, Key=f"{name}.pdf", Body=body)["ETag"].strip('"')
        ledger.add([ObjectVersion(bucket, f"{name}.pdf", etag)])
    hand_out(limit=len(NAMES))
    return [row.run_id for row in ledger.page()]


def runs_of(burst):
    """The runs by their ids."""

    async def read():
        async with get_client() as client:
            return {str(run.id): run for run in await client.read_flow_runs() if str(run.id) in burst}

    return asyncio.run(read())


def executing(burst):
    """The ids of those that are executing, once some are."""
    return until(lambda: [one for one, run in runs_of(burst).items() if run.state.is_running()])


def test_what_executes_ends_and_the_rest_goes_back(burst, ledger, tmp_path):
    with worker(tmp_path) as process:
        begun = executing(burst)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    left = runs_of(burst)
    assert all(left[one].state.is_completed() for one in begun)
    waiting = [run for run in left.values() if run.state.is_scheduled()]
    assert waiting
    assert {run.infrastructure_pid for run in waiting} == {None}
    assert all(run.state.is_completed() for run in left.values() if run not in waiting)
    assert any(run.state.message for run in waiting), "one that the worker had taken was given back"

    with worker(tmp_path):
        until(lambda: all(run.state.is_completed() for run in runs_of(burst).values()))
    rows = ledger.page()
    assert {row.object.key: row.outcome for row in rows} == {f"{name}.pdf": "validated" for name in NAMES}
    assert {row.run_id for row in rows} == set(burst), "each was handed out once"


def test_what_takes_too_long_is_ended_and_said_to_be(burst, tmp_path):
    with worker(tmp_path, NIANBAO_DRAIN_SECONDS="1") as process:
        begun = executing(burst)
        forked = [one for server in psutil.Process(process.pid).children() for one in server.children(recursive=True)]
        for one in forked:
            one.suspend()
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
        assert not psutil.wait_procs(forked, timeout=10)[1]
    states = {one: run.state for one, run in runs_of(burst).items()}
    assert all(states[one].is_crashed() for one in begun if not states[one].is_completed())
    assert not any(state.is_running() or state.is_pending() for state in states.values())
    assert len([one for one, state in states.items() if state.is_scheduled()]) >= len(NAMES) - len(begun) - 1 - AHEAD
