"""No landing key names an object of ours, nor the receipt of another; what is damaged of ours counts as absent."""

import hashlib
import random
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expectations.forms import FORMS
from tasks.fetch import fetch
from tasks.judge.decisions import review_in, reviews_in
from tasks.ledger import Standing
from tasks.names import decision_name, key_as_stored, older_receipt_name, receipt_name, version_name
from tasks.receipt.write import read_receipt, stored_receipts, write_receipt
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
    older = older_receipt_name(key, ETAG)
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


def test_uploads_named_like_our_own_objects_do_no_harm(s3, buckets, way, ledger):
    aim = report(1)
    sha256 = hashlib.sha256(aim).hexdigest()
    theirs = [
        f".index/sha256/{sha256}", f".index/sha256/{sha256}.json", f".decisions/{sha256}", f".decisions/{sha256}.json",
        f".versions/aim.pdf/{ETAG}", ".locks/x", ".index/seen/x", ".docs/index.html", "aim.pdf.json", "aim.pdf.html",
        "other.json/aim.pdf", "other", ".keys/x", "x\n[red]`|.pdf", "长" * 60 + "/" + "y" * 250 + ".pdf",
    ]  # fmt: skip
    done = way({key: b"{}" + key.encode() for key in theirs})
    assert {key: one.outcome for key, one in done.items()} == dict.fromkeys(theirs, "rejected")
    assert way({"aim.pdf": aim})["aim.pdf"].outcome == "validated"
    found = {receipt["object"]["key"]: receipt["outcome"] for _, receipt in stored_receipts(s3, buckets)}
    assert found == dict.fromkeys(theirs, "rejected") | {"aim.pdf": "validated"}
    assert read_object(s3, buckets.receipts, "aim.pdf.json"), "an ordinary key's receipt is where it always was"
    assert ledger.counts().open == 0


DAMAGED = [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b'{"object": {"key": "b.pdf"}}', b"[" * 100_000, b"1e999"]


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_object_of_ours_counts_as_absent(s3, buckets, make, damage):
    source = make.source(key="a.pdf")
    bucket = buckets.receipts.bucket
    for name in ("a.pdf", older_receipt_name("a.pdf", "e0"), ".index/seen/junk", "junk"):
        s3.put_object(Bucket=bucket, Key=f"{name}.json", Body=damage)
    assert read_receipt(s3, buckets, "a.pdf") is read_receipt(s3, buckets, "a.pdf", "e0") is None
    assert list(stored_receipts(s3, buckets)) == []
    assert review_in(damage) is None
    assert reviews_in(damage) == []
    content = source.sha256, source.size, source.landed_at, datetime(2025, 3, 2, tzinfo=UTC)
    receipt = Receipt("landing", "a.pdf", source.etag, *content, "rejected", None, "")
    write_receipt(s3, buckets, "a.pdf", receipt, Standing())
    assert [receipt["object"]["key"] for _, receipt in stored_receipts(s3, buckets)] == ["a.pdf"]
    s3.put_object(Bucket=bucket, Key="b.pdf.json", Body=read_object(s3, buckets.receipts, "a.pdf.json"))
    assert read_receipt(s3, buckets, "b.pdf") is None, "the receipt of another object"
    assert [name for name, _ in stored_receipts(s3, buckets)] == ["a.pdf"]


def test_report_versions_of_two_objects_have_two_names():
    names = {version_name("r", 2024, key, etag) for key in ("a", "b", "a\n") for etag in ("e", "\ne", "e" * 40)}
    assert len(names) == 9


def test_decisions_lie_by_bytes_and_in_order():
    at = datetime(2025, 3, 2, 9, tzinfo=UTC)
    names = [decision_name("ab", at.replace(second=second), "x") for second in (1, 2, 10)]
    assert names == sorted(names)
    assert all(name.startswith(".decisions/ab/") for name in names)


def test_an_object_with_two_names_has_one_outcome(s3, buckets):
    bucket = buckets.landing.bucket
    s3.put_object(Bucket=bucket, Key="m//a///b.pdf", Body=b"one")
    listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert [key_as_stored(s3, bucket, "m//a///b.pdf")] == listed
    assert fetch(s3, bucket, "m//a///b.pdf").key == listed[0]
    assert key_as_stored(s3, bucket, "m//none.pdf") == "m//none.pdf"
