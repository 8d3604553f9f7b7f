"""Tables without ruling lines: columns where their headings stand, rows where their labels stand.

Taken only where ruling lines show no table. Every heading of a table must be found before a figure is read.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.forms import FORMS, TableName
from tasks.read.aligned.table2 import read_table2
from tasks.read.aligned.table3 import read_table3
from tasks.read.aligned.table4 import read_table4
from tasks.read.aligned.words import WordRow, row_key, word_rows
from tasks.read.labels import key
from tasks.read.lines import Aside
from tasks.read.page import Page
from tasks.read.rows import TableReading

_OPENINGS: dict[TableName, tuple[str, ...]] = {
    "table2": ("信息内容",),
    "table3": ("申请人情况",),
    "table4": ("行政复议行政诉讼", "行政诉讼", "未经复议直接起诉"),
}
_HEADINGS = frozenset(key(h) for s in FORMS["2021"].sections for h in (s.heading, *s.aliases))


def read_aligned(pages: Sequence[Page], aside: Aside) -> dict[TableName, TableReading]:
    """The statutory tables that can be read from the places of words alone."""
    rows = [row for page in pages for row in word_rows(page, aside[page.number])]
    regions = _regions(rows)
    found: dict[TableName, TableReading | None] = {
        "table2": read_table2(regions["table2"]),
        "table3": read_table3(regions["table3"]),
        "table4": read_table4(regions["table4"]),
    }
    return {name: table for name, table in found.items() if table}


def _regions(rows: Sequence[WordRow]) -> dict[TableName, list[WordRow]]:
    """The lines of each table: from what opens it to the next heading of a section."""
    keys = [row_key(row) for row in rows]
    found: dict[TableName, list[WordRow]] = {}
    begin = 0
    for table, openings in _OPENINGS.items():
        start = next((n for n in range(begin, len(rows)) if any(_opens(rows[n], o) for o in openings)), len(rows))
        if start < len(rows) and _is_heading(keys[start]):
            start += 1
        end = next((n for n in range(start, len(rows)) if _is_heading(keys[n])), len(rows))
        found[table] = list(rows[start:end])
        begin = max(begin, min(end, len(rows)))
    return found


def _opens(row: WordRow, opening: str) -> bool:
    """Whether a line has the words that open a table as print of its own: a sentence with them in it opens none."""
    amid = any(opening in (text := key(word.text)) and text != opening for word in row)
    return opening in row_key(row) and not amid


def _is_heading(text: str) -> bool:
    return any(heading in text for heading in _HEADINGS)
