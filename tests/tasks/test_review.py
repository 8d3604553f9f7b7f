"""What people decide on quarantined reports, on a real S3 server: it counts, it survives replays, and it lapses."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from balanced import report as balanced
from balanced import values

from tasks.judge.decisions import accepted, corrected, read_reviews
from tasks.judge.review import CannotDecideError, decide, waiting
from tasks.judge.validate import validate
from tasks.receipt.write import read_receipt, write_receipt
from tasks.values import Receipt

NEW = "table3.new.total"
WRONG = balanced(changes={NEW: values()[NEW] + 1})
KEY = "2024/报告.pdf"


@pytest.fixture
def quarantined(s3, buckets, make, published):
    """Publish `report` as its verdict says, with its receipt; returns the verdict."""

    def run(report=WRONG, key=KEY, **fields):
        source, verdict = make.source(key), validate(report)
        publication = published(source, report, verdict)
        write_receipt(s3, buckets, _receipt(source, report, verdict, publication, **fields))
        return verdict

    return run


def _receipt(source, report, verdict, publication, **fields):
    known = {
        "bucket": source.bucket, "key": source.key, "etag": source.etag, "sha256": source.sha256, "size": source.size,
        "landed_at": source.landed_at, "processed_at": datetime(2025, 3, 2, tzinfo=UTC), "outcome": verdict.outcome,
        "reason": verdict.reason, "message": "", "agency": report.agency, "year": report.year, "form": report.form,
        "report_id": publication.report_id, "findings": verdict.findings,
    }  # fmt: skip
    return Receipt(**known | fields)


def _reviews(s3, buckets, make):
    return read_reviews(s3, buckets, make.source(KEY).sha256)


def test_what_waits_is_listed_until_it_is_rejected(s3, buckets, make, quarantined):
    quarantined()
    assert [receipt["object"]["key"] for receipt in waiting(s3, buckets)] == [KEY]
    decide(s3, buckets, KEY, "reject", "机关将重新发布", "张三")
    (review,) = _reviews(s3, buckets, make)
    quarantined(review=review.decision)
    assert list(waiting(s3, buckets)) == []


def test_an_accepted_report_is_validated_with_its_findings_marked(s3, buckets, make, quarantined):
    verdict = quarantined()
    decide(s3, buckets, KEY, "accept", "已与原件核对，原件如此", "张三")
    again = accepted(verdict, _reviews(s3, buckets, make))
    assert again.outcome == "validated"
    assert {f.decision.by for f in again.findings if f.severity == "critical"} == {"张三"}
    assert len(again.findings) == len(verdict.findings)


def test_an_acceptance_lapses_when_an_operand_is_read_otherwise(s3, buckets, make, quarantined):
    quarantined()
    decide(s3, buckets, KEY, "accept", "已核对", "张三")
    other = validate(balanced(changes={NEW: values()[NEW] + 2}))
    assert accepted(other, _reviews(s3, buckets, make)).outcome == "quarantined"


def test_a_correction_is_validated_and_keeps_both_values(s3, buckets, make, quarantined):
    quarantined()
    decide(s3, buckets, KEY, "correct", "原件为此数", "李四", {NEW: str(values()[NEW])})
    report = corrected(WRONG, _reviews(s3, buckets, make))
    cell = next(cell for cell in report.cells if cell.address == NEW)
    assert (cell.value, cell.printed, cell.raw) == (values()[NEW], values()[NEW] + 1, str(values()[NEW] + 1))
    assert validate(report).outcome == "validated"


def test_a_correction_lapses_when_something_else_is_read_there(s3, buckets, make, quarantined):
    quarantined()
    decide(s3, buckets, KEY, "correct", "原件为此数", "李四", {NEW: "5"})
    other = balanced(changes={NEW: 77})
    assert corrected(other, _reviews(s3, buckets, make)) == other


def test_a_report_without_a_name_can_be_given_one(s3, buckets, make, quarantined):
    nameless = replace(WRONG, agency=None, cells=balanced().cells)
    quarantined(nameless)
    with pytest.raises(CannotDecideError, match="更正"):
        decide(s3, buckets, KEY, "accept", "好", "张三")
    decide(s3, buckets, KEY, "correct", "封面所印", "张三", {"agency": "青岚市人民政府"})
    report = corrected(nameless, _reviews(s3, buckets, make))
    assert (report.agency, validate(report).outcome) == ("青岚市人民政府", "validated")


@pytest.mark.parametrize(
    ("kind", "note", "corrections", "said"),
    [
        ("accept", " ", {}, "理由"),
        ("correct", "n", {}, "table3.new.total=5"),
        ("correct", "n", {"table9.x": "5"}, "没有读出"),
        ("correct", "n", {NEW: "五"}, "不是数"),
        ("correct", "n", {NEW: "NaN"}, "不是数"),
    ],
)
def test_a_decision_that_makes_no_sense_says_why(s3, buckets, quarantined, kind, note, corrections, said):
    quarantined()
    with pytest.raises(CannotDecideError, match=said):
        decide(s3, buckets, KEY, kind, note, "张三", corrections)


def test_only_what_is_in_quarantine_can_be_decided_on(s3, buckets, quarantined):
    with pytest.raises(CannotDecideError, match="没有"):
        decide(s3, buckets, "none.pdf", "accept", "n", "张三")
    quarantined(balanced())
    with pytest.raises(CannotDecideError, match="不在隔离区"):
        decide(s3, buckets, KEY, "accept", "n", "张三")
    quarantined(key="second.pdf", duplicate_of=KEY)
    with pytest.raises(CannotDecideError, match="内容相同"):
        decide(s3, buckets, "second.pdf", "accept", "n", "张三")
    assert read_receipt(s3, buckets, KEY)["outcome"] == "validated"
