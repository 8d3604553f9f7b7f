"""One at a time, on a server that ignores conditional writes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tasks import lock
from tasks.lock import exclusive


def test_only_one_holds_the_lock(s3, buckets, names):
    inside, met = [], []

    def hold(number):
        with exclusive(s3, buckets, "a"):
            inside.append(number)
            met.append(len(inside))
            time.sleep(0.05)
            inside.remove(number)

    with ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(hold, range(6)))) == 6
    assert met == [1] * 6
    assert names(buckets.receipts) == []


def test_locks_of_other_names_are_free(s3, buckets):
    with exclusive(s3, buckets, "a"), exclusive(s3, buckets, "a/b"), exclusive(s3, buckets, "淮安 2024#"):
        pass


def test_a_held_lock_is_given_back_when_its_work_fails(s3, buckets, names):
    with pytest.raises(RuntimeError), exclusive(s3, buckets, "a"):
        raise RuntimeError
    assert names(buckets.receipts) == []


def test_the_claim_of_a_dead_process_holds_up_nobody_for_ever(s3, buckets, monkeypatch):
    dead = exclusive(s3, buckets, "a")
    dead.__enter__()
    with pytest.raises(TimeoutError), exclusive(s3, buckets, "a", patience=timedelta(seconds=0.5)):
        pass
    monkeypatch.setattr(lock, "STALE", timedelta(seconds=0.2))
    with exclusive(s3, buckets, "a"):
        pass
