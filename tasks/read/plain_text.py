"""Plain text and Markdown: rows of fields parted by tabs, pipes or spaces, told by their labels and their order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from expectations.evidence import Cell
from expectations.forms import FORMS, TableName
from tasks.read.aligned import read_aligned
from tasks.read.aligned.typed import typed_pages
from tasks.read.field_rows import FieldRow, field_rows, is_zero, kind_of, usual_fields
from tasks.read.grid import Grid, GridCell
from tasks.read.html import table_lines
from tasks.read.labels import LIKELY, key, similarity
from tasks.read.lines import Line, is_page_number
from tasks.read.medium import Medium
from tasks.read.rows import TableReading
from tasks.read.stream import Stream
from tasks.read.surest import Tables, surer, surest
from tasks.read.table3 import DataRow, best_similarity, joined_rows, recognise_rows
from tasks.read.table4 import ADDRESSES as TABLE4
from tasks.read.tables import read_tables
from tasks.read.text_grids import SEPARATOR, text_grids
from tasks.read.text_heads import in_order2, in_order3, in_order4
from tasks.read.values import cell_of
from tasks.read.visible.marks import unmarked
from tasks.read.visible.pictures import pictured_tables
from tasks.read.visible.text import visible_text

_TABLE_MARKUP = re.compile(r"<table\b.*?</table\s*>", re.IGNORECASE | re.DOTALL)
_PLACEHOLDER = re.compile(
    r"(?<![^\s|])(?:数据|列|字段|Column|Col|Unnamed:)\s*\d+(?:_level_\d)?(?![^\s|])", re.IGNORECASE
)
_PLACEHOLDERS = 3
_NUMBER = re.compile(r"\s*[-−－]?\d+\s*\Z")
"""A figure on a line of its own, perhaps a negative one: page numbers have dashes on both sides."""
_MARKS = re.compile(r"\A(?:[#>=\s]+|title:\s*)")
"""What marks a heading in Markdown and its kin."""
_LONGEST = 300_000
"""Characters: a longer text is not looked at as a page; a report has a tenth of that."""
_OPENINGS: dict[TableName, tuple[str, ...]] = {
    "table2": ("信息内容",),
    "table3": ("申请人情况", "本列数据的勾稽关系", "自然人"),
    "table4": ("结果维持", "未经复议直接起诉", "行政复议行政诉讼"),
}
_NO_GRID = Grid((), 0, None, "fields")


def read_plain_text(text: str) -> Medium:
    """A dump as a medium; the second reading is the text without its line and field breaks."""
    if "</table" in text.lower():
        text = _TABLE_MARKUP.sub(lambda found: f"\n{table_lines(found[0])}\n", text)
    text = visible_text(text)
    text = "\n".join(line for line in text.split("\n") if not _is_page_number(line))
    text = "\n".join(_without_placeholders(line) for line in text.split("\n"))
    grids, said = text_grids(text.splitlines())
    stream = Stream("\n".join(said))
    tables = surer(read_tables(grids), _by_order(text.splitlines()), stream)
    is_in_turn = in_order4(_regions(text.splitlines())["table4"])
    for wide in (True, False) if len(text) <= _LONGEST else ():
        tables = surest(tables, partial(_typed, text, wide, is_in_turn), stream)
    lines = tuple(Line(_MARKS.sub("", unmarked(line).strip()).strip("* ")) for line in text.splitlines())
    pictured = pictured_tables(text.splitlines(), tables)
    return Medium(tables, lines, stream, "fields", "stream", pictured=pictured)


def _without_placeholders(line: str) -> str:
    """A head row without the names that a converter gives to columns that have none."""
    return _PLACEHOLDER.sub("", line) if len(_PLACEHOLDER.findall(line)) >= _PLACEHOLDERS else line


def _by_order(lines: Sequence[str]) -> Tables:
    """The tables whose figures stand in the form's order: those whose heads, as far as they are there, say the same."""
    regions = _regions(lines)
    rows = {name: list(field_rows(region)) for name, region in regions.items()}
    read = {
        "table2": _table2(rows["table2"]),
        "table3": recognise_rows(joined_rows(_table3(rows["table3"]))) if in_order3(regions["table3"]) else None,
        "table4": _table4(rows["table4"]) if in_order4(regions["table4"]) else None,
    }
    return {name: table for name, table in read.items() if table}  # type: ignore[misc]


def _typed(text: str, wide: bool, is_in_turn: bool) -> dict[TableName, TableReading]:
    """The tables of a text that keeps the places of a page; a typewriter's points are no evidence."""
    unruled = "\n".join("" if SEPARATOR.match(line) else line.replace("|", " ") for line in text.split("\n"))
    read = read_aligned(typed_pages(unruled, wide=wide), defaultdict(frozenset))
    return {
        name: replace(table, cells=tuple(replace(c, page=None, bbox=None) for c in table.cells))
        for name, table in read.items()
        if name != "table4" or is_in_turn
    }


def _is_page_number(line: str) -> bool:
    return is_page_number(line) and not _NUMBER.match(line)


def _regions(lines: Sequence[str]) -> dict[TableName, Sequence[str]]:
    """The lines of each table: from what opens it to what opens the next."""
    starts: dict[TableName, int] = {}
    position = 0
    for table, openings in _OPENINGS.items():
        hits = (n for n in range(position, len(lines)) if any(o in key(lines[n]) for o in openings))
        starts[table] = position = next(hits, position)
    order = [*starts.values(), len(lines)]
    return {table: lines[order[n] : order[n + 1]] for n, table in enumerate(starts)}


def _cells(fields: Sequence[str]) -> list[GridCell]:
    return [GridCell(text, 0, 0, n, n, float(n), n + 1.0) for n, text in enumerate(fields)]


def _table2(rows: Sequence[FieldRow]) -> TableReading | None:
    text = key("".join(t for row in rows for t in (*row.before, *row.texts)))
    heads = list(_heads(rows))
    form = max(FORMS.values(), key=lambda form: sum(key(m.label) in text for i in form.items for m in i.measures))
    cells: list[Cell] = []
    labels: list[tuple[str, str]] = []
    for item in form.items:
        fitting = (
            fields
            for row, head in zip(rows, heads, strict=True)
            if _is_label(row, item.label) and in_order2(head, item) and (fields := row.fitted(len(item.measures)))
        )
        fields = next(fitting, [])
        if not fields:
            continue
        addresses = (f"table2.{item.code}.{measure.code}" for measure in item.measures)
        cells.extend(cell_of(a, c, _NO_GRID) for a, c in zip(addresses, _cells(fields), strict=False))
        labels.append((item.code, item.label))
    return TableReading(form.code, tuple(cells), labels=tuple(labels)) if cells else None


def _heads(rows: Sequence[FieldRow]) -> Iterator[str]:
    """For each row, the print from the head above it up to the row."""
    head = ""
    for row in rows:
        before = "".join(row.before)
        head = before[before.rfind("信息内容") :] if "信息内容" in before else head
        yield head


def _is_label(row: FieldRow, label: str) -> bool:
    return any(similarity(text, label) >= LIKELY for text in row.labels())


def _table3(rows: Sequence[FieldRow]) -> list[DataRow]:
    applicants = [column.code for column in FORMS["2021"].applicants]
    usual = usual_fields(rows, len(applicants))
    found = []
    for row in rows:
        fields = row.fitted(len(applicants), usual[kind_of(row)]) or _zeros(row, len(applicants))
        label = max(row.labels(), key=best_similarity, default="")
        if fields:
            mergeable = any(fields) and all(is_zero(f) for f in fields)
            found.append(DataRow(label, dict(zip(applicants, _cells(fields), strict=True)), _NO_GRID, mergeable))
    return found


def _zeros(row: FieldRow, width: int) -> list[str] | None:
    """A row that has lost some of its figures is still read if it held nothing but zeros: the lost ones stay blank."""
    figures = row.figures
    if len(figures) < width and all(is_zero(f) for f in figures):
        return figures + [""] * (width - len(figures))
    return None


def _table4(rows: Sequence[FieldRow]) -> TableReading | None:
    fitting = [f for row in rows if not row.texts and (f := row.fitted(len(TABLE4)))]
    fields = next((f for f in fitting if any(f)), next(iter(fitting), None))
    if fields is None:
        return None
    return TableReading("2021", tuple(cell_of(a, c, _NO_GRID) for a, c in zip(TABLE4, _cells(fields), strict=True)))
