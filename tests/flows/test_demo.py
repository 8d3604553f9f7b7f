"""What `nianbao demo` shows, with batches in the place of the services."""

import io
from threading import Event, Thread

import pytest
from rich.console import Console

from flows.demo import run_demo, samples
from tasks.landing import add_landed
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.receipt.outcome import Origin


@pytest.fixture
def processed(s3, buckets, ledger):
    """Whatever lands is processed meanwhile."""
    ended = Event()

    def run():
        while not ended.wait(0.1):
            add_landed(s3, buckets, ledger)
            claimed = ledger.claim(None, "test", SECONDS)
            list(process(ledger, buckets, claimed, "test", Origin()))

    thread = Thread(target=run)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_it_shows_what_became_of_each_sample(processed):
    console = Console(file=io.StringIO(), width=200)
    assert run_demo(console)
    told = console.file.getvalue()
    assert {sample.outcome for sample in samples()} == {"validated", "quarantined", "rejected"}
    for head in ("上传", "完成"):
        assert told.count(f"  {head}　") == len(samples())
    for sample in samples():
        assert told.count(sample.name) == 3
