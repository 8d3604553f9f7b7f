"""The one way of a report, on a real S3 server and a real ledger: each object its own outcome, whatever breaks."""

import random
from functools import cache

import pytest
from botocore.exceptions import EndpointConnectionError

from expectations.forms import FORMS
from tasks import pipeline, prepare
from tasks.judge.review import decide
from tasks.lake.query import connect
from tasks.landing import add_landed
from tasks.ledger import Ledger, LedgerAwayError
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

pytestmark = pytest.mark.usefixtures("read_once")


@cache
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


@pytest.mark.parametrize(
    ("half", "stage"),
    [
        *((prepare, stage) for stage in ("fetch", "examine_file", "put_version", "judged_receipt")),
        (pipeline, "write_receipt"),
    ],
)
def test_what_breaks_over_one_object_does_not_touch_the_others(way, s3, buckets, ledger, monkeypatch, half, stage):
    working, calls = getattr(half, stage), []

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
        breaking.setattr(half, stage, breaks_once)
        done = list(process(ledger, buckets, ledger.claim(None, "me", SECONDS), "me", Origin()))
    assert sorted(one.outcome for one in done) == ["error", "validated", "validated"]
    ledger.renew([one.claimed.id for one in done], "me", -1)
    assert {one.outcome for one in way().values()} == {"validated"}
    assert agencies(buckets) == ["青岚市教育局", "青岚市林业局", "青岚市水利局"]
    assert all(read_receipt(s3, buckets, key)["outcome"] == "validated" for key in files)
    assert ledger.counts().open == 0


def test_what_breaks_the_rules_over_one_report_breaks_them_over_that_one_alone(way, s3, buckets, ledger, monkeypatch):
    working = prepare.judge_examined

    def breaks(files):
        if any("林业" in one.report.agency for one in files):
            raise ZeroDivisionError
        return working(files)

    monkeypatch.setattr(prepare, "judge_examined", breaks)
    done = way({"a.pdf": pdf("水利", 1), "b.pdf": pdf("林业", 2), "c.pdf": pdf("教育", 3)})
    assert agencies(buckets) == ["青岚市教育局", "青岚市水利局"]
    receipt = done["b.pdf"].receipt
    assert (receipt.outcome, receipt.reason) == ("failed", "PROCESSING.FAILED")
    assert "ZeroDivisionError" in receipt.message
    monkeypatch.setattr(prepare, "judge_examined", working)
    ledger.reopen([done["b.pdf"].claimed.id])
    assert way()["b.pdf"].outcome == "validated"


def test_an_outage_uses_up_no_attempt(way, s3, buckets, ledger, monkeypatch):
    errors: list[Exception] = [EndpointConnectionError(endpoint_url="x"), LedgerAwayError("x")] * 3
    working = prepare.fetch

    def breaks(*args):
        if errors:
            raise errors.pop()
        return working(*args)

    monkeypatch.setattr(prepare, "fetch", breaks)
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
            ledger.renew([1], "me", -1)
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
        [(prepare, "put_version"), (Ledger, "settle"), (pipeline, "write_receipt"), (Ledger, "receipts_written")]
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
            ledger.reopen([row.id for row in ledger.find(buckets.landing.bucket, key)])
            way()
        assert read_receipt(s3, buckets, key)["outcome"] == ends, name
        stands = ledger.find(buckets.landing.bucket, key)[0]
        assert (stands.outcome, stands.is_open) == (ends, False)
        assert bool(ledger.current([stands.report_id], "lake")) == (ends == "validated")
