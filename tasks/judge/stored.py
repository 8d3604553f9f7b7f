"""Reports as they stand in the lake and the quarantine, as the rules need them."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.evidence import Cell
from expectations.forms import TABLES, TableName
from expectations.tables_read import TablesRead
from tasks.lake.query import connect
from tasks.settings import Buckets

_SQL = """
SELECT report_id, year, form, address, value, raw, page, engine FROM cells JOIN reports USING (report_id, year)
ORDER BY report_id, year
"""


def stored_tables(buckets: Buckets) -> Iterator[TablesRead]:
    """Every report's cells and form; amounts and counts as the lake keeps them."""
    for quarantine in (False, True):
        reports: dict[tuple[str, int], tuple[str, list[Cell]]] = {}
        for row in connect(buckets, quarantine=quarantine).sql(_SQL).fetchall():
            identity, year, form, address, value, raw, page, engine = row
            cell = Cell(address, value, raw, page, None, engine)
            reports.setdefault((identity, year), (form, []))[1].append(cell)
        for (_, year), (form, cells) in reports.items():
            forms: dict[TableName, str] = {t: form for t in TABLES if any(c.address.startswith(t) for c in cells)}
            yield TablesRead(cells, forms, year or None)
