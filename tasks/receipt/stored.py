"""A judged report as it stands in S3: its receipt, and what was read, with which findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from expectations.evidence import Cell, Decision, Finding, Number, Suspect
from expectations.forms import TABLES, TableName
from tasks.lake.rows import cell_in, report_id
from tasks.lake.versions import StaleVersionError, Tables, read_version
from tasks.ledger import Ledger, ObjectRow, VersionRow
from tasks.receipt.as_json import Json
from tasks.receipt.shape import receipt_in
from tasks.settings import Buckets, Place
from tasks.storage import S3Client, read_object
from tasks.values import Report, ReportSection


@dataclass(frozen=True, slots=True)
class Stored:
    """`report` is None of what was not judged, or whose version is there no more; it has no doubts, notes or claims."""

    receipt: Json
    findings: tuple[Finding, ...]
    report: Report | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The report of the same agency on another year, as the lake (or else the quarantine) has it."""

    year: int
    object_id: int
    place: str
    cells: Mapping[str, Cell]


def stored(s3: S3Client, buckets: Buckets, row: ObjectRow) -> Stored | None:
    """What is stored of a landed object that was processed; None if its receipt is not written yet."""
    if row.receipt_name is None:
        return None
    receipt = receipt_in(read_object(s3, buckets.receipts, f"{row.receipt_name}.json"), row.object.key)
    if receipt is None:
        return None
    tables = _tables(s3, buckets, receipt)
    report = _report(tables) if tables else None
    media_type = str(tables["reports"]["media_type"][0].as_py()) if tables else None
    return Stored(receipt, tuple(map(finding_in, receipt["findings"])), report, media_type)


def neighbours(s3: S3Client, buckets: Buckets, ledger: Ledger, agency: str, year: int) -> list[Neighbour]:
    """The reports of the year before and the year after."""
    ids = {report_id(agency, other): other for other in (year - 1, year + 1)}
    quarantined, validated = (ledger.current(ids, place) for place in ("quarantine", "lake"))
    found = (_neighbour(s3, buckets, row, ids[name]) for name, row in {**quarantined, **validated}.items())
    return sorted(filter(None, found), key=lambda one: one.year)


def finding_in(told: Json) -> Finding:
    """A finding as a receipt tells it."""
    suspect, decision = told["suspect"], told["decision"]
    return Finding(
        told["rule"],
        told["severity"],
        told["outcome"],
        told.get("where") or "",
        told["message"],
        tuple(map(_told_cell, told.get("cells") or ())),
        _number(told.get("left")),
        _number(told.get("right")),
        Suspect(suspect["address"], _number(suspect["balancing_value"]) or 0) if suspect else None,
        tuple(told.get("candidates") or ()),
        told.get("fault"),
        Decision(decision["kind"], decision["by"], datetime.fromisoformat(decision["at"]), decision["note"])
        if decision
        else None,
    )


def _told_cell(told: Json) -> Cell:
    box = told["bbox"]
    bbox = (box[0], box[1], box[2], box[3]) if box else None
    return Cell(told["address"], _number(told["value"]), told["raw"], told["page"], bbox, "")


def _number(told: int | str | None) -> Number | None:
    return Decimal(told) if isinstance(told, str) else told


def _tables(s3: S3Client, buckets: Buckets, receipt: Json) -> Tables | None:
    version = receipt.get("version")
    if not version:
        return None
    place = buckets.lake if receipt["outcome"] == "validated" else buckets.quarantine
    try:
        return read_version(s3, place, place.name(version.removeprefix(f"s3://{place.bucket}/")))
    except StaleVersionError:
        return None


def _neighbour(s3: S3Client, buckets: Buckets, row: VersionRow, year: int) -> Neighbour | None:
    place: Place = buckets.lake if row.place == "lake" else buckets.quarantine
    try:
        tables = read_version(s3, place, row.name, row.stored_etag)
    except StaleVersionError:
        return None
    return Neighbour(year, row.object_id, row.place, {cell.address: cell for cell in _cells(tables)})


def _report(tables: Tables) -> Report:
    (about,) = tables["reports"].to_pylist()
    cells = _cells(tables)
    forms: dict[TableName, str] = {
        table: about["form"] for table in TABLES if any(cell.address.startswith(f"{table}.") for cell in cells)
    }
    sections = [ReportSection(one["number"], one["heading"], one["text"]) for one in tables["sections"].to_pylist()]
    return Report(
        about["title"],
        about["agency"] or None,
        about["year"] or None,
        about["published_on"],
        forms,
        cells,
        tuple(sections),
        (),
        (),
        "",
        "",
    )


def _cells(tables: Tables) -> tuple[Cell, ...]:
    return tuple(map(cell_in, tables["cells"].to_pylist()))
