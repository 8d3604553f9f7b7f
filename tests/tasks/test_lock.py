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


def test_locks_taken_together_are_held_one_by_one(s3, buckets, names):
    inside, met = set(), []

    def hold(wanted):
        with exclusive(s3, buckets, *wanted):
            met.append(inside.intersection(wanted))
            inside.update(wanted)
            time.sleep(0.05)
            inside.difference_update(wanted)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(hold, ["ab", "bc", "cd", "da", "abcd", "c", "淮安"]))
    assert met == [set()] * 7
    assert names(buckets.receipts) == []


def test_no_more_than_an_object_name_has_room_for(s3, buckets):
    many = [f"report/{number}" for number in range(lock.MOST_NAMES)]
    with exclusive(s3, buckets, *many):
        pass
    with pytest.raises(ValueError, match="31 locks"), exclusive(s3, buckets, *many, "one more"):
        pass


def test_a_held_lock_is_given_back_when_its_work_fails(s3, buckets, names):
    with pytest.raises(RuntimeError), exclusive(s3, buckets, "a"):
        raise RuntimeError
    assert names(buckets.receipts) == []


def test_the_claim_of_a_dead_process_holds_up_nobody_for_ever(s3, buckets, names, monkeypatch):
    dead = exclusive(s3, buckets, "a")
    dead.__enter__()
    with pytest.raises(TimeoutError), exclusive(s3, buckets, "a", patience=timedelta(seconds=0.5)):
        pass
    monkeypatch.setattr(lock, "STALE", timedelta(seconds=0.2))
    with exclusive(s3, buckets, "b"):
        assert len(names(buckets.receipts)) == 1, "whoever comes by takes it away, whatever it wants itself"
    with exclusive(s3, buckets, "a"):
        pass
