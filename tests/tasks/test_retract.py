"""Retractions on a real S3 server: a report leaves the lake, with a record, and does not come back by itself."""

import random

import pytest
from tasks.batch import process_batch
from tasks.missing import Missing

from expectations.forms import FORMS
from tasks.judge.decisions import read_reviews
from tasks.judge.review import CannotDecideError, decide, waiting
from tasks.lake.query import connect
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

KEY = "2024/报告.pdf"
WHO, WHY = "张三", "机关来函：数据有误"
GRANTED = "table3.granted.total"


def pdf(year=2024, seed=1, wrong=False):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    figures[GRANTED] += wrong
    return draw_pdf(SampleReport("青岚市水利局", year, "2021", figures))


@pytest.fixture
def process(s3, buckets):
    """Process what stands in landing under `key`, as a backfill does; returns the receipt."""

    def run(key=KEY):
        (landed,) = s3.list_objects_v2(Bucket=buckets.landing.bucket, Prefix=key)["Contents"]
        item = Missing(buckets.landing.bucket, key, landed["ETag"].strip('"'), landed["LastModified"], False)
        process_batch([item], buckets, Origin())
        return read_receipt(s3, buckets, key)

    return run


@pytest.fixture
def land(s3, buckets, process):
    """Put an object and process it."""

    def run(body, key=KEY):
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
        return process(key)

    return run


@pytest.fixture
def retracted(s3, buckets, land, process):
    """A report that was validated and has been retracted."""
    assert land(pdf())["outcome"] == "validated"
    decide(s3, buckets, KEY, "retract", WHY, WHO)
    return process()


def in_lake(buckets, place="reports"):
    return connect(buckets).sql(f"SELECT DISTINCT source_key FROM {place}").fetchall()


def test_a_retracted_report_leaves_the_lake_and_its_receipt_says_why(s3, buckets, retracted):
    assert (retracted["outcome"], retracted["reason"]) == ("quarantined", "DOC.RETRACTED")
    assert all(word in retracted["message"] for word in (WHO, WHY, "撤回", "北京时间"))
    assert {name: retracted["review"][name] for name in ("kind", "by", "note")} == {
        "kind": "retract", "by": WHO, "note": WHY,
    }  # fmt: skip
    assert in_lake(buckets) == []
    assert connect(buckets).sql("SELECT count(*) FROM cells").fetchall() == [(0,)]
    assert connect(buckets, quarantine=True).sql("SELECT source_key FROM reports").fetchall() == [(KEY,)]
    assert list(waiting(s3, buckets)) == [], "it waits for nobody"


def test_its_card_tells_of_it(s3, buckets, retracted):
    card = s3.get_object(Bucket=buckets.receipts.bucket, Key=f"{KEY}.html")["Body"].read().decode()
    assert card.count(WHY) >= 2


def test_it_does_not_come_back_by_a_replay(buckets, retracted, process):
    again = process()
    assert (again["outcome"], again["findings"][0]["id"]) == ("quarantined", retracted["findings"][0]["id"])
    assert in_lake(buckets) == []


def test_it_does_not_come_back_under_another_name(s3, buckets, retracted, land):
    assert land(pdf(), "copy.pdf")["duplicate_of"] == KEY
    s3.delete_object(Bucket=buckets.receipts.bucket, Key=f"{KEY}.json")
    assert land(pdf(), "copy.pdf")["reason"] == "DOC.RETRACTED", "even when the first is forgotten"
    assert in_lake(buckets) == []


def test_an_acceptance_brings_it_back_with_the_record_of_both(s3, buckets, retracted, process):
    decide(s3, buckets, KEY, "accept", "来函有误", "李四")
    receipt = process()
    assert (receipt["outcome"], receipt["review"]["kind"]) == ("validated", "accept")
    assert in_lake(buckets) == [(KEY,)]
    found = connect(buckets).sql("SELECT accepted_by, message FROM findings WHERE rule = 'DOC.RETRACTED'").fetchall()
    assert [(by, WHY in message) for by, message in found] == [("李四", True)]


def test_it_can_be_retracted_and_accepted_again(s3, buckets, retracted, process):
    decide(s3, buckets, KEY, "accept", "来函有误", "李四")
    process()
    decide(s3, buckets, KEY, "retract", "还是有误", WHO)
    assert (process()["outcome"], in_lake(buckets)) == ("quarantined", [])
    decide(s3, buckets, KEY, "accept", "好", "李四")
    assert (process()["outcome"], in_lake(buckets)) == ("validated", [(KEY,)])


def test_a_rejection_leaves_it_retracted(s3, buckets, retracted, process):
    decide(s3, buckets, KEY, "reject", "维持", "李四")
    assert (process()["outcome"], in_lake(buckets)) == ("quarantined", [])
    assert [r.decision.kind for r in read_reviews(s3, buckets, retracted["object"]["sha256"])] == ["retract", "reject"]
    assert list(waiting(s3, buckets)) == []


def test_a_correction_brings_it_back_corrected(s3, buckets, retracted, process):
    fees = "table2.fees.amount_wan"
    decide(s3, buckets, KEY, "correct", "来函所述", "李四", {fees: "12.5"})
    assert process()["outcome"] == "validated"
    found = connect(buckets).execute("SELECT value, is_corrected FROM cells WHERE address = ?", [fees]).fetchall()
    assert [(float(value), is_corrected) for value, is_corrected in found] == [(12.5, True)]


def test_a_newer_file_of_the_same_report_is_published(buckets, retracted, land):
    assert land(pdf(seed=2), "2024/更正.pdf")["outcome"] == "validated"
    assert in_lake(buckets) == [("2024/更正.pdf",)]


def test_what_is_not_in_the_lake_cannot_be_retracted(s3, buckets, land):
    with pytest.raises(CannotDecideError, match="没有"):
        decide(s3, buckets, "none.pdf", "retract", WHY, WHO)
    land(pdf(wrong=True))
    with pytest.raises(CannotDecideError, match="不在数据湖"):
        decide(s3, buckets, KEY, "retract", WHY, WHO)
    land(b"")
    with pytest.raises(CannotDecideError, match="不在数据湖"):
        decide(s3, buckets, KEY, "retract", WHY, WHO)


def test_the_message_names_the_file_that_stands_in_the_lake(s3, buckets, land):
    land(pdf(), "first.pdf")
    land(pdf(), "copy.pdf")
    land(pdf(seed=2), "second.pdf")
    with pytest.raises(CannotDecideError, match=r"first\.pdf 内容相同"):
        decide(s3, buckets, "copy.pdf", "retract", WHY, WHO)
    with pytest.raises(CannotDecideError, match=r"来自 second\.pdf"):
        decide(s3, buckets, "first.pdf", "retract", WHY, WHO)
    land(pdf(seed=3, wrong=True), "third.pdf")
    with pytest.raises(CannotDecideError, match=r"来自 second\.pdf"):
        decide(s3, buckets, "third.pdf", "retract", WHY, WHO)
    land(pdf(seed=4, wrong=True), "second.pdf")
    with pytest.raises(CannotDecideError, match="较早的版本"):
        decide(s3, buckets, "second.pdf", "retract", WHY, WHO)
    assert in_lake(buckets) == [("second.pdf",)]


def test_a_report_whose_source_is_gone_is_told(s3, buckets, land):
    land(pdf())
    s3.delete_object(Bucket=buckets.landing.bucket, Key=KEY)
    with pytest.raises(CannotDecideError, match="已被删除或取代"):
        decide(s3, buckets, KEY, "retract", WHY, WHO)


def test_a_retraction_needs_a_reason(s3, buckets, land):
    land(pdf())
    with pytest.raises(CannotDecideError, match="理由"):
        decide(s3, buckets, KEY, "retract", " ", WHO)


def test_the_same_bytes_put_again_before_the_retraction_leave_the_lake_too(s3, buckets, land, process):
    land(pdf())
    s3.put_object(Bucket=buckets.landing.bucket, Key=KEY, Body=pdf())
    decide(s3, buckets, KEY, "retract", WHY, WHO)
    assert (process()["superseded_by_quarantined"], in_lake(buckets)) == (False, [])
