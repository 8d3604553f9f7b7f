"""Publish, replay, retract, decide, supersede and crash, interleaved at will: the ledger ends as a simple model says.

The model knows of each object only how it was last judged, and of each report which bytes were ever validated; from
that follows what is current, so no order in which runs end can matter.
"""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from tasks.ledger import LeaseLostError, NewVersion, ObjectVersion, ReceiptWritten, Settlement
from tests.tasks.ledger.story import NOON, landed

NAMED, NAMELESS = ("甲", "乙"), "bytes"
JUDGEMENTS = st.sampled_from([
    ("validated", "甲"), ("validated", "甲"), ("validated", "乙"), ("quarantined", "甲"), ("quarantined", "甲"),
    ("quarantined", "乙"), ("quarantined", NAMELESS), ("rejected", None), ("duplicate", None), ("failed", None),
    ("gone", None),
])  # fmt: skip
REVIEWS = st.sampled_from([None, None, "retract", "reject", "accept"])
ENDS = ("written", "crash", "lost")
ANY = st.integers(0, 10**6)


@dataclass
class Known:
    """An object as the model knows it."""

    version: ObjectVersion
    sha256: str
    outcome: str | None = None
    report: str | None = None
    review: str | None = None

    @property
    def order(self):
        return self.version.landed_at, self.version.etag


class LedgerMachine(RuleBasedStateMachine):
    """Objects under few keys, in few reports, with few different bytes."""

    ledger = None

    @initialize()
    def begin(self):
        with self.ledger.writing() as connection:
            for table in ("changes", "versions", "objects"):
                connection.execute(text(f"DELETE FROM {table}"))
        self.objects, self.once_in_lake, self.stored = {}, set(), set()
        self.told, self.marts = {}, {}

    @rule(key=st.sampled_from("abc"), minute=st.integers(0, 2), sha256=st.sampled_from("xyz"))
    def land(self, key, minute, sha256):
        number = len(self.objects)
        version = landed(key, minute, f"{-number % 4}-{number}")
        for one in self.ledger.add([version]):
            self.objects[one] = Known(version, sha256)

    @precondition(lambda self: self.objects)
    @rule(which=st.lists(ANY, min_size=1, max_size=3), judged=st.lists(JUDGEMENTS, min_size=3, max_size=3),
          reviews=st.lists(REVIEWS, min_size=3, max_size=3), end=st.sampled_from(ENDS))  # fmt: skip
    def publish_or_replay(self, which, judged, reviews, end):
        """A run judges some objects; it may die after the transaction, or find that another has taken them over."""
        by_key = {self.objects[i].version.key: i for i in map(self._pick, which)}
        ids = sorted(by_key.values())  # of a key one version is worked at
        batch = [self._settlement(i, *judged[n], reviews[n]) for n, i in enumerate(ids)]
        self.ledger.reopen(ids)
        assert sorted(one.id for one in self.ledger.claim(ids, "slow", -1)) == ids
        if end == "lost":
            self.ledger.claim(ids, "another", -1)
            with pytest.raises(LeaseLostError):
                self.ledger.settle(batch, "slow")
            return
        settled = self.ledger.settle(batch, "slow")
        assert [one.object_id for one in settled] == ids
        for one in batch:
            self._note(one)
        if end == "written":
            for one in settled:
                self.told[one.object_id] = one.standing
            self.ledger.receipts_written(
                [ReceiptWritten(s.object_id, "r", s.standing.revision) for s in settled], "slow"
            )

    @rule()
    def write_receipts(self):
        self._write_receipts()

    def _write_receipts(self):
        due = self.ledger.claim_receipts(NOON.replace(year=9999), "receipts", 60, 100)
        standings = self.ledger.standing(due)
        self.told.update(standings)
        self.ledger.receipts_written([ReceiptWritten(i, "r", s.revision) for i, s in standings.items()])
        self.ledger.release_receipts(due, "receipts")
        return due

    @rule()
    def compact(self):
        changes = self.ledger.changes()
        lake = self.ledger.current({change.report_id for change in changes}, "lake")
        for change in changes:
            self.marts[change.report_id] = lake[change.report_id].stored_etag if change.report_id in lake else None
        self.ledger.forget_changes([change.id for change in changes])

    @rule()
    def remove_what_is_obsolete(self):
        rows = self.ledger.obsolete(NOON.replace(year=9999), 100)
        assert self.ledger.forget_versions([row.id for row in rows]) == []
        self.stored.difference_update((row.object_id, row.place, row.report_id) for row in rows)

    @invariant()
    def what_is_current_is_what_the_model_says(self):
        if self.ledger is None or not hasattr(self, "objects"):
            return
        for place in ("lake", "quarantine"):
            stands = {row.report_id: row.object_id for row in self.ledger.current_in(place)}
            wanted = {report: one for report in self._reports() if (one := self._current(report)[place]) is not None}
            assert stands == {r: i for r, i in wanted.items() if (i, place, r) in self.stored}, place
            for report, one in wanted.items():
                is_open = self.ledger.get([one])[one].is_open
                assert (one, place, report) in self.stored or is_open or self.objects[one].outcome in ("failed", "gone")

    def teardown(self):
        if not hasattr(self, "objects"):
            return
        while self._write_receipts():  # of a key, one receipt at a time
            pass
        self.compact()
        rows = self.ledger.get(self.objects)
        done = [i for i, row in rows.items() if not row.is_open and row.outcome not in (None, "gone")]
        assert {i: self.told[i] for i in done if rows[i].outcome} == self.ledger.standing(done)
        stands = {row.report_id: row.stored_etag for row in self.ledger.current_in("lake")}
        assert {report: etag for report, etag in self.marts.items() if etag} == stands

    def _pick(self, number):
        return sorted(self.objects)[number % len(self.objects)]

    def _settlement(self, object_id, outcome, report, review):
        known = self.objects[object_id]
        if report is None:
            return Settlement(object_id, outcome)
        report = f"{NAMELESS}-{known.sha256}" if report == NAMELESS else report
        place = "lake" if outcome == "validated" else "quarantine"
        self.count = getattr(self, "count", 0) + 1
        version = NewVersion(place, f"{report}-{object_id}", f"stored-{self.count}", is_named=report in NAMED)
        review = review if outcome == "quarantined" else None
        return Settlement(object_id, outcome, agency=report, year=2024, report_id=report, sha256=known.sha256,
                          review=review, version=version)  # fmt: skip

    def _note(self, one):
        known = self.objects[one.object_id]
        if one.outcome == "gone":
            self.stored_only(one.object_id)
            known.outcome = known.outcome or "gone"
        elif one.outcome == "failed":
            known.outcome = "failed"
        else:
            known.outcome, known.report, known.review = one.outcome, None, one.review
            known.place = None
            if one.version:
                known.report, known.place = one.report_id, one.version.place
                self.stored.add((one.object_id, known.place, known.report))
                if known.place == "lake":
                    self.once_in_lake.add((known.report, known.sha256))

    def stored_only(self, object_id):
        """What is gone and removed can never stand again."""
        known = self.objects[object_id]
        if known.report and (object_id, known.place, known.report) not in self.stored:
            known.report = None

    def _reports(self):
        return {known.report for known in self.objects.values() if known.report}

    def _current(self, report):
        """By place: which object's version should be current."""
        held = {i: k for i, k in self.objects.items() if k.report == report}
        valid = [i for i in held if held[i].place == "lake"]
        doubtful = [i for i in held if held[i].place == "quarantine"]
        best = max(valid, key=self._order, default=None)
        stops = [i for i in doubtful if (report, held[i].sha256) in self.once_in_lake and held[i].review != "reject"]
        kept = max((i for i in doubtful if not self._is_displaced(i)), key=self._order, default=None)
        if best is not None and kept is not None and self._order(kept) < self._order(best):
            kept = None
        if best is not None and any(self._order(i) > self._order(best) for i in stops):
            best = None
        return {"lake": best, "quarantine": kept}

    def _is_displaced(self, object_id):
        known = self.objects[object_id]
        judged = ("validated", "quarantined", "rejected", "duplicate")
        return known.report not in NAMED and any(
            o.version.key == known.version.key and o.outcome in judged and self._order(i) > self._order(object_id)
            for i, o in self.objects.items()
        )

    def _order(self, object_id):
        return *self.objects[object_id].order, object_id


def test_any_interleaving_ends_as_the_model_says(ledger, database):
    class Machine(LedgerMachine):
        pass

    Machine.ledger = ledger
    examples = {"sqlite": 60, "postgresql": 6}[database]
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
