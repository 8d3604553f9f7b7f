"""What stands where after a settlement: every row of the table, and what is told of it."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.ledger import LeaseLostError, NewVersion, ReceiptWritten, Settlement, Standing
from tests.tasks.ledger.story import OWNER, REPORT, YEAR, Story, landed


@pytest.fixture
def story(ledger):
    return Story(ledger)


@pytest.fixture
def pair(story):
    """Two versions of a report under two keys, the older first."""
    return story.land("old.pdf", 0), story.land("new.pdf", 1)


def both(story, report=REPORT):
    """What is current in the lake and in quarantine."""
    return story.current("lake", report), story.current("quarantine", report)


JUDGED_IN_TURN = {  # (older, newer) in the order of landing; what is current in the lake and in quarantine
    ("validated", "validated"): ("new", None),
    ("validated", "quarantined"): ("old", "new"),
    ("quarantined", "validated"): ("new", None),
    ("quarantined", "quarantined"): (None, "new"),
}


@pytest.mark.parametrize(("judged", "stands"), JUDGED_IN_TURN.items())
@pytest.mark.parametrize("is_late", [False, True], ids=["in order", "the older one late"])
def test_what_landed_later_counts_whatever_order_the_runs_end_in(story, pair, judged, stands, is_late):
    turns = list(zip(pair, judged, strict=True))
    for object_id, outcome in reversed(turns) if is_late else turns:
        story.settle(object_id, outcome)
    names = dict(zip(("old", "new"), pair, strict=True))
    assert both(story) == tuple(names.get(name) for name in stands)


def test_two_that_landed_at_one_instant_have_an_order_too(story):
    less, greater = story.land("a", 0, "e1"), story.land("b", 0, "e2")
    story.settle(greater, "validated")
    story.settle(less, "validated")
    assert both(story) == (greater, None)


def test_the_standing_tells_of_a_quarantined_correction_until_it_ends(story, ledger, pair):
    old, new = pair
    story.settle(old, "validated")
    assert ledger.standing([old])[old] == Standing("lake", True, was_in_lake=True)
    story.settle(new, "quarantined")
    assert story.due() == [old]
    standing = ledger.standing([old])[old]
    assert standing.corrected_by_quarantined.object_id == new
    assert (standing.is_current, standing.is_obsolete, standing.replaced_by) == (True, True, None)
    ledger.receipts_written([ReceiptWritten(old, "r", standing.revision)])
    assert story.due() == []
    story.settle(new, "quarantined", review="reject")
    assert ledger.standing([old])[old].corrected_by_quarantined is None
    assert story.due() == [old]
    story.settle(new, "validated", review="accept")
    standing = ledger.standing([old])[old]
    assert (standing.is_current, standing.replaced_by.key, standing.is_obsolete) == (False, "new.pdf", True)


def test_what_is_overruled_leaves_the_lake_and_does_not_bring_back_what_it_had_replaced(story, pair):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    story.settle(new, "quarantined", review="retract")
    assert both(story) == (None, new)
    story.settle(old, "validated")
    assert both(story) == (None, new)
    story.settle(new, "validated", review="accept")
    assert both(story) == (new, None)


def test_an_old_version_that_is_judged_late_does_not_replace_what_was_retracted(story, pair):
    old, new = pair
    story.settle(new, "validated")
    story.settle(new, "quarantined", review="retract")
    story.settle(old, "validated")
    assert both(story) == (None, new)


def test_who_rejects_what_was_overruled_lets_the_older_one_stand(story, pair):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    story.settle(new, "quarantined")
    story.settle(new, "quarantined", review="reject")
    assert both(story) == (old, new)
    assert story.ledger.review_queue() == []


def test_the_same_bytes_under_another_key_are_overruled_too(story, pair):
    old, new = pair
    story.settle(old, "validated", sha256="same")
    story.settle(new, "quarantined", sha256="same")
    assert both(story) == (None, new)


def test_what_is_read_under_another_name_leaves_the_former_one_to_whom_it_belongs(story, pair):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    story.settle(new, "validated", "report-b")
    assert both(story) == (old, None)
    assert both(story, "report-b") == (new, None)


@pytest.mark.parametrize("outcome", ["rejected", "duplicate"])
def test_what_is_no_report_of_its_own_any_more_leaves_the_lake(story, pair, outcome):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    story.settle(new, outcome)
    assert both(story) == (old, None)


@pytest.mark.parametrize("outcome", ["failed", "gone"])
def test_our_failure_and_a_deleted_source_leave_the_report_where_it_is(story, ledger, pair, outcome):
    one, other = pair
    story.settle(one, "validated")
    story.settle(one, outcome)
    assert both(story) == (one, None)
    assert ledger.get([one])[one].outcome == ("failed" if outcome == "failed" else "validated")
    story.settle(other, outcome)
    assert ledger.get([other])[other].outcome == outcome
    assert ledger.waiting(9) == []
    assert other not in story.due()


def test_a_nameless_version_goes_when_its_key_has_a_newer_one(story, ledger):
    old, new = story.land("a", 0), story.land("a", 1)
    story.settle(old, "quarantined", "bytes-of-old", is_named=False)
    assert [row.id for row in ledger.review_queue()] == [old]
    story.settle(new, "rejected")
    assert both(story, "bytes-of-old") == (None, None)
    assert ledger.review_queue() == []
    standing = ledger.standing([old])[old]
    assert (standing.is_obsolete, standing.replaced_by.object_id) == (True, new)
    assert story.due() == [old]


def test_a_nameless_version_that_is_judged_late_does_not_come_up(story, ledger):
    old, new = story.land("a", 0), story.land("a", 1)
    story.settle(new, "validated")
    story.settle(old, "quarantined", "bytes-of-old", is_named=False)
    assert both(story, "bytes-of-old") == (None, None)
    assert ledger.counts().review_queue == 0


def test_two_reports_that_landed_under_one_key_both_stand(story, ledger):
    old, new = story.land("a", 0), story.land("a", 1)
    story.settle(old, "quarantined")
    story.settle(new, "validated", "report-b", year=YEAR + 1)
    assert both(story) == (None, old)
    assert both(story, "report-b") == (new, None)
    assert ledger.standing([old])[old].is_obsolete


def test_every_change_of_the_lake_is_noted_and_nothing_else(story, ledger, pair):
    old, new = pair
    turns = [(old, "quarantined", 0), (old, "validated", 1), (old, "validated", 1), (new, "quarantined", 0),
             (new, "validated", 1), (old, "validated", 0), (new, "quarantined", 1), (new, "failed", 0)]  # fmt: skip
    for object_id, outcome, number in turns:
        story.settle(object_id, outcome)
        changes = ledger.changes()
        assert [(change.year, change.report_id) for change in changes] == [(YEAR, REPORT)] * number, outcome
        assert ledger.changes(YEAR + 1) == []
        ledger.forget_changes([change.id for change in changes])


def test_a_change_that_comes_during_a_compaction_stays(story, ledger):
    story.settle(story.land("a"), "validated")
    seen = ledger.changes(YEAR)
    ledger.note_changes([(YEAR, REPORT)])
    ledger.forget_changes([change.id for change in seen])
    assert [change.report_id for change in ledger.changes()] == [REPORT]


def test_only_what_is_held_is_settled(story, ledger, pair):
    mine, lost = pair
    ledger.claim([mine], OWNER, 60)
    ledger.claim([lost], OWNER, -1)
    ledger.claim([lost], "another", 60)
    settlements = [story.settlement(one, "validated", f"report-{one}") for one in pair]
    assert [one.object_id for one in ledger.settle(settlements, OWNER)] == [mine]
    assert ledger.get([lost])[lost].outcome is None
    with pytest.raises(LeaseLostError) as lost_all:
        ledger.settle(settlements[1:], OWNER)
    assert lost_all.value.ids == (lost,)
    assert ledger.settle([], OWNER) == []


def test_what_is_settled_is_taken_up_again_until_its_receipt_is_written(story, ledger):
    one = story.land("a")
    story.settle(one, "validated", close=False)
    assert ledger.claim([one], "another", 60) == []
    assert ledger.receipts_written([ReceiptWritten(one, "r", 0)], "another") == []
    ledger.renew([one], OWNER, -1)
    assert [claimed.outcome for claimed in ledger.claim([one], "another", 60)] == ["validated"]
    [settled] = ledger.settle([story.settlement(one, "validated")], "another")
    assert Story(ledger, "another").close(settled) == [one]
    row = ledger.get([one])[one]
    assert (row.is_open, row.lease_owner, row.receipt_due, row.receipt_name) == (False, None, None, f"r{one}")


def test_a_standing_that_changes_while_the_receipt_is_written_is_told_after_it(story, ledger, pair):
    old, new = pair
    story.settle(old, "validated", close=False)
    told = ledger.standing([old])[old]
    story.settle(new, "validated")
    ledger.receipts_written([ReceiptWritten(old, "r", told.revision)], OWNER)
    assert not ledger.get([old])[old].is_open
    assert story.due() == [old]
    told = ledger.standing([old])[old]
    ledger.receipts_written([ReceiptWritten(old, "r", told.revision)])
    assert story.due() == []
    assert ledger.claim_receipts(datetime.now(UTC) - timedelta(days=1), "x", 60, 9) == []


def test_a_batch_of_one_report_ends_as_if_one_after_the_other(story, ledger):
    ids = [story.land(f"{minute}", minute) for minute in (3, 1, 2)]
    ledger.claim(ids, OWNER, 60)
    settled = ledger.settle([story.settlement(one, "validated") for one in ids], OWNER)
    assert story.current("lake") == ids[0]
    assert [one.standing.is_current for one in sorted(settled, key=lambda s: s.object_id)] == [True, False, False]


def test_superseded_versions_may_be_removed_after_a_while_but_none_that_is_judged_again(story, ledger, pair):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    now = datetime.now(UTC) + timedelta(seconds=5)
    assert [row.object_id for row in ledger.obsolete(now, 9)] == [old]
    assert ledger.obsolete(now - timedelta(days=1), 9) == []
    ledger.reopen([old])
    assert ledger.obsolete(now, 9) == []
    story.settle(old, "validated")
    [row] = ledger.obsolete(now, 9)
    assert ledger.forget_versions([row.id]) == []
    assert ledger.obsolete(now, 9) == []


def test_what_should_stand_again_but_is_removed_is_done_again(story, ledger, pair):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    ledger.forget_versions([row.id for row in ledger.obsolete(datetime.now(UTC) + timedelta(1), 9)])
    story.settle(new, "validated", "report-b")
    assert both(story) == (None, None)
    assert [(w.id, w.is_replay) for w in ledger.waiting(9)] == [(old, True)]
    story.settle(old, "validated")
    assert both(story) == (old, None)


def test_what_should_stand_again_but_cannot_be_had_is_not_tried_for_ever(story, ledger, pair):
    old, new = pair
    story.settle(old, "validated")
    story.settle(new, "validated")
    ledger.forget_versions([row.id for row in ledger.obsolete(datetime.now(UTC) + timedelta(1), 9)])
    story.settle(new, "rejected")
    story.settle(old, "gone")
    assert ledger.waiting(9) == []


def test_what_became_current_while_its_object_was_removed_is_done_again(story, ledger):
    one = story.land("a")
    story.settle(one, "validated")
    row = ledger.current([REPORT], "lake")[REPORT]
    assert ledger.forget_versions([row.id]) == [row.id]
    assert both(story) == (None, None)
    assert [w.id for w in ledger.waiting(9)] == [one]
    story.settle(one, "validated")
    assert both(story) == (one, None)


def test_a_version_needs_a_report(story, ledger):
    one = story.land("a")
    ledger.claim([one], OWNER, 60)
    with pytest.raises(ValueError, match="report id"):
        ledger.settle([Settlement(one, "validated", version=NewVersion("lake", "n"))], OWNER)
    assert ledger.get([one])[one].outcome is None


def test_current_versions_are_found_by_what_they_are(story, ledger):
    one = story.land("a")
    story.settle(one, "validated", figures="digest")
    [row] = ledger.with_figures("digest", YEAR)
    assert (row.object_id, row.landed_at, row.stored_etag) == (one, landed("a").landed_at, "stored")
    assert ledger.current_in("lake", YEAR) == [row]
    assert ledger.current_in("lake", YEAR + 1) == [] == ledger.with_figures("digest", YEAR + 1)
    assert ledger.current_in("quarantine") == []
    story.settle(one, "quarantined", figures="digest")
    assert ledger.with_figures("digest", YEAR) == []
