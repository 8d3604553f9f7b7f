"""No landing key names an object of ours, nor the receipt of another; what is damaged of ours counts as absent."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tasks.batch import process_batch
from tasks.missing import missing

from expectations.forms import FORMS
from tasks.fetch import fetch
from tasks.judge.decisions import read_reviews
from tasks.names import key_as_stored, receipt_name
from tasks.receipt.outcome import Origin
from tasks.receipt.write import find_duplicate, list_receipts, read_receipt, version_name, write_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.storage import read_object
from tasks.values import Receipt

OURS = (".index/", ".versions/", ".locks/", ".decisions/", ".docs/")
ETAG = "0123456789abcdef0123456789abcdef"
PARTS = [
    "a",
    "b",
    ".",
    "..",
    "",
    ".index",
    ".keys",
    ".versions",
    "a.json",
    "a.html",
    f"{ETAG}.json",
    "报告",
    "\n",
    "x" * 300,
]

keys = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=5)), min_size=1, max_size=5).map("/".join)


def names_of(key):
    """All that a receipt of the object, or of an older version of it, is called."""
    older = version_name(key, ETAG)
    return {f"{name}.{ending}" for name in (receipt_name(key), older) for ending in ("json", "html")}


@given(keys, keys)
@example("a", "a.json")
@example("a.pdf", "a.pdf.json")
@example("a", "a.html")
@example("a/b", "a//b")
@example("a", "a/")
@example("a/../b", "b")
@example("a", ".keys/" + hashlib.sha256(b"a").hexdigest())
@example(".a", ".keys/" + hashlib.sha256(b".a").hexdigest())
@example("a", f".versions/a/{ETAG}")
@example("\ud800", "\ud801")
def test_no_two_keys_share_a_name_and_none_leaves_its_room(one, other):
    for name in names_of(one):
        assert not {".", "..", ""} & set(name.split("/"))
        assert len(name.encode()) < 1000
        assert max(len(part.encode()) for part in name.split("/")) <= 255
        assert min(name) > "\x1f"
    assert not receipt_name(one).startswith(OURS)
    if one != other:
        assert not names_of(one) & names_of(other)
        for longer, shorter in permutations((one, other)):
            files, folders = names_of(shorter), {name + "/" for name in names_of(longer)}
            assert not [f for f in files if f.startswith(tuple(folders))], "a file cannot be a folder too"


@pytest.mark.parametrize("key", ["报告.pdf", "2024年/报告 (1).pdf", "a　b.html", "a.json", "100%/第#1份?.pdf"])
def test_a_plain_key_is_its_own_name(key):
    assert receipt_name(key) == key


def report(seed):
    figures = consistent_figures(FORMS["2021"], random.Random(seed))
    return draw_pdf(SampleReport("青岚市水利局", 2020 + seed, "2021", figures))


def outcomes(s3, buckets):
    process_batch(list(missing(s3, buckets, timedelta(0))), buckets, Origin())
    return {receipt["object"]["key"]: receipt["outcome"] for receipt in list_receipts(s3, buckets)}


def test_uploads_named_like_our_own_objects_do_no_harm(s3, buckets):
    aim = report(1)
    sha256 = hashlib.sha256(aim).hexdigest()
    place = buckets.landing
    theirs = [
        f".index/sha256/{sha256}", f".index/sha256/{sha256}.json", f".decisions/{sha256}", f".decisions/{sha256}.json",
        f".versions/aim.pdf/{ETAG}", ".locks/x", ".index/seen/x", ".docs/index.html", "aim.pdf.json", "aim.pdf.html",
        "other.json/aim.pdf", "other", ".keys/x", "x\n[red]`|.pdf", "长" * 60 + "/" + "y" * 250 + ".pdf",
    ]  # fmt: skip
    for key in theirs:
        s3.put_object(Bucket=place.bucket, Key=key, Body=b"{}" + key.encode())
    assert outcomes(s3, buckets) == dict.fromkeys(theirs, "rejected")
    s3.put_object(Bucket=place.bucket, Key="aim.pdf", Body=aim)
    assert outcomes(s3, buckets) == dict.fromkeys(theirs, "rejected") | {"aim.pdf": "validated"}
    assert read_object(s3, buckets.receipts, "aim.pdf.json"), "an ordinary key's receipt is where it always was"
    assert not list(missing(s3, buckets, timedelta(0)))


@pytest.fixture
def write(s3, buckets, make):
    def run(key, number=1, **changes):
        source = make.source(key=key, etag=f"e{number}", minutes=number, **changes)
        at = datetime(2025, 3, 2, tzinfo=UTC)
        content = source.sha256, source.size, source.landed_at
        write_receipt(s3, buckets, Receipt(source.bucket, key, source.etag, *content, at, "validated", None, ""))
        return source

    return run


DAMAGED = [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b'{"object": {"key": "b.pdf"}}', b"[" * 100_000, b"1e999"]


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_object_of_ours_counts_as_absent(s3, buckets, write, damage):
    source = write("a.pdf")
    bucket = buckets.receipts.bucket
    names = ["a.pdf.json", f".index/sha256/{source.sha256}.json", f".decisions/{source.sha256}.json"]
    names += [f"{version_name('a.pdf', 'e0')}.json", ".index/seen/junk", f".locks/{'0' * 32}.AAAAAA", "junk.json"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=damage)
    again = make_other(source)
    assert read_receipt(s3, buckets, "a.pdf") is read_receipt(s3, buckets, "a.pdf", "e0") is None
    assert find_duplicate(s3, buckets, again) is None
    assert read_reviews(s3, buckets, source.sha256) == ()
    assert list(list_receipts(s3, buckets)) == []
    write("a.pdf")
    assert find_duplicate(s3, buckets, again)["object"]["key"] == "a.pdf"
    assert [r["object"]["key"] for r in list_receipts(s3, buckets)] == ["a.pdf"]


def make_other(source):
    return replace(source, key="other.pdf")


def test_an_index_that_names_another_file_is_not_believed(s3, buckets, write):
    write("a.pdf")
    other = make_other(write("b.pdf", 2))
    stored = read_object(s3, buckets.receipts, f".index/sha256/{'e1' * 32}.json")
    s3.put_object(Bucket=buckets.receipts.bucket, Key=f".index/sha256/{other.sha256}.json", Body=stored)
    assert find_duplicate(s3, buckets, other) is None


def test_an_object_with_two_names_has_one_outcome(s3, buckets):
    bucket = buckets.landing.bucket
    s3.put_object(Bucket=bucket, Key="m//a///b.pdf", Body=b"one")
    listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert [key_as_stored(s3, bucket, "m//a///b.pdf")] == listed
    assert fetch(s3, bucket, "m//a///b.pdf").key == listed[0]
    assert key_as_stored(s3, bucket, "m//none.pdf") == "m//none.pdf"
