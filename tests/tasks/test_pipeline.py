"""The one way of a report, on a real S3 server and a real ledger: each object its own outcome, whatever breaks."""

import random
import threading
from datetime import UTC, datetime

import pytest
from botocore.exceptions import EndpointConnectionError

from expectations.forms import FORMS
from tasks import pipeline
from tasks.judge.review import decide
from tasks.lake.query import connect
from tasks.lake.versions import get_version
from tasks.landing import add_landed
from tasks.ledger import Ledger, LedgerAwayError
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt, refresh_due, stored_receipts
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tests.tasks.read.made import AGENCY, FIGURES, html, title_of


def pdf(name, seed, wrong=False, year=2024):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    if wrong:
        figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport(f"青岚市{name}局", year, "2021", figures))


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What broke may be tried again at once."""
    monkeypatch.setattr(pipeline, "AGAIN_SECONDS", 0.0)


def agencies(buckets):
    return [agency for (agency,) in connect(buckets).sql("SELECT agency FROM reports ORDER BY ALL").fetchall()]


@pytest.mark.parametrize("together", [1, 2, 25])
def test_each_gets_its_outcome_in_however_many_parts(way, buckets, ledger, monkeypatch, together):
    monkeypatch.setattr(pipeline, "TOGETHER", together)
    done = way({"a.pdf": pdf("水利", 1), "b.pdf": pdf("林业", 2, wrong=True), "c.pdf": b"", "d.pdf": pdf("教育", 3)})
    expected = {"a.pdf": "validated", "b.pdf": "quarantined", "c.pdf": "rejected", "d.pdf": "validated"}
    assert {key: one.outcome for key, one in done.items()} == expected
    assert agencies(buckets) == ["青岚市教育局", "青岚市水利局"]
    assert ledger.counts().open == 0
    assert way() == {}


def test_of_one_report_twice_the_later_counts(way, s3, buckets):
    way({"older.pdf": pdf("水利", 1)})
    way({"later.pdf": pdf("水利", 2, wrong=True), "other.pdf": pdf("教育", 3)})
    assert agencies(buckets) == ["青岚市教育局", "青岚市水利局"], "what was validated stays"
    assert read_receipt(s3, buckets, "older.pdf")["superseded_by_quarantined"]
    assert read_receipt(s3, buckets, "later.pdf")["superseded_by_quarantined"]


@pytest.mark.parametrize("stage", ["fetch", "examine_file", "put_version", "judged_receipt", "write_receipt"])
def test_what_breaks_over_one_object_does_not_touch_the_others(way, s3, buckets, ledger, monkeypatch, stage):
    working, calls = getattr(pipeline, stage), []

    def breaks_once(*args, **options):
        calls.append(args)
        if len(calls) == 1:
            raise ConnectionError("away")
        return working(*args, **options)

    files = {"a.pdf": pdf("水利", 1), "b.pdf": pdf("林业", 2), "c.pdf": pdf("教育", 3)}
    for key, body in files.items():
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
    add_landed(s3, buckets, ledger)
    with monkeypatch.context() as breaking:
        breaking.setattr(pipeline, stage, breaks_once)
        done = list(process(ledger, buckets, ledger.claim(None, "me", SECONDS), "me", Origin()))
    assert sorted(one.outcome for one in done) == ["error", "validated", "validated"]
    ledger.take_back(ids=[one.claimed.id for one in done])
    assert {one.outcome for one in way().values()} == {"validated"}
    assert agencies(buckets) == ["青岚市教育局", "青岚市林业局", "青岚市水利局"]
    assert all(read_receipt(s3, buckets, key)["outcome"] == "validated" for key in files)
    assert ledger.counts().open == 0


def test_what_breaks_the_rules_over_one_report_breaks_them_over_that_one_alone(way, s3, buckets, ledger, monkeypatch):
    working = pipeline.judge_examined

    def breaks(files):
        if any("林业" in one.report.agency for one in files):
            raise ZeroDivisionError
        return working(files)

    monkeypatch.setattr(pipeline, "judge_examined", breaks)
    done = way({"a.pdf": pdf("水利", 1), "b.pdf": pdf("林业", 2), "c.pdf": pdf("教育", 3)})
    assert agencies(buckets) == ["青岚市教育局", "青岚市水利局"]
    receipt = done["b.pdf"].receipt
    assert (receipt.outcome, receipt.reason) == ("failed", "PROCESSING.FAILED")
    assert "ZeroDivisionError" in receipt.message
    monkeypatch.setattr(pipeline, "judge_examined", working)
    ledger.reopen(outcomes=["failed"])
    assert way()["b.pdf"].outcome == "validated"


def test_an_outage_uses_up_no_attempt(way, s3, buckets, ledger, monkeypatch):
    errors: list[Exception] = [EndpointConnectionError(endpoint_url="x"), LedgerAwayError("x")] * 3
    working = pipeline.fetch

    def breaks(*args):
        if errors:
            raise errors.pop()
        return working(*args)

    monkeypatch.setattr(pipeline, "fetch", breaks)
    assert way({"a.pdf": pdf("水利", 1)})["a.pdf"].outcome == "validated"
    assert ledger.get([1])[1].attempts == 1


def test_who_has_lost_his_lease_changes_nothing(s3, buckets, ledger, monkeypatch):
    s3.put_object(Bucket=buckets.landing.bucket, Key="a.pdf", Body=pdf("水利", 1))
    add_landed(s3, buckets, ledger)
    working, done = pipeline.prepare, []

    def overtaken(*args):
        prepared = working(*args)
        if not done:
            done.append("slow")
            ledger.take_back(ids=[1])
            done.extend(process(ledger, buckets, ledger.claim(None, "other", SECONDS), "other", Origin("theirs")))
        return prepared

    monkeypatch.setattr(pipeline, "prepare", overtaken)
    slow = list(process(ledger, buckets, ledger.claim(None, "me", SECONDS), "me", Origin("mine")))
    assert [one.outcome for one in slow] == ["lost"]
    assert done[1].outcome == "validated"
    assert read_receipt(s3, buckets, "a.pdf")["flow_run"]["id"] == "theirs"
    assert agencies(buckets) == ["青岚市水利局"]


@pytest.mark.parametrize("kind", ["retract", "accept", "undo"])
def test_a_decision_made_while_the_object_is_being_judged_is_heeded(way, s3, buckets, ledger, monkeypatch, kind):
    """At whatever moment: before the outcome, between it and its receipt, and after both."""
    start = {"retract": False, "accept": True, "undo": True}[kind]
    ends = {"retract": "quarantined", "accept": "validated", "undo": "quarantined"}[kind]
    for number, (place, name) in enumerate(
        [(pipeline, "put_version"), (Ledger, "settle"), (pipeline, "write_receipt"), (Ledger, "receipts_written")]
    ):
        key = f"{number}.pdf"
        way({key: pdf("水利林业教育民政"[2 * number : 2 * number + 2], number, wrong=start)})
        if kind == "undo":
            decide(s3, buckets, ledger, key, "accept", "好", "张三")
            assert way()[key].outcome == "validated"
        working, decided = getattr(place, name), []

        def deciding(*args, working=working, decided=decided, key=key, **more):
            if not decided:
                decided.append(key)
                decide(s3, buckets, ledger, key, kind, "核对过", "王五")
            return working(*args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(place, name, deciding)
            ledger.reopen(key=key)
            way()
        assert read_receipt(s3, buckets, key)["outcome"] == ends, name
        stands = ledger.find(buckets.landing.bucket, key)[0]
        assert (stands.outcome, stands.is_open) == (ends, False)
        assert bool(ledger.current([stands.report_id], "lake")) == (ends == "validated")


class Crash(BaseException):
    """The process dies: nothing catches it."""


class Dying:
    """Dies when it has passed so many points."""

    def __init__(self, points):
        self.left, self.lock = points, threading.Lock()

    def point(self, **_):
        with self.lock:
            self.left -= 1
            if self.left == -1:
                raise Crash

    def around(self, function):
        def wrapped(*args, **more):
            self.point()
            found = function(*args, **more)
            self.point()
            return found

        return wrapped


AGENCIES = [f"{a}{b}县水利局" for a in "东西南北中上下左右前后内外" for b in "江河湖海山"]
ALONE = next(str(n) for n in FIGURES["2021"].values() if html("2021").count(f">{n}<") == 1 and n > 9)


def test_a_crash_at_any_point_leaves_one_outcome_and_one_receipt(way, s3, buckets, ledger, monkeypatch):
    """A new version of a report (its key had another before), one that is quarantined, one that is refused."""
    events = [f"{when}-call.s3.{call}" for when in ("before", "after") for call in ("PutObject", "DeleteObject")]
    has_crashed, points = True, -1
    while has_crashed:
        points += 1
        folder, page = f"{points}", html("2021", title=title_of("2021").replace(AGENCY, AGENCIES[points]))
        way({f"{folder}/a.html": page.encode(), f"{folder}/old.html": f"{page}<!-- 1 -->".encode()})
        bodies = {"a.html": f"{page}<!-- 2 -->", "b.html": page.replace(f">{ALONE}<", f">{ALONE}9<"), "c.html": ""}
        for name, body in bodies.items():
            s3.put_object(Bucket=buckets.landing.bucket, Key=f"{folder}/{name}", Body=body.encode())
        add_landed(s3, buckets, ledger)
        has_crashed = crashes(Dying(points), ledger, s3, buckets, monkeypatch, events)
        ledger.take_back(ids=[row.id for row in ledger.page(is_open=True)])
        with ledger.writing() as connection:
            connection.exec_driver_sql("UPDATE objects SET lease_owner = NULL, lease_until = NULL")
        way()
        refresh_due(s3, buckets, ledger, datetime.now(UTC))
        is_as_it_should_be(s3, buckets, ledger, folder, points)
    assert points > 15


def crashes(dying, ledger, s3, buckets, monkeypatch, events):
    claimed = ledger.claim(None, "dying", SECONDS)
    with monkeypatch.context() as patch:
        for name in ("settle", "receipts_written"):
            patch.setattr(Ledger, name, dying.around(getattr(Ledger, name)))
        for event in events:
            s3.meta.events.register(event, dying.point, unique_id=f"dying-{event}")
        try:
            list(process(ledger, buckets, claimed, "dying", Origin()))
        except Crash:
            return True
        finally:
            for event in events:
                s3.meta.events.unregister(event, unique_id=f"dying-{event}")
    return False


def is_as_it_should_be(s3, buckets, ledger, folder, points):
    counts = ledger.counts()
    assert (counts.open, counts.receipts_due) == (0, 0), points
    found = [receipt for _, receipt in stored_receipts(s3, buckets) if receipt["object"]["key"].startswith(f"{folder}/")]
    told = sorted((r["object"]["key"].partition("/")[2], r["outcome"], r["standing"]["is_current"]) for r in found)
    assert told == [
        ("a.html", "validated", False), ("a.html", "validated", True), ("b.html", "quarantined", True),
        ("c.html", "rejected", False), ("old.html", "validated", False),
    ], points  # fmt: skip
    latest = read_receipt(s3, buckets, f"{folder}/a.html")
    assert latest["standing"]["is_current"]
    assert latest["standing"]["corrected_by_quarantined"]["key"] == f"{folder}/b.html"
    page = s3.get_object(Bucket=buckets.receipts.bucket, Key=f"{folder}/a.html.html")["Body"].read().decode()
    assert latest["object"]["etag"] in page
    for place in ("lake", "quarantine"):
        (row,) = [row for row in ledger.current_in(place) if row.key.startswith(f"{folder}/")]
        assert get_version(s3, getattr(buckets, place), row.name, row.stored_etag)
