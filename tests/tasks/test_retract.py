"""Retractions on a real S3 server: a report leaves the lake, with a record, and does not come back by itself."""

import random
from functools import cache

import pytest

from expectations.forms import FORMS
from tasks.judge.decisions import review_in
from tasks.judge.review import CannotDecideError, decide
from tasks.lake.query import connect
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

KEY = "2024/报告.pdf"
WHO, WHY = "张三", "机关来函：数据有误"
GRANTED = "table3.granted.total"

pytestmark = pytest.mark.usefixtures("read_once")


@cache
def pdf(year=2024, seed=1, wrong=False):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    figures[GRANTED] += wrong
    return draw_pdf(SampleReport("青岚市水利局", year, "2021", figures))


@pytest.fixture
def process(s3, buckets, way):
    """Process whatever is open; returns the receipt of `key`."""

    def run(key=KEY):
        way()
        return read_receipt(s3, buckets, key)

    return run


@pytest.fixture
def land(s3, buckets, way):
    """Put an object, process it, and return its receipt."""

    def run(body, key=KEY):
        way({key: body})
        return read_receipt(s3, buckets, key)

    return run


@pytest.fixture
def decided(s3, buckets, ledger):
    """Decide on a report."""
    return lambda *words, **more: decide(s3, buckets, ledger, *words, **more)


@pytest.fixture
def retracted(decided, land, process):
    """A report that was validated and has been retracted."""
    assert land(pdf())["outcome"] == "validated"
    decided(KEY, "retract", WHY, WHO)
    return process()


def in_lake(buckets, place="reports"):
    return connect(buckets).sql(f"SELECT DISTINCT source_key FROM {place}").fetchall()


def test_a_retracted_report_leaves_the_lake_and_its_receipt_says_why(buckets, ledger, retracted):
    assert (retracted["outcome"], retracted["reason"]) == ("quarantined", "DOC.RETRACTED")
    assert all(word in retracted["message"] for word in (WHO, WHY, "撤回", "北京时间"))
    assert {name: retracted["review"][name] for name in ("kind", "by", "note")} == {
        "kind": "retract", "by": WHO, "note": WHY,
    }  # fmt: skip
    assert in_lake(buckets) == []
    assert connect(buckets).sql("SELECT count(*) FROM cells").fetchall() == [(0,)]
    assert connect(buckets, quarantine=True).sql("SELECT source_key FROM reports").fetchall() == [(KEY,)]
    assert ledger.review_queue() == [], "it waits for nobody"


def test_its_card_tells_of_it(s3, buckets, retracted):
    card = s3.get_object(Bucket=buckets.receipts.bucket, Key=f"{KEY}.html")["Body"].read().decode()
    assert card.count(WHY) >= 2


def test_it_does_not_come_back_by_a_replay(buckets, retracted, again):
    receipt = again(KEY).receipt
    assert (receipt.outcome, receipt.findings[0].id) == ("quarantined", retracted["findings"][0]["id"])
    assert in_lake(buckets) == []


def test_it_does_not_come_back_under_another_name(buckets, retracted, land, again):
    assert land(pdf(), "copy.pdf")["duplicate_of"] == KEY
    assert again("copy.pdf").receipt.reason == "DOC.RETRACTED"
    assert in_lake(buckets) == []


def test_it_does_not_come_back_when_the_first_is_forgotten(s3, buckets, ledger, retracted, land):
    with ledger.writing() as connection:
        for table in ("object_rules", "versions", "objects"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    s3.delete_object(Bucket=buckets.landing.bucket, Key=KEY)
    assert land(pdf(), "copy.pdf")["reason"] == "DOC.RETRACTED"


def test_an_acceptance_brings_it_back_with_the_record_of_both(buckets, decided, retracted, process):
    decided(KEY, "accept", "来函有误", "李四")
    receipt = process()
    assert (receipt["outcome"], receipt["review"]["kind"]) == ("validated", "accept")
    assert in_lake(buckets) == [(KEY,)]
    found = connect(buckets).sql("SELECT accepted_by, message FROM findings WHERE rule = 'DOC.RETRACTED'").fetchall()
    assert [(by, WHY in message) for by, message in found] == [("李四", True)]


def test_it_can_be_retracted_and_accepted_again(buckets, decided, retracted, process):
    decided(KEY, "accept", "来函有误", "李四")
    process()
    decided(KEY, "retract", "还是有误", WHO)
    assert (process()["outcome"], in_lake(buckets)) == ("quarantined", [])
    decided(KEY, "accept", "好", "李四")
    assert (process()["outcome"], in_lake(buckets)) == ("validated", [(KEY,)])


def test_a_rejection_leaves_it_retracted(buckets, ledger, decided, retracted, process):
    decided(KEY, "reject", "维持", "李四")
    assert (process()["outcome"], in_lake(buckets)) == ("quarantined", [])
    sha256 = retracted["object"]["sha256"]
    rows = ledger.decisions_on(sha256)
    assert [review_in(row.content).decision.kind for row in rows] == [row.kind for row in rows] == ["retract", "reject"]
    assert ledger.review_queue() == []


def test_a_correction_brings_it_back_corrected(buckets, decided, retracted, process):
    fees = "table2.fees.amount_wan"
    decided(KEY, "correct", "来函所述", "李四", {fees: "12.5"})
    assert process()["outcome"] == "validated"
    found = connect(buckets).execute("SELECT value, is_corrected FROM cells WHERE address = ?", [fees]).fetchall()
    assert [(float(value), is_corrected) for value, is_corrected in found] == [(12.5, True)]


def test_it_comes_back_when_the_retraction_is_undone(buckets, decided, retracted, process):
    decided(KEY, "undo", "撤错了一份", "李四")
    receipt = process()
    assert (receipt["outcome"], receipt["review"], in_lake(buckets)) == ("validated", None, [(KEY,)])
    with pytest.raises(CannotDecideError, match="没有可以撤销"):
        decided(KEY, "undo", "再撤", "李四")


def test_of_two_decisions_the_last_is_undone_first(buckets, ledger, decided, land, process):
    suspect = land(pdf(wrong=True))["findings"][0]["suspect"]
    decided(KEY, "correct", "原件", "李四", {suspect["address"]: str(suspect["balancing_value"])})
    assert process()["outcome"] == "validated"
    decided(KEY, "retract", WHY, WHO)
    assert process()["reason"] == "DOC.RETRACTED"
    decided(KEY, "undo", "撤错", "李四")
    receipt = process()
    assert (receipt["outcome"], receipt["review"]["kind"], in_lake(buckets)) == ("validated", "correct", [(KEY,)])
    decided(KEY, "undo", "更正也错", "李四")
    receipt = process()
    assert (receipt["outcome"], receipt["review"], in_lake(buckets)) == ("quarantined", None, [])
    assert [row.object.key for row in ledger.review_queue()] == [KEY], "it waits for a person again"


def test_a_newer_file_of_the_same_report_is_published(buckets, retracted, land):
    assert land(pdf(seed=2), "2024/更正.pdf")["outcome"] == "validated"
    assert in_lake(buckets) == [("2024/更正.pdf",)]


def test_what_it_had_replaced_does_not_come_back(buckets, land, decided, process):
    land(pdf(seed=2), "older.pdf")
    land(pdf())
    decided(KEY, "retract", WHY, WHO)
    assert (process()["outcome"], in_lake(buckets)) == ("quarantined", [])


def test_what_is_not_in_the_lake_cannot_be_retracted(decided, land):
    with pytest.raises(CannotDecideError, match="没有"):
        decided("none.pdf", "retract", WHY, WHO)
    land(pdf(wrong=True))
    with pytest.raises(CannotDecideError, match="不在数据湖"):
        decided(KEY, "retract", WHY, WHO)
    land(b"")
    with pytest.raises(CannotDecideError, match="不在数据湖"):
        decided(KEY, "retract", WHY, WHO)


def test_the_message_names_the_file_that_stands_in_the_lake(buckets, decided, land):
    land(pdf(), "first.pdf")
    land(pdf(), "copy.pdf")
    land(pdf(seed=2), "second.pdf")
    with pytest.raises(CannotDecideError, match=r"first\.pdf 内容相同"):
        decided("copy.pdf", "retract", WHY, WHO)
    with pytest.raises(CannotDecideError, match=r"来自 second\.pdf"):
        decided("first.pdf", "retract", WHY, WHO)
    land(pdf(seed=3, wrong=True), "third.pdf")
    with pytest.raises(CannotDecideError, match=r"来自 second\.pdf"):
        decided("third.pdf", "retract", WHY, WHO)
    land(pdf(seed=4, wrong=True), "second.pdf")
    with pytest.raises(CannotDecideError, match="较早的版本"):
        decided("second.pdf", "retract", WHY, WHO)
    assert in_lake(buckets) == [("second.pdf",)]


def test_a_report_whose_source_is_gone_is_told(s3, buckets, decided, land):
    land(pdf())
    s3.delete_object(Bucket=buckets.landing.bucket, Key=KEY)
    with pytest.raises(CannotDecideError, match="已被删除或取代"):
        decided(KEY, "retract", WHY, WHO)


def test_a_retraction_needs_a_reason(decided, land):
    land(pdf())
    with pytest.raises(CannotDecideError, match="理由"):
        decided(KEY, "retract", " ", WHO)


def test_the_same_bytes_put_again_before_the_retraction_leave_the_lake_too(s3, buckets, decided, land, process):
    land(pdf())
    s3.put_object(Bucket=buckets.landing.bucket, Key=KEY, Body=pdf())
    decided(KEY, "retract", WHY, WHO)
    assert (process()["superseded_by_quarantined"], in_lake(buckets)) == (False, [])


def test_a_copy_in_its_own_right_is_retracted_with_it(buckets, decided, land, again, process):
    """A decision is on the bytes: under whatever name they were published."""
    land(pdf())
    land(pdf(), "copy.pdf")
    again("copy.pdf")
    assert in_lake(buckets) == [("copy.pdf",)]
    decided("copy.pdf", "retract", WHY, WHO)
    assert (process("copy.pdf")["reason"], process()["reason"], in_lake(buckets)) == (*["DOC.RETRACTED"] * 2, [])
    decided("copy.pdf", "accept", "好", "李四")
    assert (process("copy.pdf")["outcome"], in_lake(buckets)) == ("validated", [("copy.pdf",)])
