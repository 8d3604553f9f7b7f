"""What people decide on quarantined reports, on a real S3 server: it counts, it survives replays, and it lapses."""

from dataclasses import replace

import pytest
from balanced import report as balanced
from balanced import values

from expectations.evidence import Doubt
from tasks.judge.decisions import accepted, corrected, in_force, review_in
from tasks.judge.review import CannotDecideError, decide
from tasks.judge.validate import validate
from tasks.lake.versions import read_version
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
        return in_force([review_in(row.content) for row in ledger.decisions_on(sha256)])

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
    (row,) = ledger.decisions_on(sha256)
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


def test_a_missed_row_is_given_with_its_place_and_stays_as_long_as_it_is_not_read(
    s3, buckets, decided, reviews, quarantined
):
    row = [a for a in values() if a.startswith("table3.rejected.petition.")]
    missing = balanced(without=["table3.rejected.petition"])
    quarantined(missing)
    wanted = {address: str(values()[address]) for address in row}
    wanted[row[0]] += "@5:100,200.5,130,212"
    decided(KEY, "correct", "第 5 页有这一行", "李四", wanted)
    report = corrected(missing, reviews())
    given = {cell.address: cell for cell in report.cells if cell.is_corrected}
    assert set(given) == set(row)
    assert (given[row[0]].page, given[row[0]].bbox) == (5, (100.0, 200.5, 130.0, 212.0))
    assert {(c.as_read, c.raw, c.printed) for c in given.values()} == {(None, "", None)}
    assert validate(report).outcome == "validated"
    assert corrected(balanced(), reviews()) == balanced(), "it is read now"
    quarantined(report)
    tables = read_version(s3, buckets.lake, _only_version(s3, buckets))
    assert tables["reports"]["corrected_cells"][0].as_py() == len(row)
    assert set(tables["decisions"]["address"].to_pylist()) == set(row)


def _only_version(s3, buckets):
    place = buckets.lake
    (found,) = s3.list_objects_v2(Bucket=place.bucket, Prefix=place.key("versions/"))["Contents"]
    return place.name(found["Key"])


def test_a_missed_table_is_given_whole(decided, reviews, quarantined):
    missing = balanced(without=["table4"])
    quarantined(missing)
    decided(KEY, "correct", "n", "李四", {a: str(v) for a, v in values().items() if a.startswith("table4.")})
    report = corrected(missing, reviews())
    assert report.forms["table4"] == "2021"
    assert validate(report).outcome == "validated"


def test_a_doubted_line_is_settled_when_all_of_it_is_confirmed(decided, reviews, quarantined):
    line = tuple(cell for cell in balanced().cells if cell.address.startswith("table4.review."))
    doubted = replace(balanced(), doubts=(Doubt("table4.review", "1 2 3", "1 2 4", line),))
    quarantined(doubted)
    *most, last = (cell.address for cell in line)
    decided(KEY, "correct", "n", "李四", {address: str(values()[address]) for address in most})
    assert validate(corrected(doubted, reviews())).outcome == "quarantined"
    decided(KEY, "correct", "n", "李四", {last: str(values()[last])})
    assert validate(corrected(doubted, reviews())).outcome == "validated"


def test_what_is_blank_is_no_zero(decided, reviews, quarantined):
    address = "table2.penalties.decisions"
    unclear = balanced(changes={address: "l"})
    quarantined(unclear)
    decided(KEY, "correct", "原文是一道划线", "李四", {address: "空白"})
    report = corrected(unclear, reviews())
    cell = next(cell for cell in report.cells if cell.address == address)
    assert (cell.value, cell.is_blank, cell.raw) == (None, True, "l")
    assert validate(report).outcome == "validated"


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
        ("correct", "n", {NEW: "5@4:1,2,3,4"}, "已有位置"),
        ("correct", "n", {"agency": "37632"}, "名称"),
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
