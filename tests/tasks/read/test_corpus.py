"""The development corpus: every document as its truth says. Skipped where ../shared is not there."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from expectations.forms import TABLES
from tasks.errors import Rejected
from tasks.judge.validate import validate, validate_all
from tasks.read.recognise import recognise
from tasks.read.report import read

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "dev"
TRUTHS = [json.loads(path.read_text()) for path in sorted((CORPUS / "truth").glob("*.json"))]
OUTCOMES = {"valid": "validated", "invalid": "quarantined", "unreadable": "rejected"}

pytestmark = pytest.mark.skipif(not TRUTHS, reason="../shared/corpus is not here")


def judged(truth):
    path = CORPUS / truth["file"]
    try:
        report = read(recognise(path.name, path.read_bytes()))
    except Rejected as rejected:
        return "rejected", rejected.code, None
    verdict = validate(report)
    return verdict.outcome, verdict.reason, report


def figures(truth):
    """address -> Decimal, blanks as 0."""
    found = {}
    for table in TABLES:
        for row, columns in (truth.get(table) or {}).items():
            for column, value in columns.items():
                if not column.endswith("_unit"):
                    found[f"{table}.{row}.{column}"] = Decimal(value or 0)
    return found


@pytest.mark.parametrize("truth", TRUTHS, ids=[t["doc_id"] for t in TRUTHS])
def test_document(truth):
    outcome, reason, report = judged(truth)
    expected = OUTCOMES[truth["verdict"]]
    if truth["violations"] == ["DOC.NOT_ANNUAL_REPORT"]:
        expected = "rejected"
    if truth["duplicate_of"]:
        expected = "validated"
    assert (outcome, reason) == (expected, reason if outcome == "validated" else truth["violations"][0])
    if report is not None:
        assert (report.agency, report.year, report.form) == (truth["agency"], truth["year"], truth["format"])
        assert {c.address: Decimal(c.value or 0) for c in report.cells} == figures(truth)


def test_genuine_figures_have_their_place():
    path = CORPUS / "docs" / "szfgs2024.pdf"
    report = read(recognise(path.name, path.read_bytes()))
    cell = next(c for c in report.cells if c.address == "table3.new.total")
    assert (cell.value, cell.raw, cell.page) == (3119, "3119", 4)
    x0, top, x1, bottom = cell.bbox
    assert 0 < x0 < x1 < 595
    assert 0 < top < bottom < 842


def test_no_valid_report_is_told_that_its_text_contradicts_its_tables():
    documents = [
        recognise(Path(t["file"]).name, (CORPUS / t["file"]).read_bytes()) for t in TRUTHS if t["verdict"] == "valid"
    ]
    verdicts = validate_all([read(document) for document in documents])
    told = [f.message for verdict in verdicts for f in verdict.findings if f.rule.startswith("TEXT.")]
    assert len(documents) > 25
    assert told == []
