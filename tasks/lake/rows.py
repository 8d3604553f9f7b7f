"""A judged report as Arrow tables: one function per table of the lake."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from expectations.evidence import Cell, Decision, Number
from expectations.forms import FORMS, Figure, Form, TableName
from expectations.messages import NAMES
from tasks.lake.agencies import normal_name
from tasks.lake.schemas import APPLICANTS, KEY, RESULTS, SCHEMAS
from tasks.values import LAKE_VERSION, READER_VERSION, RULES_VERSION, Document, Report, Source, Verdict

if TYPE_CHECKING:
    from tasks.judge.decisions import Correction, Review

Row = dict[str, Any]

_SCALE = Decimal("0.0001")
_AMOUNT_LIMIT = Decimal(10) ** 14
_COUNT_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Judged:
    """All that is known of a report when it is published; `reviews` are the decisions on its bytes, in their order."""

    source: Source
    document: Document
    report: Report
    verdict: Verdict
    reviews: tuple[Review, ...] = ()

    @property
    def report_id(self) -> str:
        """The report's name in the lake; made of the file's bytes where agency or year is unknown or in doubt."""
        if self.report.agency and self.report.year and not self.verdict.is_name_in_doubt:
            return report_id(self.report.agency, self.report.year)
        return _short(f"sha256|{self.source.sha256}")

    @property
    def year(self) -> int:
        """The report year, 0 if unknown."""
        return self.report.year or 0

    def form(self, table: TableName) -> Form | None:
        """The statutory form that `table` was found in."""
        return FORMS.get(self.report.forms.get(table, ""))


def report_id(agency: str, year: int) -> str:
    """The report's name in the lake: the same however the agency's name is spaced or typed (full width or half)."""
    return _short(f"{normal_name(agency)}|{year}")


def tables(judged: Judged, schemas: Mapping[str, pa.Schema] = SCHEMAS) -> dict[str, pa.Table]:
    """Every table of the lake that is of one report by itself."""
    key = (judged.report_id, judged.year, judged.report.agency or "")
    makers = {
        "disclosures": _disclosures,
        "applications": _applications,
        "disputes": _disputes,
        "cells": _cells,
        "findings": _findings,
        "sections": _sections,
        "decisions": _decisions,
        "reports": _reports,
    }
    return {name: as_table(key, list(makers[name](judged)), schema) for name, schema in schemas.items()}


def as_table(key: tuple[str, int, str], rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    """The rows of the report with this key; a column at a time, for Arrow is slow with rows."""
    keys = [pa.repeat(pa.scalar(value, schema.field(at).type), len(rows)) for at, value in enumerate(key)]
    columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in list(schema)[len(KEY) :]]
    return pa.Table.from_arrays([*keys, *columns], schema=schema)


def amount(value: Number | None) -> Decimal | None:
    """The value as the lake's decimal; null if it does not fit (the cell's raw text says what was printed)."""
    if value is None or Decimal(value).copy_abs() >= _AMOUNT_LIMIT:
        return None
    return Decimal(value).quantize(_SCALE, ROUND_HALF_UP)


def cell_in(row: Row) -> Cell:
    """The cell that a row of `cells` is, without the places that the lake's decimals all have."""
    corners = (row["x0"], row["top"], row["x1"], row["bottom"])
    return Cell(
        row["address"],
        _number(row["value"]),
        row["raw"],
        row["page"],
        None if None in corners else corners,
        row["engine"],
        bool(row["is_corrected"]),
        _number(row["printed_value"]),
    )


def _number(value: Decimal | None) -> Number | None:
    if value is None or value != int(value):
        return value and value.normalize()
    return int(value)


def count(value: Number | None) -> int | None:
    """The value as a count; null if it is no whole number."""
    if value is None or value != int(value) or Decimal(value).copy_abs() >= _COUNT_LIMIT:
        return None
    return int(value)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read_cells(judged: Judged, table: TableName) -> Iterator[tuple[Figure, Cell]]:
    form = judged.form(table)
    cells = {cell.address: cell for cell in judged.report.cells}
    for figure in form.figures(table) if form else ():
        if figure.address in cells:
            yield figure, cells[figure.address]


def _disclosures(judged: Judged) -> Iterator[Row]:
    form = judged.form("table2")
    items = {item.code: item for item in form.items} if form else {}
    for figure, cell in _read_cells(judged, "table2"):
        item = items[figure.row]
        measure = next(m for m in item.measures if m.code == figure.column)
        value = cell.value if figure.kind == "amount" else count(cell.value)
        yield {
            "item": item.code,
            "label": item.label,
            "article": item.article,
            "measure": measure.code,
            "measure_label": measure.label,
            "value": amount(value),
            "raw": cell.raw,
        }


def _counts(judged: Judged, table: TableName, columns: tuple[str, ...]) -> dict[str, Row]:
    """The counts of each row (or group) that was read, by its code; what was not read of it is null."""
    lines: dict[str, Row] = {}
    for figure, cell in _read_cells(judged, table):
        lines.setdefault(figure.row, dict.fromkeys(columns))[figure.column] = count(cell.value)
    return lines


def _applications(judged: Judged) -> Iterator[Row]:
    form = judged.form("table3")
    lines = _counts(judged, "table3", APPLICANTS)
    for row in form.rows if form else ():
        if row.code in lines:
            yield {"row": row.code, "label": row.label, "section": row.group} | lines[row.code]


def _disputes(judged: Judged) -> Iterator[Row]:
    form = judged.form("table4")
    lines = _counts(judged, "table4", RESULTS)
    for group in form.groups if form else ():
        if group.code in lines:
            yield {"proceeding": group.code, "label": group.full_label} | lines[group.code]


def _cells(judged: Judged) -> Iterator[Row]:
    for cell in judged.report.cells:
        box = dict(zip(("x0", "top", "x1", "bottom"), cell.bbox, strict=True)) if cell.bbox else {}
        place = {"page": cell.page} | box
        read = {"address": cell.address, "value": amount(cell.value), "raw": cell.raw, "engine": cell.engine}
        yield read | place | {"is_corrected": cell.is_corrected, "printed_value": amount(cell.printed)}


def _findings(judged: Judged) -> Iterator[Row]:
    for finding in judged.verdict.findings:
        suspect = finding.suspect
        yield {
            "rule": finding.rule,
            "severity": finding.severity,
            "outcome": finding.outcome,
            "place": finding.where,
            "message": finding.message,
            "left_value": amount(finding.left),
            "right_value": amount(finding.right),
            "suspect": suspect.address if suspect else None,
            "suspect_value": amount(suspect.balancing_value) if suspect else None,
            "candidates": list(finding.candidates),
            "fault": finding.fault,
        } | _acceptance(finding.decision)


def _acceptance(decision: Decision | None) -> Row:
    if decision is None:
        return {}
    return {"accepted_by": decision.by, "accepted_at": decision.at, "accepted_note": decision.note}


def _sections(judged: Judged) -> Iterator[Row]:
    for section in judged.report.sections:
        yield {"number": section.number, "heading": section.heading, "text": section.text}


def _decisions(judged: Judged) -> Iterator[Row]:
    """The decisions that hold: one on findings or figures that are no longer read has lapsed."""
    holding = {c.address: c for review in judged.reviews for c in review.corrections if _holds(judged.report, c)}
    for review in judged.reviews:
        decision = review.decision
        made = {"action": decision.kind, "note": decision.note, "by": decision.by, "at": decision.at}
        if decision.kind in ("retract", "reject"):
            yield made
        for finding in judged.verdict.findings:
            if finding.decision and finding.decision == decision and finding.id in review.accepted:
                yield made | {"action": "accept", "address": finding.where or None, "rule": finding.rule}
        for correction in review.corrections:
            if holding.get(correction.address) is correction:
                values = {"printed_value": correction.raw, "value": correction.value}
                yield made | {"action": "correct", "address": correction.address} | values


def _holds(report: Report, correction: Correction) -> bool:
    if correction.address in NAMES:
        return report.read_as.get(correction.address, ...) == correction.raw
    return any(c.is_corrected and (c.address, c.as_read) == (correction.address, correction.raw) for c in report.cells)


def _reports(judged: Judged) -> Iterator[Row]:
    source, report = judged.source, judged.report
    severities = Counter(finding.severity for finding in judged.verdict.findings)
    yield {
        "title": report.title,
        "form": report.form,
        "outcome": judged.verdict.outcome,
        "published_on": report.published_on,
        "source_bucket": source.bucket,
        "source_key": source.key,
        "source_etag": source.etag,
        "source_sha256": source.sha256,
        "media_type": judged.document.media_type,
        "pages": judged.document.pages,
        "landed_at": source.landed_at,
        "processed_at": datetime.now(UTC),
        "reader_version": READER_VERSION,
        "rules_version": RULES_VERSION,
        "findings_critical": severities["critical"],
        "findings_warning": severities["warning"],
        "exceptions": sorted({finding.rule for finding in judged.verdict.findings if finding.decision}),
        "corrected_cells": sum(cell.is_corrected for cell in report.cells),
        "lake_version": LAKE_VERSION,
    }
