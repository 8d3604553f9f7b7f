"""Table 2: each item's figures stand under the measures of the header row above it."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.evidence import Cell
from expectations.forms import FORMS, Form
from expectations.forms.model import Item, Measure
from tasks.read.grid import GridCell
from tasks.read.labels import CERTAIN, LIKELY, similarity
from tasks.read.rows import GridRow, TableReading
from tasks.read.values import cell_of

_HEADER = "信息内容"
Header = list[tuple[Measure, GridCell]]


def read_table2(rows: list[GridRow]) -> TableReading | None:
    """The figures of table 2, in the form that explains more of its cells; None if no item was found."""
    readings = [reading for form in FORMS.values() if (reading := _read(form, rows)).cells]
    return max(readings, key=lambda r: len(r.cells), default=None)


def _read(form: Form, rows: list[GridRow]) -> TableReading:
    cells: list[Cell] = []
    labels: list[tuple[str, str]] = []
    header: Header = []
    for row in rows:
        header = _header(form, row) or header
        item = _item(form, row)
        if item is None or item.code in dict(labels) or not _serves(header, item):
            continue
        cells.extend(_figures(item, row, header))
        labels.append((item.code, row.cells[0].text))
    return TableReading(form.code, tuple(cells), labels=tuple(labels))


def _header(form: Form, row: GridRow) -> Header:
    if len(row.cells) < 2 or not any(similarity(c.text, _HEADER) >= CERTAIN for c in row.cells[:2]):
        return []
    measures = {m.code: m for item in form.items for m in item.measures}.values()
    found: Header = []
    for cell in row.cells[1:]:
        score, best = max(((similarity(cell.text, m.label), m) for m in measures), key=lambda pair: pair[0])
        if score >= LIKELY:
            found.append((best, cell))
    return found


def _item(form: Form, row: GridRow) -> Item | None:
    if not row.cells or row.cells[0].row0 != row.index:
        return None
    score, item = max(((similarity(row.cells[0].text, i.label), i) for i in form.items), key=lambda pair: pair[0])
    return item if score >= LIKELY else None


def _serves(header: Header, item: Item) -> bool:
    """Whether the header above is the one that the form has for this item."""
    return tuple(m.code for m, _ in header) == tuple(m.code for m in item.measures)


def _figures(item: Item, row: GridRow, header: Header) -> Iterator[Cell]:
    values = row.cells[1:]
    for position, (measure, head) in enumerate(header):
        under = [c for c in values if c.left <= head.middle <= c.right]
        cell = under[0] if len(under) == 1 else None
        if cell is None and len(values) == len(header):
            cell = values[position]
        if cell is not None:
            yield cell_of(f"table2.{item.code}.{measure.code}", cell, row.grid)
