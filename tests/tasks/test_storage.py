"""The S3 client and fetch, against a real server."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tasks.fetch import ObjectGoneError, fetch

KEYS = [
    "报告.pdf",
    "淮安市 2024 年/报告 (1).pdf",
    "a+b.pdf",
    "100%.pdf",
    "%2F%20+.pdf",
    "第#1份?.pdf",
    "a&b=c;d,e'f.pdf",
]


@pytest.mark.parametrize("key", KEYS)
def test_any_key_comes_back_with_its_bytes(s3, buckets, key):
    body = key.encode() * 3
    etag = s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)["ETag"]
    source = fetch(s3, buckets.landing.bucket, key, etag)
    assert (source.key, source.body, source.size) == (key, body, len(body))
    assert source.etag == etag.strip('"')
    assert source.sha256 == hashlib.sha256(body).hexdigest()


def test_landing_times_tell_two_uploads_within_a_second_apart(s3, buckets):
    for key in ("a.pdf", "a.pdf.bak", "b.pdf"):
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=key.encode())
    first, second, third = (fetch(s3, buckets.landing.bucket, key) for key in ("a.pdf", "a.pdf.bak", "b.pdf"))
    assert first.landed_at < second.landed_at < third.landed_at
    assert first.landed_at.utcoffset().total_seconds() == 0


def test_a_replaced_version_is_not_taken_for_the_one_that_was_asked_for(s3, buckets):
    old = s3.put_object(Bucket=buckets.landing.bucket, Key="a.pdf", Body=b"old")["ETag"]
    s3.put_object(Bucket=buckets.landing.bucket, Key="a.pdf", Body=b"new")
    with pytest.raises(ObjectGoneError, match="取代"):
        fetch(s3, buckets.landing.bucket, "a.pdf", old)


def test_a_deleted_object_is_gone_but_a_missing_bucket_is_our_own_fault(s3, buckets):
    with pytest.raises(ObjectGoneError, match="删除"):
        fetch(s3, buckets.landing.bucket, "a.pdf")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        fetch(s3, "no-such-bucket", "a.pdf")


def test_an_empty_object_is_fetched(s3, buckets):
    s3.put_object(Bucket=buckets.landing.bucket, Key="empty.pdf", Body=b"")
    assert fetch(s3, buckets.landing.bucket, "empty.pdf").size == 0


def test_of_a_file_that_is_too_large_only_the_beginning_is_fetched(s3, buckets, monkeypatch):
    monkeypatch.setattr("tasks.fetch.MAX_BYTES", 1000)
    s3.put_object(Bucket=buckets.landing.bucket, Key="large.pdf", Body=b"x" * 5000)
    s3.put_object(Bucket=buckets.landing.bucket, Key="fits.pdf", Body=b"x" * 1000)
    large = fetch(s3, buckets.landing.bucket, "large.pdf")
    assert (large.size, len(large.body), large.sha256) == (5000, 1001, "")
    assert fetch(s3, buckets.landing.bucket, "fits.pdf").sha256


def test_a_put_survives_that_its_folder_goes_with_the_last_object_in_it(s3, buckets):
    def come_and_go(number):
        key = f"comes-and-goes/{number % 2}/{number}"
        s3.put_object(Bucket=buckets.receipts.bucket, Key=key, Body=b"")
        s3.delete_object(Bucket=buckets.receipts.bucket, Key=key)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(come_and_go, range(400)))
