"""The same bytes again: a duplicate names the first, but for what another name may make of them."""

import random

import pytest

from expectations.forms import FORMS
from tasks import pipeline
from tasks.judge.review import decide
from tasks.lake.query import connect
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.prepare import KnownNow
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tests.tasks.read.made import dump, html, title_of

GOOD = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", consistent_figures(FORMS["2021"], random.Random(1))))
YEARLESS = html("2021", title=title_of("2021").replace("2024年", "")).encode()


def wrong():
    figures = dict(consistent_figures(FORMS["2021"], random.Random(2)))
    figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport("青岚市林业局", 2024, "2021", figures))


FIRSTS = {
    "validated": (GOOD, "不需要再上传"),
    "quarantined": (wrong(), "请改正内容后上传"),
    "rejected": (b"", "请更换文件"),
}


@pytest.mark.parametrize("outcome", FIRSTS)
def test_a_duplicate_names_and_links_the_first_and_says_what_to_do(s3, buckets, way, outcome):
    body, said = FIRSTS[outcome]
    assert way({"a/first+1%.pdf": body})["a/first+1%.pdf"].outcome == outcome
    way({"b/c/second.pdf": body})
    receipt = read_receipt(s3, buckets, "b/c/second.pdf")
    told = (receipt["outcome"], receipt["reason"], receipt["duplicate_of"])
    assert told == (outcome, "DOC.DUPLICATE", "a/first+1%.pdf")
    assert said in receipt["message"]
    assert (receipt["first_receipt"], receipt["written"]) == ("a/first+1%.pdf.html", [])
    page = s3.get_object(Bucket=buckets.receipts.bucket, Key="b/c/second.pdf.html")["Body"].read().decode()
    assert 'href="../../a/first%2B1%25.pdf.html"' in page
    assert said in page


@pytest.mark.parametrize(("kind", "said"), [("retract", "已由人撤回"), ("reject", "维持隔离")])
def test_a_duplicate_of_what_somebody_decided_on_says_so(s3, buckets, ledger, way, kind, said):
    way({"first.pdf": GOOD if kind == "retract" else wrong()})
    decide(s3, buckets, ledger, "first.pdf", kind, "理由", "张三")
    way()
    assert said in way({"second.pdf": GOOD if kind == "retract" else wrong()})["second.pdf"].receipt.message


@pytest.mark.parametrize(("refused", "name"), [("a.pdf", "a.html"), ("a.docx", "b.htm"), ("a.png", "a.html")])
def test_a_page_under_a_wrong_extension_is_read_under_its_own(way, refused, name):
    body = html("2021").encode()
    first = way({refused: body})[refused]
    if first.outcome == "rejected":
        assert first.receipt.reason in ("DOC.TYPE_MISMATCH", "DOC.UNSUPPORTED_TYPE")
        done = way({name: body})[name]
        assert (done.outcome, done.receipt.duplicate_of) == ("validated", None)
    copy = way({"copy.html": body})["copy.html"]
    assert copy.receipt.duplicate_of == (name if first.outcome == "rejected" else refused)


def test_a_text_under_a_wrong_extension_is_read_under_its_own(way):
    body = dump("2021", "\t").encode()
    assert way({"a.pdf": body})["a.pdf"].receipt.reason == "DOC.TYPE_MISMATCH"
    assert way({"a.txt": body})["a.txt"].receipt.duplicate_of is None


def test_a_report_that_lacks_its_year_is_judged_anew_under_a_name_that_has_it(buckets, way):
    first = way({"水利局.html": YEARLESS})["水利局.html"]
    assert (first.outcome, first.receipt.reason) == ("quarantined", "DOC.NO_YEAR")
    done = way({"水利局2024年.html": YEARLESS})["水利局2024年.html"]
    assert (done.outcome, done.receipt.year, done.receipt.duplicate_of) == ("validated", 2024, None)
    assert connect(buckets).sql("SELECT source_key FROM reports").fetchall() == [("水利局2024年.html",)]


def test_a_year_that_the_name_gave_is_not_given_to_another_name(buckets, way):
    """Whoever mistyped the year in the name can mend that, in lake and in refusal."""
    assert way({"水利局2023年.html": YEARLESS})["水利局2023年.html"].receipt.year == 2023
    done = way({"水利局2024年.html": YEARLESS})["水利局2024年.html"]
    assert (done.outcome, done.receipt.year, done.receipt.duplicate_of) == ("validated", 2024, None)
    assert connect(buckets).sql("SELECT year FROM reports ORDER BY ALL").fetchall() == [(2023,), (2024,)]


def test_a_year_that_has_no_form_is_judged_anew_under_another_name(way):
    assert way({"水利局2017年.html": YEARLESS})["水利局2017年.html"].receipt.reason == "DOC.YEAR_DOUBT"
    assert way({"水利局2024年.html": YEARLESS})["水利局2024年.html"].outcome == "validated"


def test_what_failed_makes_no_duplicates(way, ledger, buckets):
    way({"first.pdf": GOOD})
    pipeline.give_up(ledger, buckets, ledger.reopen([1]), "me")
    assert way({"second.pdf": GOOD})["second.pdf"].receipt.duplicate_of is None


def test_a_duplicate_is_found_after_its_first_was_replaced(s3, buckets, way):
    way({"first.pdf": GOOD})
    way({"first.pdf": wrong()})
    way({"second.pdf": GOOD})
    receipt = read_receipt(s3, buckets, "second.pdf")
    assert receipt["duplicate_of"] == "first.pdf"
    first = s3.get_object(Bucket=buckets.receipts.bucket, Key=receipt["first_receipt"].replace(".html", ".json"))
    assert receipt["object"]["sha256"].encode() in first["Body"].read()


def test_of_two_that_are_read_at_the_same_time_one_is_the_first(s3, buckets, ledger, way, monkeypatch):
    """Neither could know of the other when it was read: the transaction tells."""
    for key in ("a.pdf", "b.pdf"):
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=GOOD)
    monkeypatch.setattr(KnownNow, "first", lambda *_: None)
    done = way()
    assert sorted((one.receipt.duplicate_of or "") for one in done.values()) == ["", "a.pdf"]
    assert connect(buckets).sql("SELECT source_key FROM reports").fetchall() == [("a.pdf",)]


def test_no_two_are_duplicates_of_each_other(s3, buckets, ledger, way, again):
    """Two that count in their own right, and are both done again after a crash, must not both give way."""
    way({"a.pdf": GOOD, "b.pdf": GOOD})
    again("b.pdf")
    with ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE objects SET is_open = TRUE, is_replay = FALSE")
    claimed = ledger.claim(None, "me", SECONDS)
    assert len(claimed) == 2
    done = list(process(ledger, buckets, claimed, "me", Origin()))
    assert [one.receipt.duplicate_of for one in done] == [None, None]
    assert connect(buckets).sql("SELECT source_key FROM reports").fetchall() == [("b.pdf",)]
