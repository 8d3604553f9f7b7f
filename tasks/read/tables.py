"""The statutory tables in a document's grids."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.forms import TableName
from tasks.read.grid import Grid
from tasks.read.rows import TableReading, rows_by_table
from tasks.read.table2 import read_table2
from tasks.read.table3 import read_table3
from tasks.read.table4 import read_table4
from tasks.read.visible.marks import with_doubts


def read_tables(grids: Sequence[Grid]) -> dict[TableName, TableReading]:
    """The statutory tables that the grids of a document hold, in document order."""
    rows = rows_by_table(grids)
    found: dict[TableName, TableReading | None] = {
        "table2": read_table2(rows["table2"]),
        "table3": read_table3(rows["table3"]),
        "table4": read_table4(rows["table4"]),
    }
    return {name: with_doubts(name, table, rows[name]) for name, table in found.items() if table}
