"""The one way of a report, on a real S3 server and a real ledger: each object its own outcome, whatever breaks."""

import random

import pytest

from expectations.forms import FORMS
from tasks import pipeline
from tasks.lake.query import connect
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf


def pdf(name, seed, wrong=False, year=2024):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    if wrong:
        figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport(f"青岚市{name}局", year, "2021", figures))


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What broke may be tried again at once."""
    monkeypatch.setattr(pipeline, "AGAIN_SECONDS", 0.0)


@pytest.fixture
def outcomes(way):
    """Land files and take them all the way, once; returns the outcome of each."""
    return lambda **files: {key: one.outcome for key, one in way(files).items()}


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
