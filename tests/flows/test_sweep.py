"""The sweep, against a real S3 server and a real ledger: what landed and is not known is put there."""

from datetime import timedelta

import pytest

import flows.sweep
import tasks.landing
from flows.sweep import sweep
from tasks.names import receipt_name


@pytest.fixture
def landed(s3, buckets, ledger, prefect, monkeypatch):
    """Put an object whose event is lost; returns its etag."""
    monkeypatch.setattr(flows.sweep, "GRACE", timedelta(0))
    return lambda key, body=b"x": (
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body).get("ETag", "").strip('"')
    )


def test_what_landed_and_is_not_in_the_ledger_is_put_there_once(landed, ledger, buckets):
    etags = {key: landed(key) for key in ("a.pdf", "县/b.pdf")}
    landed("新建文件夹/", b"")
    sweep()
    assert "补记对象 0 个" in sweep(return_state=True).message
    found = ledger.waiting(10)
    assert {one.object.key: one.object.etag for one in found} == etags
    assert all(one.object.landed_at and one.object.size == 1 for one in found)
    landed("a.pdf", b"another version")
    sweep()
    assert len(ledger.find(buckets.landing.bucket, "a.pdf")) == 2


def test_an_object_that_landed_just_now_has_its_event_on_the_way(landed, ledger, monkeypatch):
    monkeypatch.setattr(flows.sweep, "GRACE", timedelta(hours=1))
    landed("a.pdf")
    sweep()
    assert ledger.waiting(10) == []


def test_more_than_one_page_of_a_listing(landed, ledger, monkeypatch):
    for number in range(5):
        landed(f"{number}.pdf")
    pages = tasks.landing._pages
    monkeypatch.setattr(tasks.landing, "_pages", lambda *asked: ([one] for page in pages(*asked) for one in page))
    sweep()
    assert len(ledger.waiting(10)) == 5


def test_receipts_that_are_overdue_are_written(landed, ledger, s3, buckets, monkeypatch):
    monkeypatch.setattr(flows.sweep, "OVERDUE", timedelta(0))
    from flows.ingest import ingest

    landed("a.pdf", b"no report")
    ingest(buckets.landing.bucket, "a.pdf")
    (row,) = ledger.find(buckets.landing.bucket, "a.pdf")
    assert row.receipt_name == receipt_name("a.pdf")
    assert "补写回执 0 份" in sweep(return_state=True).message
