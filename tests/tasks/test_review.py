"""What people decide on quarantined reports, on a real S3 server: it counts, it survives replays, and it lapses."""

from dataclasses import replace

import pytest
from balanced import report as balanced
from balanced import values

from tasks.judge.decisions import accepted, corrected, in_force, review_in
from tasks.judge.review import CannotDecideError, decide
from tasks.judge.validate import validate
from tasks.receipt.write import read_receipt

NEW = "table3.new.total"
WRONG = balanced(changes={NEW: values()[NEW] + 1})
KEY = "2024/报告.pdf"


@pytest.fixture
def quarantined(buckets, make, settled, reviews):
    """Publish `report` as its verdict and the decisions on it say; returns the rules' verdict."""

    def run(report=WRONG, key=KEY, minutes=0, **fields):
        verdict = validate(report)
        source = replace(make.source(key, minutes=minutes, **fields), bucket=buckets.landing.bucket)
        settled(source, report, accepted(verdict, reviews()))
        return verdict

    return run


@pytest.fixture
def reviews(ledger, make):
    """The decisions that hold."""

    def found():
        sha256 = make.source(KEY).sha256
        return in_force([review_in(row.content) for row in ledger.decisions([sha256]).get(sha256, [])])

    return found


@pytest.fixture
def decided(s3, buckets, ledger):
    """Decide on a report."""
    return lambda *words: decide(s3, buckets, ledger, *words)


def test_what_waits_is_listed_until_it_is_rejected(ledger, decided, quarantined):
    quarantined()
    assert [row.object.key for row in ledger.review_queue()] == [KEY]
    decided(KEY, "reject", "机关将重新发布", "张三")
    quarantined()
    assert ledger.review_queue() == []
    decided(KEY, "undo", "它会回来", "张三")
    quarantined()
    assert [row.object.key for row in ledger.review_queue()] == [KEY]


def test_obsolete_versions_leave_the_queue(ledger, quarantined):
    quarantined()
    quarantined(key="later.pdf", minutes=5, etag="e5")
    assert [row.object.key for row in ledger.review_queue()] == ["later.pdf"]
    quarantined(balanced(), key="right.pdf", minutes=6, etag="e6")
    assert ledger.review_queue() == []


def test_an_obsolete_version_is_not_corrected_by_what_was_read_of_another(decided, quarantined):
    quarantined()
    quarantined(key="later.pdf", minutes=5, etag="e5")
    with pytest.raises(CannotDecideError, match="较新的版本"):
        decided(KEY, "correct", "原件为此数", "李四", {NEW: str(values()[NEW])})


def test_a_decision_is_on_record_with_who_when_and_why(s3, buckets, ledger, make, decided, quarantined, names):
    quarantined()
    decided(KEY, "correct", "原件为此数", "李四", {NEW: str(values()[NEW])})
    sha256 = make.source(KEY).sha256
    (row,) = ledger.decisions([sha256])[sha256]
    assert (row.kind, row.by, row.note) == ("correct", "李四", "原件为此数")
    (name,) = [name for name in names(buckets.receipts) if name.startswith(".decisions/")]
    assert name == row.name
    body = s3.get_object(Bucket=buckets.receipts.bucket, Key=name)["Body"].read()
    assert review_in(body) == review_in(row.content)
    assert review_in(body).decision.at == row.at


def test_an_accepted_report_is_validated_with_its_findings_marked(decided, reviews, quarantined):
    verdict = quarantined()
    decided(KEY, "accept", "已与原件核对，原件如此", "张三")
    again = accepted(verdict, reviews())
    assert again.outcome == "validated"
    assert {f.decision.by for f in again.findings if f.severity == "critical"} == {"张三"}
    assert len(again.findings) == len(verdict.findings)


def test_an_acceptance_lapses_when_an_operand_is_read_otherwise(decided, reviews, quarantined):
    quarantined()
    decided(KEY, "accept", "已核对", "张三")
    other = validate(balanced(changes={NEW: values()[NEW] + 2}))
    assert accepted(other, reviews()).outcome == "quarantined"


def test_a_correction_is_validated_and_keeps_both_values(decided, reviews, quarantined):
    quarantined()
    decided(KEY, "correct", "原件为此数", "李四", {NEW: str(values()[NEW])})
    report = corrected(WRONG, reviews())
    cell = next(cell for cell in report.cells if cell.address == NEW)
    assert (cell.value, cell.printed, cell.raw) == (values()[NEW], values()[NEW] + 1, str(values()[NEW] + 1))
    assert validate(report).outcome == "validated"


def test_a_correction_lapses_when_something_else_is_read_there(decided, reviews, quarantined):
    quarantined()
    decided(KEY, "correct", "原件为此数", "李四", {NEW: "5"})
    other = balanced(changes={NEW: 77})
    assert corrected(other, reviews()) == other


def test_a_report_without_a_name_can_be_given_one(decided, reviews, quarantined):
    nameless = replace(WRONG, agency=None, cells=balanced().cells)
    quarantined(nameless)
    with pytest.raises(CannotDecideError, match="更正"):
        decided(KEY, "accept", "好", "张三")
    decided(KEY, "correct", "封面所印", "张三", {"agency": "青岚市人民政府"})
    report = corrected(nameless, reviews())
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
def test_a_decision_that_makes_no_sense_says_why(decided, quarantined, kind, note, corrections, said):
    quarantined()
    with pytest.raises(CannotDecideError, match=said):
        decided(KEY, kind, note, "张三", corrections)


def test_only_what_is_in_quarantine_can_be_decided_on(s3, buckets, decided, quarantined):
    with pytest.raises(CannotDecideError, match="没有"):
        decided("none.pdf", "accept", "n", "张三")
    quarantined(balanced())
    with pytest.raises(CannotDecideError, match="不在隔离区"):
        decided(KEY, "accept", "n", "张三")
    quarantined(key="second.pdf", minutes=1)
    with pytest.raises(CannotDecideError, match="内容相同"):
        decided("second.pdf", "accept", "n", "张三")
    assert read_receipt(s3, buckets, KEY)["outcome"] == "validated"
