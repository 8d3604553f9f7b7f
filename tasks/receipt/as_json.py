"""A receipt as JSON: the contract with the programs that ask what became of an object."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from expectations.evidence import Cell, Decision, Finding, Number
from tasks.values import LAKE_VERSION, Ending, Receipt, ending

Json = dict[str, Any]


def to_text(content: Json) -> str:
    """JSON text as people like to read it."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def receipt_dict(receipt: Receipt) -> Json:
    """The receipt as JSON's own types; `tasks.receipt.standing` adds where the report stands."""
    return {
        "object": {
            "bucket": receipt.bucket,
            "key": receipt.key,
            "etag": receipt.etag,
            "sha256": receipt.sha256,
            "size": receipt.size,
            "landed_at": _instant(receipt.landed_at),
        },
        "outcome": receipt.outcome,
        "reason": receipt.reason,
        "message": receipt.message,
        "agency": receipt.agency,
        "year": receipt.year,
        "form": receipt.form,
        "report_id": receipt.report_id,
        "findings": [finding_dict(finding) for finding in receipt.findings],
        "rules": dict(receipt.rules),
        "review": _decision(receipt.review),
        "read_as": dict(receipt.read_as),
        "version": receipt.version,
        "duplicate_of": receipt.duplicate_of,
        "first_receipt": receipt.first_receipt,
        "flow_run": {"id": receipt.flow_run_id, "url": receipt.flow_run_url},
        "processed_at": _instant(receipt.processed_at),
        "seconds": dict(receipt.seconds),
        "versions": {"reader": receipt.reader_version, "rules": receipt.rules_version, "lake": LAKE_VERSION},
    }


def ending_of(record: Json) -> Ending:
    """How a receipt ended, or a record of `nianbao read --json`, on which nobody can have decided."""
    review = record.get("review")
    return ending(record["outcome"], review["kind"] if review else None)


def finding_dict(finding: Finding) -> Json:
    """A finding as `nianbao read --json` and the receipts print it."""
    suspect = finding.suspect
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "where": finding.where,
        "message": finding.message,
        "left": number(finding.left),
        "right": number(finding.right),
        "cells": [cell_dict(cell) for cell in finding.cells],
        "suspect": suspect and {"address": suspect.address, "balancing_value": number(suspect.balancing_value)},
        "candidates": list(finding.candidates),
        "fault": finding.fault,
        "decision": _decision(finding.decision),
    }


def _decision(decision: Decision | None) -> Json | None:
    if decision is None:
        return None
    return {"kind": decision.kind, "by": decision.by, "at": _instant(decision.at), "note": decision.note}


def cell_dict(cell: Cell) -> Json:
    """A cell with its evidence; of one that was recognised in a picture, what each reader saw."""
    seen = {"engine": cell.engine, "confidence": cell.confidence, "second_raw": cell.second_raw}
    return {
        "address": cell.address,
        "value": number(cell.value),
        "raw": cell.raw,
        "page": cell.page,
        "bbox": list(cell.bbox) if cell.bbox else None,
        **(seen if cell.confidence is not None else {}),
    }


def number(value: Number | None) -> int | str | None:
    """Counts as JSON numbers, amounts as decimal strings: no digit is lost in a float."""
    return format(value, "f") if isinstance(value, Decimal) else value


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
