"""A judgement as the JSON object that `nianbao read --json` prints."""

from __future__ import annotations

from expectations.evidence import Cell
from expectations.forms import TABLES, TableName
from tasks.judge.files import Judgement
from tasks.receipt.as_json import Json, cell_dict, finding_dict, number
from tasks.values import Report


def as_record(judgement: Judgement, file: str, sha256: str, *, evidence: bool = False) -> Json:
    """The record of one `file`; the tables of a rejected one are null."""
    report, verdict, rejected = judgement.report, judgement.verdict, judgement.rejected
    record: Json = {
        "file": file,
        "sha256": sha256,
        "media_type": judgement.document.media_type if judgement.document else None,
        "pages": judgement.document.pages if judgement.document else None,
        "outcome": verdict.outcome if verdict else "rejected",
        "reason": rejected.code if rejected else verdict.reason if verdict else None,
        "message": str(rejected) if rejected else None,
        "agency": report.agency if report else None,
        "year": report.year if report else None,
        "form": report.form if report else None,
        "title": report.title if report else None,
        "published_on": report.published_on.isoformat() if report and report.published_on else None,
        "findings": [finding_dict(f) for f in verdict.findings] if verdict else [],
        **{table: _table(report, table) if report else None for table in TABLES},
        "readings": {"engine": report.engine, "second": report.second, "agree": not report.doubts} if report else None,
        "seconds": round(sum(judgement.seconds.values()), 3),
    }
    if evidence:
        record["cells"] = [cell_dict(cell) for cell in report.cells] if report else []
    return record


def _table(report: Report, table: TableName) -> Json | None:
    """The figures of a table as nested objects, blanks as null; None if the report has no such table."""
    found: Json = {}
    for cell in report.cells:
        if cell.address.startswith(f"{table}."):
            row, column = cell.address.removeprefix(f"{table}.").rsplit(".", 1)
            found.setdefault(row, {})[column] = _printed(cell)
    return found or None


def _printed(cell: Cell) -> int | str | None:
    """The value; where a cell prints something that is no number, what it prints."""
    if cell.value is None:
        return None if cell.is_blank else cell.raw
    return number(cell.value)
