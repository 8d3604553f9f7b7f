"""A batch: each object its own outcome, whatever becomes of the others, and locks taken once for many."""

import random
from datetime import timedelta

import pytest

from expectations.forms import FORMS
from tasks import batch
from tasks.batch import process_batch
from tasks.lake.query import connect
from tasks.missing import missing
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf


def pdf(name, seed, wrong=False):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    if wrong:
        figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport(f"青岚市{name}局", 2024, "2021", figures))


@pytest.fixture
def land(s3, buckets):
    def put(**bodies):
        for name, body in bodies.items():
            s3.put_object(Bucket=buckets.landing.bucket, Key=f"{name}.pdf", Body=body)

    return put


@pytest.fixture
def process(s3, buckets, monkeypatch):
    def run(together=25):
        monkeypatch.setattr(batch, "_TOGETHER", together)
        items = list(missing(s3, buckets, timedelta(0)))
        return {done.key: done.outcome for done in process_batch(items, buckets, Origin())}

    return run


def agencies(buckets):
    return [agency for (agency,) in connect(buckets).sql("SELECT agency FROM reports ORDER BY ALL").fetchall()]


@pytest.mark.parametrize("together", [1, 2, 25])
def test_each_gets_its_outcome_in_however_many_parts(land, process, buckets, together):
    land(a=pdf("水利", 1), b=pdf("林业", 2, wrong=True), c=b"", d=pdf("教育", 3))
    expected = {"a.pdf": "validated", "b.pdf": "quarantined", "c.pdf": "rejected", "d.pdf": "validated"}
    assert process(together) == expected
    assert agencies(buckets) == ["青岚市教育局", "青岚市水利局"]
    assert process(together) == {}


def test_of_one_report_twice_in_a_batch_the_later_counts(land, process, s3, buckets):
    land(older=pdf("水利", 1))
    land(later=pdf("水利", 2, wrong=True), other=pdf("教育", 3))
    assert process() == {"older.pdf": "validated", "later.pdf": "quarantined", "other.pdf": "validated"}
    assert agencies(buckets) == ["青岚市教育局", "青岚市水利局"], "what was validated stays"
    assert read_receipt(s3, buckets, "older.pdf")["superseded_by_quarantined"]


@pytest.mark.parametrize("stage", ["fetch", "reconsidered", "judged_receipt", "relate"])
def test_what_breaks_over_one_object_does_not_touch_the_others(land, process, s3, buckets, monkeypatch, stage):
    land(a=pdf("水利", 1), b=pdf("林业", 2), c=pdf("教育", 3))
    working, calls = getattr(batch, stage), []

    def breaks_once(*args, **options):
        calls.append(args)
        if len(calls) == 1:
            raise ConnectionError("away")
        return working(*args, **options)

    with monkeypatch.context() as breaking:
        breaking.setattr(batch, stage, breaks_once)
        outcomes = process()
    assert sorted(outcomes.values()) == ["error", "validated", "validated"]
    assert set(process().values()) <= {"validated"}
    assert agencies(buckets) == ["青岚市教育局", "青岚市林业局", "青岚市水利局"]
    assert all(read_receipt(s3, buckets, key)["outcome"] == "validated" for key in outcomes)


def test_what_breaks_over_all_of_them_is_left_for_the_next_time(land, process, s3, buckets, monkeypatch):
    land(a=pdf("水利", 1), b=pdf("林业", 2))
    with monkeypatch.context() as breaking:
        breaking.setattr(batch, "publishing", lambda *_: (_ for _ in ()).throw(TimeoutError("the locks")))
        assert set(process().values()) == {"error"}
    assert read_receipt(s3, buckets, "a.pdf") is None
    assert set(process().values()) == {"validated"}


def test_locks_and_notes_of_changes_are_shared(land, process, s3, buckets):
    land(a=pdf("水利", 1), b=pdf("林业", 2), c=pdf("教育", 3))
    put = []
    s3.meta.events.register(
        "before-call.s3.PutObject", lambda params, **_: put.append(params["url_path"]), unique_id="put"
    )
    try:
        process()
    finally:
        s3.meta.events.unregister("before-call.s3.PutObject", unique_id="put")
    assert sum("/.locks/" in path for path in put) == 2, "the reports', and the receipts'"
    assert sum("/marts/.changed/" in path for path in put) == 1
