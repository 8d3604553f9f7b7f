"""A document's answer held against its truth: outcome, reasons, agency, year, form, and every cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from flows.cli.read_json import as_record
from tasks.judge.files import judge_file

CORPUS = Path(__file__).parent
OUTCOMES = {"valid": "validated", "invalid": "quarantined", "unreadable": "rejected"}
_REJECTIONS = ("DOC.", "FORMAT.UNSUPPORTED_YEAR")
"""Of what breaks only these, a document may be refused as well as kept back."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Score:
    """What became of a document; `faults` tells all that is not as it should be."""

    doc_id: str
    file: str
    outcome: str
    faults: tuple[str, ...]
    cells: int
    wrong_or_missing_cells: int
    silent: int
    """Wrong or missing cells, or a wrong agency or year, in a document that was validated."""


def score_all(corpus: Path = CORPUS) -> list[Score]:
    """Every document of a corpus, read as `nianbao read --json` reads it."""
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((corpus / "truth").glob("*.json"))]
    return [score(truth, answer(corpus / truth["file"])) for truth in truths]


def answer(path: Path) -> Record:
    """What the command prints of a file."""
    return as_record(judge_file(path.name, path.read_bytes()), str(path), "")


def score(truth: Record, found: Record) -> Score:
    """The `truth` of a document against what was `found`."""
    outcome = found["outcome"]
    is_read = outcome != "rejected"
    wrong = list(_wrong_cells(truth, found)) if is_read else []
    names = list(_wrong_names(truth, found)) if is_read and truth["agency"] else []
    misfiled = [name for name in names if not name.startswith("form")]
    return Score(
        truth["doc_id"],
        Path(truth["file"]).name,
        outcome,
        (*_wrong_verdict(truth, found), *names, *wrong),
        len(_cells(truth)) if is_read else 0,
        len(wrong),
        len(wrong) + len(misfiled) if outcome == "validated" else 0,
    )


def _wrong_verdict(truth: Record, found: Record) -> Iterator[str]:
    expected = {OUTCOMES[verdict] for verdict in (truth["verdict"], *truth.get("also_acceptable", []))}
    violations = set(truth["violations"])
    if truth["verdict"] == "invalid" and all(rule.startswith(_REJECTIONS) for rule in violations):
        expected.add("rejected")
    if truth.get("duplicate_of"):  # one reading does not know of others
        expected, violations = {"validated", "quarantined"}, set()
    if found["outcome"] not in expected:
        yield f"outcome: {found['outcome']}, should be {' or '.join(sorted(expected))}"
    told = {finding["rule"] for finding in found["findings"] if finding["severity"] == "critical"}
    told |= {found["reason"]} - {None}
    if truth.get("any_reason") or found["outcome"] == "validated":
        missed, more = set(), told if found["outcome"] == "validated" else set()
    else:
        missed, more = violations - told, told - violations - set(truth.get("may_also_report", []))
        missed = missed if truth["verdict"] != "unreadable" or not told & violations else set()
    if missed or (more and not truth.get("duplicate_of")):
        yield f"reasons: {', '.join(sorted(told)) or 'none'}, should be {', '.join(sorted(violations)) or 'none'}"


def _wrong_names(truth: Record, found: Record) -> Iterator[str]:
    agencies = {name.replace(" ", "") for name in (truth["agency"], *truth.get("agency_also", []))}
    if (found["agency"] or "").replace(" ", "") not in agencies:
        yield f"agency: {found['agency']}, is {truth['agency']}"
    if found["year"] != truth["year"]:
        yield f"year: {found['year']}, is {truth['year']}"
    if found["form"] != truth["format"]:
        yield f"form: {found['form']}, is {truth['format']}"


def _wrong_cells(truth: Record, found: Record) -> Iterator[str]:
    read = _cells(found)
    for address, value in _cells(truth).items():
        if address not in read:
            yield f"{address}: not read, is {value}"
        elif (read[address] or 0) != (value or 0):
            yield f"{address}: {read[address]}, is {value}"


def _cells(record: Record) -> dict[str, Decimal | str | None]:
    found: dict[str, Decimal | str | None] = {}
    for table in ("table2", "table3", "table4"):
        for row, columns in (record[table] or {}).items():
            for column, value in columns.items():
                if not column.endswith("_unit"):
                    found[f"{table}.{row}.{column}"] = _number(value)
    return found


def _number(value: object) -> Decimal | str | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)
