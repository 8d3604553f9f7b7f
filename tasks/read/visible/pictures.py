"""Tables that are pictures, in media without pages: a picture stands in the section, and the table was not read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from expectations.forms import TableName
from tasks.read.lines import Line
from tasks.read.sections import find_sections
from tasks.read.visible.marks import OBJECT

_TABLES: dict[str, TableName] = {"二": "table2", "三": "table3", "四": "table4"}


def pictured_tables(marked: Sequence[str], read: Collection[str]) -> dict[TableName, int | None]:
    """The tables in whose section the lines, with their marks, have a picture instead."""
    if not any(OBJECT in line for line in marked):
        return {}
    sections = find_sections([Line(line) for line in marked])
    tables = {_TABLES[s.number]: s.text for s in sections if s.number in _TABLES}
    return {name: None for name, text in tables.items() if OBJECT in text and name not in read}
