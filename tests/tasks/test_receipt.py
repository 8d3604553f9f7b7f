"""Receipts on a real S3 server: one for every landed version, for programs and for people."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import PurePath

import pytest

from tasks.ledger import ObjectVersion, Settlement, Standing
from tasks.ledger.leases import SECONDS
from tasks.pipeline import finish
from tasks.prepare import Prepared
from tasks.receipt.as_json import receipt_dict, to_text
from tasks.receipt.outcome import Origin
from tasks.receipt.standing import standing_dict
from tasks.receipt.write import read_receipt, stored_receipts, write_receipt
from tasks.values import Receipt

KEYS = ["报告.pdf", "淮安市 2024 年/报告 (1).pdf", "a+b.pdf", "100%.pdf", "%2F%20+.pdf", "第#1份?.pdf"]


def receipt_of(source, outcome="rejected", **changes):
    at = datetime(2025, 3, 2, tzinfo=UTC)
    plain = Receipt(
        source.bucket, source.key, source.etag, source.sha256, source.size, source.landed_at, at, outcome, None, ""
    )
    return replace(plain, **changes)


@pytest.fixture
def write(s3, buckets, make, ledger):
    """Write a receipt of version `number` of the object `key`, which landed `number` minutes after noon."""

    def run(key, number=1, outcome="rejected", minutes=None, **changes):
        source = make.source(key=key, etag=f"e{number}", minutes=minutes or number)
        landed = ObjectVersion(source.bucket, key, source.etag, source.landed_at, source.size)
        ledger.add([landed])
        ids = list(ledger.ids_of([landed]).values())
        ledger.reopen(ids)
        (claimed,) = ledger.claim(ids, "me", SECONDS)
        receipt = receipt_of(source, outcome, **changes)
        settlement = Settlement(claimed.id, outcome, sha256=source.sha256)
        (ended,) = finish(s3, ledger, buckets, [Prepared(claimed, settlement, receipt)], "me", Origin())
        assert ended.error is None
        return ledger.get(ids)[claimed.id].receipt_name

    return run


def keys_of(s3, buckets):
    return [receipt["object"]["key"] for _, receipt in stored_receipts(s3, buckets)]


@pytest.mark.parametrize("key", KEYS)
def test_a_receipt_lies_under_the_landing_key(s3, buckets, write, key):
    assert write(key) == key
    found = s3.get_object(Bucket=buckets.receipts.bucket, Key=f"{key}.json")
    assert json.loads(found["Body"].read()) == read_receipt(s3, buckets, key)
    assert s3.get_object(Bucket=buckets.receipts.bucket, Key=f"{key}.html")["ContentType"].startswith("text/html")
    assert keys_of(s3, buckets) == [key]


def test_receipts_say_that_they_are_utf_8(s3, write):
    sent = {}  # the embedded server makes up the type from the name, so look at what the client sends
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: sent.update(_type_of(params)))
    write("报告.pdf")
    assert sent[".json"] == "application/json; charset=utf-8"
    assert sent[".html"] == "text/html; charset=utf-8"


def _type_of(request):
    return {PurePath(request["url_path"]).suffix: request["headers"].get("Content-Type")}


def test_receipts_may_share_a_bucket_with_the_rest(s3, buckets, make):
    shared = replace(buckets, receipts=replace(buckets.receipts, prefix="some/receipts"))
    s3.put_object(Bucket=shared.receipts.bucket, Key="some/other.json", Body=b"{}")
    write_receipt(s3, shared, "a.pdf", receipt_of(make.source(key="a.pdf")), Standing())
    assert keys_of(s3, shared) == ["a.pdf"]


def test_no_receipt_is_none(s3, buckets):
    assert read_receipt(s3, buckets, "a.pdf") is None
    assert list(stored_receipts(s3, buckets)) == []


def test_the_json_is_the_contracts(make):
    receipt = receipt_of(
        make.source(),
        "quarantined",
        reason="T3.ROW_SUM",
        message="未通过",
        agency="淮安市人民政府",
        year=2024,
        findings=(replace(make.finding(), right=Decimal("4.50")),),
        seconds={"fetch": 0.1},
    )
    text = to_text(receipt_dict(receipt) | standing_dict(Standing(), None))
    assert "淮安市人民政府" in text
    content = json.loads(text)
    assert list(content) == [
        *("object", "outcome", "reason", "message", "agency", "year", "form", "report_id", "findings"),
        *("rules", "review", "read_as", "version", "duplicate_of", "first_receipt"),
        *("flow_run", "processed_at", "seconds", "versions"),
        *("written", "superseded_by_quarantined", "standing"),
    ]
    assert list(content["object"]) == ["bucket", "key", "etag", "sha256", "size", "landed_at"]
    assert content["object"]["landed_at"] == "2025-03-01T12:00:00.000001+00:00"
    assert content["findings"] == [
        {
            "id": make.replace(make.finding(), right=Decimal("4.50")).id,
            "rule": "T3.ROW_SUM",
            "severity": "critical",
            "outcome": "fail",
            "where": "table3.new",
            "message": "各列之和 5 不等于总计 4",
            "left": 5,
            "right": "4.50",
            "cells": [{"address": "table3.new.total", "value": 4, "raw": "4", "page": 4, "bbox": [1.0, 2.0, 3.0, 4.0]}],
            "suspect": {"address": "table3.new.total", "balancing_value": 5},
            "candidates": [],
            "fault": None,
            "decision": None,
        }
    ]
    assert content["versions"] == {"reader": "2", "rules": "2", "lake": "3"}


def test_a_newer_version_takes_the_place_and_the_older_is_kept(s3, buckets, write, names):
    write("a/b.pdf", 1, message="older")
    write("a/b.pdf", 2)
    assert read_receipt(s3, buckets, "a/b.pdf")["object"]["etag"] == "e2"
    assert read_receipt(s3, buckets, "a/b.pdf", "e1")["message"] == "older"
    versions = [name for name in names(buckets.receipts) if name.startswith(".versions/")]
    assert versions == [".versions/a/b.pdf/e1.html", ".versions/a/b.pdf/e1.json"]


def test_a_late_receipt_of_an_older_version_takes_no_place(s3, buckets, write):
    write("a.pdf", 2)
    assert write("a.pdf", 1, message="older") == ".versions/a.pdf/e1"
    assert read_receipt(s3, buckets, "a.pdf")["object"]["etag"] == "e2"
    assert read_receipt(s3, buckets, "a.pdf", "e1")["message"] == "older"


def test_a_version_has_one_receipt_however_often_it_is_processed(s3, buckets, write, names):
    write("a.pdf", 1, "failed")
    write("a.pdf", 1, "rejected")
    assert read_receipt(s3, buckets, "a.pdf")["outcome"] == "rejected"
    assert not [name for name in names(buckets.receipts) if name.startswith(".versions/")]


def test_a_version_that_comes_back_has_one_receipt(s3, buckets, write, names):
    for number, minutes in ((1, 1), (2, 2), (1, 3)):
        write("a.pdf", number, minutes=minutes)
    assert read_receipt(s3, buckets, "a.pdf")["object"]["etag"] == "e1"
    kept = [name for name in names(buckets.receipts) if name.startswith(".versions/")]
    assert kept == [".versions/a.pdf/e2.html", ".versions/a.pdf/e2.json"]


def test_a_receipt_that_is_due_says_what_is_true_when_another_version_has_moved_it(
    s3, buckets, ledger, write, monkeypatch
):
    """Who refreshes it holds it: the receipt of a version that comes meanwhile is not written over by the older's."""
    write("a.pdf", 1)
    (older,) = ledger.find("landing", "a.pdf")
    with ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE objects SET receipt_due = '2000-01-01 00:00:00.000000'")
    held = ledger.claim_receipts(datetime.now(UTC), "refresher", SECONDS, 10)
    assert held == [older.id]
    ledger.add([ObjectVersion("landing", "a.pdf", "e2", older.object.landed_at.replace(minute=9), 5)])
    assert ledger.claim(None, "me", SECONDS) == [], "no version of the key is begun while its receipt is being written"
    assert ledger.reopen([older.id]) == [older.id]
    assert ledger.claim(None, "me", SECONDS) == [], "nor is this one itself"
    ledger.release_receipts(held, "refresher")
    assert [one.object.etag for one in ledger.claim(None, "me", SECONDS)] == ["e2"]
