"""The sweep, against a real S3 server and a real Prefect server: what it finds missing, and what it does about it."""

import asyncio
import os
from datetime import timedelta

import pytest
from flows.broken import broken_without_receipt
from flows.trigger.landed import ObjectVersion, start_run
from prefect.client.orchestration import get_client
from prefect.states import Completed, Crashed, Failed, Pending, Running
from tasks.missing import missing
from test_ingest import sample
from typer.testing import CliRunner

import flows.sweep
from flows.cli import app
from flows.ingest import ingest
from flows.metrics import Metrics
from flows.sweep import MOST_ATTEMPTS, sweep
from tasks.process_identity import is_dead, process_identity
from tasks.receipt.write import read_receipt

NOW = timedelta(0)


@pytest.fixture
def landed(s3, buckets, prefect, monkeypatch):
    """An object that landed, and whose event was lost."""
    monkeypatch.setattr(flows.sweep, "GRACE", NOW)
    etag = s3.put_object(Bucket=buckets.landing.bucket, Key="a.pdf", Body=sample())["ETag"].strip('"')
    return ObjectVersion(buckets.landing.bucket, "a.pdf", etag)


def _runs(landed):
    async def read():
        async with get_client() as client:
            return await flows.sweep._runs(client, landed)

    return asyncio.run(read())


def _set(run, state, pid=None):
    async def put():
        async with get_client() as client:
            if pid:
                await client.update_flow_run(run.id, infrastructure_pid=pid)
            await client.set_flow_run_state(run.id, state, force=True)

    asyncio.run(put())


def test_a_lost_event_gets_the_run_that_it_would_have_given(landed):
    sweep()
    (run,) = _runs(landed)
    assert run.idempotency_key == landed.idempotency_key
    assert asyncio.run(start_run(landed)) == str(run.id), "a late event finds the same run"


def test_a_run_on_its_way_is_left_alone(landed):
    asyncio.run(start_run(landed))
    sweep()
    sweep()
    assert len(_runs(landed)) == 1


def test_nothing_is_begun_while_no_receipt_could_be_written(landed, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(flows.sweep, "_try_to_write", full)
    with pytest.raises(OSError, match="No space"):
        sweep()
    assert _runs(landed) == []


def test_a_run_that_failed_without_a_receipt_is_counted_and_can_be_replayed(landed, s3, buckets):
    asyncio.run(start_run(landed))
    before = _failed()
    _set(_runs(landed)[0], Failed())
    assert asyncio.run(broken_without_receipt(missing(s3, buckets, NOW))) == ["a.pdf"]
    assert _failed() == before + 1
    result = CliRunner().invoke(app, ["replay", "--outcome", "failed", "--no-wait"])
    assert (result.exit_code, "a.pdf　" in result.output) == (0, True), result.output


def _failed():
    lines = asyncio.run(Metrics().text()).decode().splitlines()
    (line,) = (line for line in lines if line.startswith('nianbao_runs_by_outcome{outcome="failed"}'))
    return float(line.split()[1])


def test_what_has_a_receipt_is_not_missing(landed, s3, buckets):
    assert [one.key for one in missing(s3, buckets, NOW)] == ["a.pdf"]
    ingest(landed.bucket, landed.key, landed.etag)
    assert list(missing(s3, buckets, NOW)) == []
    s3.put_object(Bucket=landed.bucket, Key="a.pdf", Body=sample(seed=2))
    assert [one.key for one in missing(s3, buckets, NOW)] == ["a.pdf"], "a new version needs a receipt of its own"


@pytest.mark.parametrize("state", [Crashed(), Completed()], ids=["crashed", "completed without a receipt"])
def test_a_run_that_came_to_nothing_is_followed_by_another(landed, state):
    asyncio.run(start_run(landed))
    _set(_runs(landed)[0], state)
    sweep()
    assert [run.idempotency_key for run in _runs(landed)] == [
        landed.idempotency_key,
        f"{landed.idempotency_key}#sweep-1",
    ]


@pytest.mark.parametrize("state", [Running(), Pending()], ids=["running", "pending"])
def test_a_run_whose_process_is_gone_is_crashed_and_followed_by_another(landed, state):
    asyncio.run(start_run(landed))
    gone = f"{process_identity().rsplit(':', 1)[0]}:1.00"
    assert is_dead(gone)
    _set(_runs(landed)[0], state, gone)
    sweep()
    first, second = _runs(landed)
    assert first.state.is_crashed()
    assert second.state.is_scheduled()


def test_a_run_that_a_worker_took_and_never_said_where_is_lost(landed, monkeypatch):
    asyncio.run(start_run(landed))
    _set(_runs(landed)[0], Pending())
    sweep()
    assert len(_runs(landed)) == 1
    monkeypatch.setattr(flows.sweep, "SUBMISSION", NOW)
    sweep()
    assert [run.state.is_crashed() for run in _runs(landed)] == [True, False]


def test_a_run_whose_process_lives_is_left_alone_until_it_takes_for_ever(landed, monkeypatch):
    asyncio.run(start_run(landed))
    assert not is_dead(process_identity())
    assert not is_dead("another-host:1:1.00")
    _set(_runs(landed)[0], Running(), process_identity())
    sweep()
    assert len(_runs(landed)) == 1
    monkeypatch.setitem(os.environ, "NIANBAO_RUN_SECONDS", "0")
    sweep()
    assert len(_runs(landed)) == 2


def test_after_the_last_attempt_the_receipt_says_failed(landed, s3, buckets):
    for attempt in range(MOST_ATTEMPTS):
        sweep()
        _set(_runs(landed)[attempt], Crashed())
    assert read_receipt(s3, buckets, "a.pdf") is None
    sweep()
    receipt = read_receipt(s3, buckets, "a.pdf")
    assert (receipt["outcome"], receipt["reason"]) == ("failed", "PROCESSING.FAILED")
    sweep()
    assert len(_runs(landed)) == MOST_ATTEMPTS
