"""A judgement as the JSON object that `nianbao read --json` prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from expectations.evidence import BLANK_CHARACTERS, Cell, Finding
from expectations.forms import TABLES
from tasks.judge import Judgement
from tasks.values import Report

Record = dict[str, Any]


def as_record(judgement: Judgement, *, evidence: bool = False) -> Record:
    """The record of one file; the tables of a rejected one are null."""
    report, verdict, rejected = judgement.report, judgement.verdict, judgement.rejected
    record: Record = {
        "file": judgement.file,
        "sha256": judgement.sha256,
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
        "findings": [finding_record(f) for f in verdict.findings] if verdict else [],
        **{table: table_record(report, table) if report else None for table in TABLES},
        "readings": {"engine": report.engine, "second": report.second, "agree": not report.doubts} if report else None,
        "seconds": round(judgement.seconds, 3),
    }
    if evidence:
        record["cells"] = [cell_record(cell) for cell in report.cells] if report else []
    return record


def table_record(report: Report, table: str) -> Record | None:
    """The figures of a table as nested objects, blanks as null; None if the report has no such table."""
    found: Record = {}
    for cell in report.cells:
        if cell.address.startswith(f"{table}."):
            row, column = cell.address.removeprefix(f"{table}.").rsplit(".", 1)
            found.setdefault(row, {})[column] = _printed(cell)
    return found or None


def cell_record(cell: Cell) -> Record:
    """A cell with its evidence."""
    bbox = list(cell.bbox) if cell.bbox else None
    return {"address": cell.address, "value": _printed(cell), "raw": cell.raw, "page": cell.page, "bbox": bbox}


def finding_record(finding: Finding) -> Record:
    """A finding with its operands."""
    suspect = finding.suspect
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "where": finding.where,
        "message": finding.message,
        "left": _number(finding.left),
        "right": _number(finding.right),
        "cells": [cell_record(cell) for cell in finding.cells],
        "suspect": suspect and {"address": suspect.address, "balancing_value": _number(suspect.balancing_value)},
    }


def _printed(cell: Cell) -> int | str | None:
    """The value; where a cell prints something that is no number, what it prints."""
    if cell.value is None:
        return cell.raw if cell.raw.strip(BLANK_CHARACTERS) else None
    return _number(cell.value)


def _number(value: int | Decimal | None) -> int | str | None:
    return str(value) if isinstance(value, Decimal) else value
