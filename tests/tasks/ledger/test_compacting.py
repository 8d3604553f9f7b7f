"""One at a time, by processes that share a ledger, on both databases."""

import multiprocessing
import os
import signal
import time

import pytest

from tasks.ledger import Ledger
from tasks.ledger.compacting import BusyError, current_by_year, exclusive


def _hold(url, name, held, end):
    with exclusive(Ledger.open(url), name):
        held.set()
        end.wait()


@pytest.fixture
def holder(url):
    """A process that does `name`."""
    context = multiprocessing.get_context("spawn")
    held, end = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(url, "marts/2024", held, end))
    process.start()
    assert held.wait(60)
    yield process
    process.kill()
    process.join()


def test_nobody_else_does_it_meanwhile_and_a_killed_process_holds_nothing(ledger, holder):
    with pytest.raises(BusyError), exclusive(ledger, "marts/2024"):
        pass
    with exclusive(ledger, "marts/2023") as still_held:
        still_held()
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    for _ in range(100):
        try:
            with exclusive(ledger, "marts/2024"):
                return
        except BusyError:  # PostgreSQL notices the end of a connection a little later
            time.sleep(0.1)
    pytest.fail("still held")


def test_it_ends_with_the_block_even_where_that_raises(ledger):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), exclusive(ledger, "relate"):
            1 / 0  # noqa: B018


def test_there_is_nothing_in_an_empty_lake(ledger):
    assert current_by_year(ledger) == {}
