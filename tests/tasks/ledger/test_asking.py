"""What the ledger answers: counts, pages, the queue, the first of the same bytes, decisions and relations."""

import pytest

from tasks.ledger import Relation
from tasks.ledger.asking import place_in_pages
from tests.tasks.ledger.story import NOON, REPORT, YEAR, Story


@pytest.fixture
def story(ledger):
    return Story(ledger)


def test_counts_are_of_what_there_is(story, ledger):
    fine, doubtful, broken, refused, leased, waiting, handed = (story.land(key) for key in "abcdefg")
    story.settle(fine, "validated", "r1")
    story.settle(doubtful, "quarantined", "r2", reason="T3.SUM")
    story.settle(broken, "failed", reason="PROCESSING.FAILED")
    story.settle(refused, "rejected", reason="DOC.EMPTY", close=False)
    ledger.claim([leased], "x", 60)
    ledger.hand_to([handed], "run")
    counts = ledger.counts()
    assert (counts.total, counts.open, counts.leased, counts.waiting) == (7, 4, 2, 1)
    assert counts.by_outcome == {"validated": 1, "quarantined": 1, "failed": 1, "rejected": 1}
    assert counts.review_queue == 1
    assert [w.id for w in ledger.waiting(9)] == [waiting]


def test_pages_are_complete_and_in_order_however_long(story, ledger):
    ids = [story.land(f"{n:02}", n // 3, f"e{n}") for n in range(20)]
    seen, before = [], None
    while page := ledger.page(before=before, limit=7):
        seen += page
        before = place_in_pages(page[-1])
    assert [row.id for row in seen] == sorted(ids, reverse=True)


def test_pages_can_be_narrowed(story, ledger):
    a, b = story.land("x/a", 0), story.land("y/b", 1)
    story.settle(a, "validated")
    assert [row.id for row in ledger.page(outcome="validated")] == [a]
    assert [row.id for row in ledger.page(is_open=True)] == [b] == [row.id for row in ledger.page(prefix="y/")]
    assert [row.id for row in ledger.page(year=YEAR, report_id=REPORT)] == [a]
    assert ledger.page(outcome="validated", prefix="y/") == [] == ledger.page(bucket="other")


def test_the_queue_has_what_nobody_decided_on_and_pages_too(story, ledger):
    ids = [story.land(f"{n}", n) for n in range(5)]
    for one in ids:
        story.settle(one, "quarantined", f"r{one}", review="retract" if one == ids[0] else None)
    first = ledger.review_queue(limit=3)
    rest = ledger.review_queue(before=place_in_pages(first[-1]))
    assert [row.id for row in (*first, *rest)] == ids[:0:-1]


def test_the_first_with_some_bytes_is_one_that_counts_for_others(story, ledger):
    bound, failed, copy, first, second, other = (story.land(key, n) for n, key in enumerate("abcdef"))
    story.settle(bound, "rejected", sha256="s", is_name_bound=True)
    story.settle(failed, "failed", sha256="s")
    story.settle(first, "quarantined", "r1", sha256="s")
    story.settle(copy, "quarantined", sha256="s", duplicate_of=first)
    story.settle(second, "validated", "r2", sha256="t")
    assert ledger.first_with("s", other).id == first
    assert ledger.first_with("s", first) is None
    assert ledger.first_with("u", other) is None
    assert {row.id for row in ledger.find_by_sha256("s")} == {bound, copy, first}
    assert [row.id for row in ledger.page(report_id="r2")] == [second]


def test_decisions_are_kept_once_and_in_order(ledger):
    later = NOON.replace(hour=13)
    for name, at in (("b", later), ("a", NOON), ("b", later)):
        ledger.add_decision(name=name, sha256="s", kind="accept", by="x", at=at, note="注", content="{}")
    assert [(d.name, d.at, d.note) for d in ledger.decisions(["s", "t"])["s"]] == [
        ("a", NOON, "注"),
        ("b", later, "注"),
    ]
    assert ledger.decisions(["t"]) == {}


def test_relations_are_replaced_as_a_whole(ledger):
    rows = [Relation("r", YEAR, "甲", {"rule": rule, "left": 1}) for rule in ("Y.ONE", "Y.TWO")]
    assert ledger.replace_relations("r", rows)
    assert not ledger.replace_relations("r", rows)
    assert ledger.relations(YEAR) == rows == ledger.relations(YEAR, ["r", "s"])
    assert ledger.replace_relations("r", rows[:1])
    assert ledger.relations(YEAR) == rows[:1]
    assert ledger.relations(YEAR, ["s"]) == [] == ledger.relations(YEAR - 1)
    assert ledger.replace_relations("r", [])
    assert ledger.relations(YEAR) == []
