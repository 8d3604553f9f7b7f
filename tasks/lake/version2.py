"""Reports as lakes of version 2 keep them, eight objects each, told as version 3 has them: only to be moved once.

`<table>/year=<YYYY>/<report_id>.parquet` for each table; the report is there if its row in `reports` is. Relations are
left out, for they are found anew. Of decisions the tables tell who accepted which finding, but of no others.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.lake.rows import as_table
from tasks.lake.schemas import KEY, SCHEMAS
from tasks.settings import Place
from tasks.storage import S3Client, read_object
from tasks.values import LAKE_VERSION

if TYPE_CHECKING:
    from tasks.judge.decisions import Review

Rows = list[dict[str, Any]]

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "disputes": {"group": "proceeding"},
    "applications": {"group": "section"},
    "findings": {"left": "left_value", "right": "right_value", "where": "place"},
}

_OTHERS = tuple(table for table in SCHEMAS if table not in ("reports", "decisions"))


def stored_in_version_2(
    s3: S3Client, place: Place, report_id: str, year: int, reviews: Sequence[Review] = ()
) -> dict[str, pa.Table] | None:
    """The tables of the report; None if it is not there. `reviews` are the decisions on its bytes."""
    report = _rows(s3, place, "reports", report_id, year)
    if not report:
        return None
    rows = {table: _rows(s3, place, table, report_id, year) for table in _OTHERS}
    accepted = [finding for finding in rows["findings"] if finding.get("accepted_by") is not None]
    corrected = [cell for cell in rows["cells"] if cell.get("is_corrected")]
    for cell in rows["cells"]:
        cell["is_corrected"] = bool(cell.get("is_corrected"))
    for finding in rows["findings"]:
        finding["candidates"] = finding.get("candidates") or []
    report[0]["lake_version"] = LAKE_VERSION
    report[0]["exceptions"] = sorted({finding["rule"] for finding in accepted})
    report[0]["corrected_cells"] = len(corrected)
    rows["decisions"] = [*map(_acceptance, accepted), *_others(reviews, {cell["address"] for cell in corrected})]
    rows["reports"] = report
    key = (report[0]["report_id"], report[0]["year"], report[0]["agency"])
    return {table: as_table(key, rows[table], schema) for table, schema in SCHEMAS.items()}


def remove_version_2(s3: S3Client, place: Place, report_id: str, year: int) -> None:
    """Take the report's objects away, `reports` first."""
    for table in ("reports", "relations", *_OTHERS):
        s3.delete_object(Bucket=place.bucket, Key=place.key(_name(table, report_id, year)))


def as_version_3(table: str, rows: Rows) -> Rows:
    """The rows with their columns as version 3 calls them."""
    names = _RENAMED.get(table, {})
    return [{names.get(column, column): value for column, value in row.items() if column not in KEY} for row in rows]


def _rows(s3: S3Client, place: Place, table: str, report_id: str, year: int) -> Rows:
    body = read_object(s3, place, _name(table, report_id, year))
    rows = [] if body is None else pq.read_table(io.BytesIO(body)).to_pylist()
    return rows if table == "reports" else as_version_3(table, rows)


def _name(table: str, report_id: str, year: int) -> str:
    return f"{table}/year={year}/{report_id}.parquet"


def _acceptance(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": finding["place"] or None,
        "rule": finding["rule"],
        "action": "accept",
        "note": finding["accepted_note"],
        "by": finding["accepted_by"],
        "at": finding["accepted_at"],
    }


def _others(reviews: Sequence[Review], corrected: set[str]) -> Iterator[dict[str, Any]]:
    """What the tables do not tell: who corrected cells, rejected or retracted; the last correction of a cell holds."""
    last = {correction.address: correction for review in reviews for correction in review.corrections}
    for review in reviews:
        decision = review.decision
        made = {"action": decision.kind, "note": decision.note, "by": decision.by, "at": decision.at}
        if decision.kind in ("reject", "retract"):
            yield made
        for correction in review.corrections:
            if correction.address in corrected and last[correction.address] is correction:
                values = {"address": correction.address, "printed_value": correction.raw, "value": correction.value}
                yield made | {"action": "correct", **values}
