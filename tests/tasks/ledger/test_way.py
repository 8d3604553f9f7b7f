"""The pipeline on the ledger and on real S3, with judged reports made by hand: crashes at every point, and races."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tasks.errors import EmptyFile
from tasks.fetch import ObjectGoneError, fetch
from tasks.judge.decisions import accepted, in_force, review_in
from tasks.judge.files import Judgement
from tasks.judge.review import CannotDecideError, decide
from tasks.lake.versions import get_version
from tasks.landing import add_landed
from tasks.ledger import Ledger, Settlement
from tasks.ledger.leases import SECONDS
from tasks.pipeline import finish
from tasks.prepare import Prepared, _Read, _written, prepared_from
from tasks.receipt.outcome import Origin, duplicate_receipt, rejected_receipt
from tasks.receipt.write import read_receipt, refresh_due, stored_receipts
from tasks.values import Document

AGENCY = "淮安市人民政府"


class Way:
    """Takes objects all the way; what is read and found in each is what its body says, such as `validated 3`."""

    def __init__(self, s3, buckets, ledger, make):
        self.s3, self.buckets, self.ledger, self.make = s3, buckets, ledger, make

    def land(self, key, verdict, number=0, agency=AGENCY):
        self.s3.put_object(Bucket=self.buckets.landing.bucket, Key=key, Body=f"{verdict} {number} {agency}".encode())
        time.sleep(0.002)  # no two of the same instant
        add_landed(self.s3, self.buckets, self.ledger, prefix=key)

    def work(self, owner, limit=None):
        """Claim what is open and do it; returns whether there was something."""
        claimed = self.ledger.claim(None, owner, SECONDS, limit=limit)
        prepared = [self.prepared(one) for one in claimed]
        finish(self.s3, self.ledger, self.buckets, prepared, owner, Origin())
        return bool(claimed)

    def prepared(self, one):
        """As `tasks.prepare.prepare` does it, but for reading."""
        try:
            source = fetch(self.s3, one.object.bucket, one.object.key, one.object.etag, one.object.landed_at)
        except ObjectGoneError:
            return Prepared(one, Settlement(one.id, "gone"))
        first = None if one.is_replay else self.ledger.first_with(source.sha256, one.id)
        if first:
            return prepared_from(one, duplicate_receipt(source, first, {}, Origin()), duplicate_of=first.id)
        kind, number, agency = source.body.decode().split(" ")
        rows = self.ledger.decisions_on(source.sha256)
        reviews = in_force([review_in(row.content) for row in rows])
        if kind == "rejected":
            return prepared_from(one, rejected_receipt(source, EmptyFile(), {}, Origin()), decisions=len(rows))
        report = self.make.report(agency=agency, step=int(number))
        verdict = accepted(getattr(self.make, kind), reviews)
        judgement = Judgement(Document(source.key, "text/html", None, b""), report, verdict, None, reviews)
        read = _Read(one, source, None, len(rows), {})
        return _written(self.s3, self.buckets, read, judgement, Origin())

    def until_done(self, owner):
        """Work as long as anything is open, as every worker does."""
        while self.ledger.counts().open:
            self.work(owner, limit=random.choice((1, 2, None))) or time.sleep(0.005)

    def decide(self, key, kind, note="理由"):
        decide(self.s3, self.buckets, self.ledger, key, kind, note, "张三")

    def stands(self, place, prefix=""):
        """The keys that are current, once it is sure that the object of each is the one that was settled."""
        rows = [row for row in self.ledger.current_in(place) if row.key.startswith(prefix)]
        for row in rows:
            assert get_version(self.s3, getattr(self.buckets, place), row.name, row.stored_etag)
        return [row.key for row in rows]


@pytest.fixture
def way(s3, buckets, ledger, make):
    return Way(s3, buckets, ledger, make)


class Crash(BaseException):
    """The process dies: nothing catches it."""


class Dying:
    """Dies when it has passed so many points, and all its threads with it."""

    def __init__(self, points):
        self.left, self.lock = points, threading.Lock()

    def point(self, **_):
        with self.lock:
            self.left -= 1
            if self.left < 0:
                raise Crash

    def around(self, function):
        def wrapped(*args, **more):
            self.point()
            found = function(*args, **more)
            self.point()
            return found

        return wrapped


EVENTS = [f"{when}-call.s3.{call}" for when in ("before", "after") for call in ("PutObject", "DeleteObject")]


def test_a_crash_at_any_point_leaves_one_outcome_and_one_receipt(way, ledger, database, s3, names, monkeypatch):
    """A new version of a report (its key had another before), a correction that is quarantined, a refused file."""
    has_crashed, points, step = True, -1, {"sqlite": 1, "postgresql": 5}[database]
    while has_crashed:
        points += step
        agency, folder = f"机关{points}", f"{points}"
        way.land(f"{folder}/old", "validated", 1, agency)
        way.land(f"{folder}/a", "validated", 2, agency)
        way.work("before")
        way.land(f"{folder}/a", "validated", 3, agency)
        way.land(f"{folder}/b", "quarantined", 4, agency)
        way.land(f"{folder}/c", "rejected", points)
        has_crashed = crashes(Dying(points), way, s3, monkeypatch)
        with ledger.writing() as connection:  # as time does it
            connection.exec_driver_sql("UPDATE objects SET lease_owner = NULL, lease_until = NULL")
        while way.work("after"):
            pass
        refresh_due(s3, way.buckets, ledger, datetime.now(UTC))
        is_as_it_should_be(way, folder, names)
    assert points > 20
    folders = {f"{number}" for number in range(points % step, points + 1, step)}
    assert {key.partition("/")[0] for key in way.stands("lake")} == folders, "and all of them still stand"
    assert {key.partition("/")[0] for key in way.stands("quarantine")} == folders


@pytest.fixture
def names(s3):
    """The names of a place's objects under a prefix."""

    def listed(place, prefix):
        found = s3.list_objects_v2(Bucket=place.bucket, Prefix=place.key(prefix)).get("Contents", [])
        return [place.name(one["Key"]) for one in found]

    return listed


def crashes(dying, way, s3, monkeypatch):
    with monkeypatch.context() as patch:
        for name in ("settle", "receipts_written"):
            patch.setattr(Ledger, name, dying.around(getattr(Ledger, name)))
        for event in EVENTS:
            s3.meta.events.register(event, dying.point, unique_id=f"dying-{event}")
        try:
            way.work("dying")
        except Crash:
            return True
        finally:
            for event in EVENTS:
                s3.meta.events.unregister(event, unique_id=f"dying-{event}")
    return False


def is_as_it_should_be(way, folder, names):
    s3, buckets, ledger = way.s3, way.buckets, way.ledger
    rows = ledger.page(prefix=f"{folder}/")
    assert not any(row.is_open or row.receipt_due for row in rows)
    found = [read_receipt(s3, buckets, row.object.key, row.object.etag) for row in rows]
    stored = [*names(buckets.receipts, f"{folder}/"), *names(buckets.receipts, f".versions/{folder}/")]
    assert len(stored) == 2 * len(found), "each once, for programs and for people"
    told = sorted((r["object"]["key"].partition("/")[2], r["outcome"], r["standing"]["is_current"]) for r in found)
    assert told == [
        ("a", "validated", False), ("a", "validated", True), ("b", "quarantined", True), ("c", "rejected", False),
        ("old", "validated", False),
    ]  # fmt: skip
    latest = read_receipt(s3, buckets, f"{folder}/a")
    assert latest["standing"]["is_current"]
    assert latest["standing"]["corrected_by_quarantined"]["key"] == f"{folder}/b"
    page = s3.get_object(Bucket=buckets.receipts.bucket, Key=f"{folder}/a.html")["Body"].read().decode()
    assert latest["object"]["sha256"] in page
    assert way.stands("lake", f"{folder}/") == [f"{folder}/a"]
    assert way.stands("quarantine", f"{folder}/") == [f"{folder}/b"]


def _replays(way, key, times=3):
    for _ in range(times):
        way.ledger.reopen([row.id for row in way.ledger.find(way.buckets.landing.bucket, key)])
        time.sleep(random.uniform(0, 0.03))


def _decides(way, *decisions):
    """Each as soon as it makes sense."""
    for key, kind in decisions:
        for _ in range(2000):
            try:
                way.decide(key, kind)
                break
            except CannotDecideError:
                time.sleep(0.005)
        else:
            raise AssertionError((key, kind))


RACES = {
    "a retraction among replays": (
        [("1", "validated")], lambda w: _decides(w, ("1", "retract")), lambda w: _replays(w, "1"), [], ["1"]),
    "a retraction that is undone": (
        [("1", "validated")], lambda w: _decides(w, ("1", "retract"), ("1", "undo")), lambda w: _replays(w, "1"),
        ["1"], []),
    "a correction that is accepted": (
        [("1", "validated")], lambda w: (w.land("2", "quarantined", 2), _decides(w, ("2", "accept"))),
        lambda w: _replays(w, "1"), ["2"], []),
    "superseded while it is replayed": (
        [("1", "validated")], lambda w: w.land("2", "validated", 2), lambda w: _replays(w, "1"), ["2"], []),
    "superseded, then retracted": (
        [("1", "validated")], lambda w: (w.land("2", "validated", 2), _decides(w, ("2", "retract"))),
        lambda w: _replays(w, "1"), [], ["2"]),
    "accepted while a later one comes": (
        [("1", "quarantined")], lambda w: _decides(w, ("1", "accept")), lambda w: w.land("2", "quarantined", 2),
        ["1"], ["2"]),
    "a correction that is rejected": (
        [("1", "validated")], lambda w: (w.land("2", "quarantined", 2), _decides(w, ("2", "reject"))),
        lambda w: _replays(w, "1"), ["1"], ["2"]),
    "two versions of one key": (
        [("1", "validated")], lambda w: w.land("1", "validated", 2), lambda w: w.land("1", "validated", 3),
        ["1"], []),
}  # fmt: skip


@pytest.mark.parametrize("race", RACES)
def test_any_interleaving_ends_the_same(way, ledger, race):
    setup, one, other, lake, quarantine = RACES[race]
    for key, verdict in setup:
        way.land(key, verdict, 1)
    way.until_done("first")
    stop = threading.Event()
    with ThreadPoolExecutor(5) as threads:
        works = [threads.submit(_works, way, f"worker-{n}", stop) for n in range(3)]
        acts = [threads.submit(act, way) for act in (one, other)]
        try:
            for act in acts:
                act.result(60)
        finally:
            stop.set()
        for work in works:
            work.result(60)
    assert (way.stands("lake"), way.stands("quarantine")) == (lake, quarantine)
    refresh_due(way.s3, way.buckets, ledger, datetime.now(UTC))
    receipts = [receipt for _, receipt in stored_receipts(way.s3, way.buckets)]
    current = sorted(r["object"]["key"] for r in receipts if r["standing"]["is_current"])
    assert current == sorted(lake + quarantine), "and the receipts say so"
    rows = ledger.page(limit=100)
    gone = [row for row in rows if row.outcome == "gone"]
    assert len(receipts) == len(rows) - len(gone)
    assert not any(row.receipt_due for row in rows)


def _works(way, owner, stop):
    """Until all is over, and nothing is left."""
    while not stop.is_set():
        way.work(owner, limit=random.choice((1, 2))) or time.sleep(0.005)
    way.until_done(owner)


def test_of_copies_that_race_one_is_the_first(way, ledger):
    for number in range(6):
        way.land(f"{number}", "validated", 1)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(way.until_done, ("x", "y", "z")))
    rows = {row.object.key: row for row in ledger.page()}
    (first,) = [row for row in rows.values() if row.duplicate_of is None]
    assert {row.duplicate_of for row in rows.values()} == {None, first.id}
    assert way.stands("lake") == [first.object.key]
