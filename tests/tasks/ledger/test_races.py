"""Processes that race on one ledger: nothing is done twice, nothing is lost, and the end is always the same."""

import os

import pytest

from tasks.ledger import Ledger
from tests.tasks.ledger.racing import Racers, add_all, claim_all, migrate, settle_all
from tests.tasks.ledger.story import landed


@pytest.fixture(scope="module")
def race():
    """Runs a race in processes that all races share: each costs a second to start."""
    racers = Racers()
    yield racers.race
    racers.stop()


def test_what_two_tell_of_is_added_once(race, ledger, url):
    found = [landed(f"{n}", n) for n in range(40)]
    one, other = race(url, [(add_all, [found]), (add_all, [found[::-1]])])
    assert sorted(one + other) == sorted(w.id for w in ledger.waiting(100))
    assert len(one + other) == 40


def test_two_claim_different_objects_and_all_of_them(race, ledger, url):
    ids = ledger.add([landed(f"{n}", n) for n in range(120)])
    one, other = race(url, [(claim_all, ["x", 3]), (claim_all, ["y", 4])])
    assert sorted(one + other) == ids
    assert all(row.attempts == 1 for row in ledger.get(ids).values())


@pytest.mark.parametrize(("older", "newer"), [("validated", "validated"), ("quarantined", "validated"),
                                              ("validated", "quarantined")])  # fmt: skip
def test_two_that_settle_versions_of_the_same_reports_end_as_one_would(race, ledger, url, older, newer):
    reports = [f"report-{n}" for n in range(30)]
    first = [ledger.add([landed(f"{r}-old", 0)])[0] for r in reports]
    last = [ledger.add([landed(f"{r}-new", 1)])[0] for r in reports]
    plans = [[(i, r, outcome) for i, r in zip(ids, reports, strict=True)]
             for ids, outcome in ((first, older), (last, newer))]  # fmt: skip
    answers = race(url, [(settle_all, ["x", plans[0], 3]), (settle_all, ["y", plans[1][::-1], 4])])
    assert [sorted(answer) for answer in answers] == [first, last]
    lake = {r: row.object_id for r, row in ledger.current(reports, "lake").items()}
    quarantine = {r: row.object_id for r, row in ledger.current(reports, "quarantine").items()}
    assert lake == dict(zip(reports, last if newer == "validated" else first, strict=True))
    assert quarantine == ({} if newer == "validated" else dict(zip(reports, last, strict=True)))


def test_two_that_settle_the_same_objects_do_not_both(race, ledger, url):
    ids = ledger.add([landed(f"{n}", n) for n in range(30)])
    plan = [(i, f"report-{i}", "validated") for i in ids]
    answers = race(url, [(settle_one_by_one, ["x", plan]), (settle_one_by_one, ["y", plan])])
    assert sorted(answers[0] + answers[1]) == ids


def settle_one_by_one(ledger, owner, plan):
    return [i for one in plan if ledger.claim([one[0]], owner, 600) for i in settle_all(ledger, owner, [one], 1)]


def test_many_make_the_tables_at_once(race, empty_url):
    assert race(empty_url, [(migrate, [])] * 4) == ["made"] * 4
    assert Ledger.open(empty_url).counts().total == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_ledger_is_carried_over_a_fork(ledger, url):
    """A child must not use the connections of its parent; both go on at the same time."""
    ids = ledger.add([landed(f"{n}", n) for n in range(60)])
    with ledger.reading() as held:
        held.exec_driver_sql("SELECT count(*) FROM objects").scalar()
        children = []
        for number in range(3):
            child = os.fork()
            if child == 0:
                claimed = claim_all(ledger, f"child-{number}", 2)
                os._exit(0 if claimed is not None else 1)
            children.append(child)
        claim_all(ledger, "parent", 2)
        assert held.exec_driver_sql("SELECT count(*) FROM objects").scalar() == 60
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert all(row.attempts == 1 for row in ledger.get(ids).values())
    assert ledger.waiting(9) == []
