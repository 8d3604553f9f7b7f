"""Table 2: each item's figures stand under the measures of the header row above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, Form
from expectations.forms.model import Item, Measure
from tasks.read.figures import unit_conflict
from tasks.read.grid import GridCell
from tasks.read.labels import CERTAIN, LIKELY, align, best_of, similarity
from tasks.read.rows import GridRow, TableReading
from tasks.read.values import FIGURES, cell_of

_HEADER = "信息内容"
_LABELS = {form.code: tuple((item.label,) for item in form.items) for form in FORMS.values()}
Header = list[tuple[Measure, GridCell]]


def read_table2(rows: list[GridRow]) -> TableReading | None:
    """The figures of table 2, in the form that explains more of its cells; None if no item was found."""
    readings = [reading for form in FORMS.values() if (reading := _read(form, rows)).cells]
    return max(readings, key=lambda r: len(r.cells), default=None)


def _read(form: Form, rows: list[GridRow]) -> TableReading:
    cells: dict[str, Cell] = {}
    doubts: list[Doubt] = []
    rivals: list[Doubt] = []
    labels: list[tuple[str, str]] = []
    extras: list[str] = []
    header: Header = []
    for row in rows:
        named = _header(form, row)
        header = named or header
        item = _item(form, row)
        if item is None or not _serves(header, item):
            extras += [row.cells[0].text] if not named and any(_is_filled(c.text) for c in row.starting[1:]) else []
            continue
        read = {cell.address: cell for cell in _figures(item, row, header)}
        if item.code in dict(labels):
            rivals.extend(_again(item, cells, read))
            continue
        cells |= read
        doubts.extend(_units(item, row.cells[0], header))
        labels.append((item.code, row.cells[0].text))
    return TableReading(form.code, tuple(cells.values()), tuple(doubts), tuple(labels), tuple(rivals), tuple(extras))


def _is_filled(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _again(item: Item, first: Mapping[str, Cell], second: Mapping[str, Cell]) -> Iterator[Doubt]:
    """A second row for the item: the same again, or an empty one, is no matter."""
    shown = ["、".join(cell.raw.strip() for a, cell in one.items() if a in second) for one in (first, second)]
    if any(not cell.is_blank and cell.raw.strip() != first[a].raw.strip() for a, cell in second.items() if a in first):
        yield Doubt(f"table2.{item.code}", shown[0], f"另有一行：{shown[1]}", tuple(second.values()))


def _units(item: Item, label: GridCell, header: Header) -> Iterator[Doubt]:
    """Where the label or a head names another unit than the form's."""
    for measure, head in header:
        address = f"table2.{item.code}.{measure.code}"
        conflict = unit_conflict(f"{head.text}\n{label.text}", FIGURES[address])
        if conflict:
            yield Doubt(address, head.text, conflict)


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
    printed = row.cells[0].text
    found = align([printed], _LABELS[form.code])
    item = form.items[found[0]] if found else None
    return item if item and best_of(printed, (item.label,)) >= LIKELY else None


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
