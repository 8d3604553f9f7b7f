"""The inbox: rows, leases and runs."""

from datetime import timedelta

from tasks.ledger import ObjectVersion
from tasks.names import SCANS
from tests.tasks.ledger.story import NOON, Story, landed

ODD_KEYS = ("普通/报告.pdf", "a\\b\\0000", "nul\x00", "half\ud800", "emoji🗂", "quote'\"%_", " ", "İ", "a" * 1024)


def test_an_object_is_added_once_whoever_tells_of_it(ledger):
    first = ledger.add([landed("a"), landed("b"), landed("a")])
    assert len(first) == 2
    assert ledger.add([landed("b"), landed("c")]) == [row.id for row in ledger.find("landing", "c")]


def test_any_key_comes_back_as_it_was(ledger):
    ledger.add([landed(key) for key in ODD_KEYS])
    assert {w.object.key for w in ledger.waiting(100)} == set(ODD_KEYS)
    for key in ODD_KEYS:
        assert [row.object for row in ledger.find("landing", key)] == [landed(key)]
        assert key in {row.object.key for row in ledger.page(prefix=key[:3])}
    assert ledger.missing_from([landed(key) for key in (*ODD_KEYS, "new")]) == [landed("new")]


def test_a_listing_completes_what_an_event_did_not_tell(ledger):
    ledger.add([ObjectVersion("landing", "a", "e")])
    ledger.add([ObjectVersion("landing", "a", "e", NOON, 7)])
    ledger.add([ObjectVersion("landing", "a", "e", NOON + timedelta(days=1), 8)])
    [row] = ledger.find("landing", "a")
    assert row.object == ObjectVersion("landing", "a", "e", NOON, 7)


def test_instants_keep_their_microseconds_and_their_order(ledger):
    later = [landed("a"), ObjectVersion("landing", "b", "e", NOON + timedelta(microseconds=1))]
    ledger.add(reversed(later))
    assert [w.object.key for w in ledger.waiting(9)] == ["a", "b"]
    assert ledger.waiting(1)[0].object.landed_at == NOON


def test_what_is_put_back_as_it_was_before_a_newer_version_is_done_again(ledger):
    story = Story(ledger)
    old, new = story.land("a", 0, "old"), story.land("a", 1, "new")
    story.settle(old, "validated")
    story.settle(new, "validated")
    again = landed("a", 2, "old")
    assert ledger.missing_from([again]) == [again]
    assert ledger.add([again]) == []
    assert [w.id for w in ledger.waiting(9)] == [old]
    story.settle(old, "validated")
    assert story.current("lake") == old
    assert ledger.missing_from([again]) == [] == ledger.waiting(9)


def test_the_same_version_told_of_with_another_time_is_not_done_again(ledger):
    story = Story(ledger)
    only = story.land("a", 0, "e")
    story.settle(only, "validated")
    assert ledger.add([landed("a", 5, "e")]) == [] == ledger.waiting(9)
    assert ledger.missing_from([landed("a", 6, "e")]) == []


def test_what_is_new_goes_before_replays_and_the_oldest_first(ledger):
    story = Story(ledger)
    replayed = story.land("a", 0)
    story.settle(replayed, "rejected")
    second, first = story.land("c", 9), story.land("b", 5)
    assert ledger.reopen([replayed]) == [replayed]
    assert [w.id for w in ledger.waiting(10)] == [first, second, replayed]
    assert [w.is_replay for w in ledger.waiting(10)] == [False, False, True]
    assert [w.id for w in ledger.waiting(2)] == [first, second]


def test_a_lease_keeps_others_away_until_it_ends(ledger):
    [one] = ledger.add([landed("a")])
    assert [c.attempts for c in ledger.claim([one], "x", 60)] == [1]
    assert ledger.claim([one], "y", 60) == [] == ledger.waiting(9)
    assert ledger.renew([one], "x", -1) == [one]
    assert [c.attempts for c in ledger.claim([one], "y", 60)] == [2]
    assert ledger.renew([one], "x", 60) == []
    assert ledger.release([one], "x") == []
    assert ledger.renew([one], "y", 60) == [one]


def test_what_is_given_back_waits_again(ledger):
    [one] = ledger.add([landed("a")])
    ledger.claim([one], "x", 60)
    assert ledger.release([one], "x", uncount=True) == [one]
    assert [w.attempts for w in ledger.waiting(9)] == [0]
    ledger.claim([one], "x", 60)
    ledger.release([one], "x")
    assert [w.attempts for w in ledger.waiting(9)] == [1]


def test_a_claim_takes_what_waits_up_to_a_limit(ledger):
    ledger.add([landed(key, minute) for minute, key in enumerate("abc")])
    assert [c.object.key for c in ledger.claim(None, "x", 60, limit=2)] == ["a", "b"]
    assert [c.object.key for c in ledger.claim(None, "y", 60)] == ["c"]


def test_of_two_runs_that_were_made_for_one_object_one_gets_it(ledger):
    [one] = ledger.add([landed("a")])
    assert ledger.hand_to([one], "run-1") == [one]
    assert ledger.waiting(9) == [] == ledger.hand_to([one], "run-2")
    assert ledger.claim([one], "x", 60, run_id="run-2") == []
    assert ledger.claim(None, "x", 60) == []
    assert [c.run_id for c in ledger.claim([one], "x", 60, run_id="run-1")] == ["run-1"]
    assert [(run.run_id, run.ids) for run in ledger.runs_out()] == [("run-1", (one,))]


def test_runs_are_told_with_what_they_still_hold(ledger):
    story = Story(ledger)
    ids = [story.land(key) for key in "abc"]
    ledger.hand_to(ids[:2], "run-1")
    ledger.hand_to(ids[2:], "run-2")
    ledger.claim(ids[:2], story.owner, 60, run_id="run-1")
    story.close(*ledger.settle([story.settlement(ids[0], "rejected")], story.owner))
    one, two = ledger.runs_out()
    assert (one.run_id, one.ids, one.lease_owner, one.attempts) == ("run-1", (ids[1],), story.owner, 1)
    assert (two.run_id, two.ids, two.lease_owner, two.lease_until, two.attempts) == ("run-2", (ids[2],), None, None, 0)
    assert one.dispatched_at is not None


def test_what_a_run_that_came_to_nothing_held_waits_again(ledger):
    ids = ledger.add([landed(key) for key in "abc"])
    ledger.hand_to(ids[:2], "run-1")
    ledger.hand_to(ids[2:], "run-2")
    ledger.claim(ids[:1], "x", 60, run_id="run-1")
    assert ledger.take_back("run-2") == ids[2:]
    assert ledger.take_back("run-1") == ids[:2]
    assert [w.id for w in ledger.waiting(9)] == ids
    assert ledger.runs_out() == []


def test_a_replay_opens_only_what_is_done(ledger):
    story = Story(ledger)
    failed, fine, still_open = story.land("a/1"), story.land("a/2"), story.land("a/3")
    story.settle(failed, "failed")
    story.settle(fine, "validated")
    assert ledger.reopen([still_open, failed]) == [failed]
    assert ledger.reopen([failed, fine]) == [fine]
    assert [w.attempts for w in ledger.waiting(9)] == [0, 0, 0]


def test_what_is_deferred_waits_in_its_own_queue_and_the_attempt_was_none(ledger):
    scan, report = ledger.add([landed("scan"), landed("report")])
    ledger.hand_to([scan], "run")
    ledger.claim([scan], "me", 60, run_id="run")
    assert ledger.defer([scan], "another", SCANS) == []
    assert ledger.defer([scan], "me", SCANS) == [scan]
    assert [w.id for w in ledger.waiting(9)] == [report]
    assert [(w.id, w.attempts, w.queue) for w in ledger.waiting(9, SCANS)] == [(scan, 0, SCANS)]
    assert ledger.counts().queued == 1
    assert ledger.hand_all_to("backfill", "landing", "") == [report]
    [claimed] = ledger.claim([scan], "me", 60, run_id="its own")
    assert claimed.queue == SCANS
    assert {run.queue for run in ledger.runs_out()} == {None, SCANS}
