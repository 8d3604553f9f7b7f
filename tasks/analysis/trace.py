"""Trace: from a number in the lake to the report, the page, the box and the object that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from expectations.evidence import Cell, Decision
from expectations.forms import FORMS
from expectations.places import place_label
from tasks.analysis.trace_unknown import unknown_address, unknown_report
from tasks.judge.decisions import in_force, reviews_of
from tasks.lake.agencies import names_of
from tasks.lake.query import connect
from tasks.lake.rows import cell_in, report_id
from tasks.ledger import Ledger
from tasks.names import receipt_name
from tasks.settings import Buckets

_REPORTS = "SELECT * FROM reports WHERE year = $year AND list_contains($ids, report_id)"
_CELLS = """
SELECT * FROM cells WHERE year = $year AND report_id = $id AND address = $address ORDER BY page, top LIMIT 1
"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """A figure with all that is known of where it comes from.

    `correction` is the decision of the person who corrected it, `receipt` the address of the source's receipt.
    """

    agency: str
    year: int
    title: str
    label: str
    unit: str
    cell: Cell
    correction: Decision | None
    bucket: str
    key: str
    etag: str
    sha256: str
    media_type: str
    landed_at: datetime | None
    processed_at: datetime
    reader_version: str
    rules_version: str
    receipt: str


def trace(ledger: Ledger, buckets: Buckets, agency: str, year: int, address: str) -> Trace:
    """Where the figure at `address` of the agency's report on `year` comes from.

    Raises UnknownError, which says what there is instead, where the lake has no such report or no such cell.
    """
    with connect(buckets) as lake:
        report = _report(lake, agency, year)
        cells = _rows(lake, _CELLS, year=year, id=report["report_id"], address=address)
        if not cells:
            raise unknown_address(lake, report, address)
    return _trace(ledger, buckets, report, cell_in(cells[0]))


def _report(lake: duckdb.DuckDBPyConnection, agency: str, year: int) -> Row:
    """The agency's report, under the name given or, if there is none, under another of its names."""
    ids = [report_id(name, year) for name in names_of(agency)]
    reports = _rows(lake, _REPORTS, year=year, ids=ids)
    if not reports:
        raise unknown_report(lake, agency, year)
    return min(reports, key=lambda report: ids.index(report["report_id"]))


def _rows(lake: duckdb.DuckDBPyConnection, sql: str, **parameters: object) -> list[Row]:
    result = lake.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _trace(ledger: Ledger, buckets: Buckets, report: Row, cell: Cell) -> Trace:
    same = ("agency", "year", "title", "media_type", "landed_at", "processed_at", "reader_version", "rules_version")
    source = {name: report[f"source_{name}"] for name in ("bucket", "key", "etag", "sha256")}
    label, unit = _label(cell.address, report["form"])
    return Trace(
        **{name: report[name] for name in same},
        **source,
        label=label,
        unit=unit,
        cell=cell,
        correction=_correction(ledger, source["sha256"], cell.address) if cell.is_corrected else None,
        receipt=_receipt(ledger, buckets, source["bucket"], source["key"], source["etag"]),
    )


def _label(address: str, form: str) -> tuple[str, str]:
    """What the form prints there, and in what it is counted."""
    for code in (form, *FORMS):
        for figure in FORMS[code].figures():
            if figure.address == address:
                return place_label(address, code), figure.unit
    return address, ""


def _correction(ledger: Ledger, sha256: str, address: str) -> Decision | None:
    """The last decision that gave the cell a value."""
    reviews = in_force(reviews_of(row.content for row in ledger.decisions_on(sha256)))
    found = [r.decision for r in reviews if any(correction.address == address for correction in r.corrections)]
    return found[-1] if found else None


def _receipt(ledger: Ledger, buckets: Buckets, bucket: str, key: str, etag: str) -> str:
    """The receipt of the version: a later one of the same object takes its place, and it is kept among the older."""
    row = next((row for row in ledger.find(bucket, key) if row.object.etag == etag), None)
    name = row.receipt_name if row and row.receipt_name else receipt_name(key)
    return buckets.receipts.uri(f"{name}.json")
