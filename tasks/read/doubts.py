"""The cells of a document with what is in doubt about them: what two readings do not both say, or what is not clear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, TABLES, TableName, identities
from tasks.read.cross_check import cross_check
from tasks.read.figures import closed_up, has_gap, plain
from tasks.read.medium import Medium
from tasks.read.rows import TableReading
from tasks.read.scan.decide import BY_SUMS, Witness, decided
from tasks.read.scan.seen import ENGINE
from tasks.read.stream import Stream
from tasks.read.values import figure_doubts

_MONEY_UNIT = re.compile(r"(?<![\u4e00-\u9fff])[百千万亿]*元|(?:单位|金额|收费|人民币)\s*([百千万亿]*元)")
_UNIT_SAID = re.compile(
    r"(?:单位|金额|收费)[^。；;\n]{0,24}?(?:[以按为是系用均即]|单位[:：]?)\s*[“\"「『]?\s*(?:人民币)?([百千万亿]*元)"
    r"|[以按][“\"「『]?([百千万亿]*元)[”\"」』]?(?:为单位|计|填)"
)
"""The unit of the amounts as a sentence has it."""
_CURRENCY = re.compile(r"[¥￥$]|(?<![A-Za-z])(?:RMB|CNY|USD|HKD)(?![A-Za-z])|(?<=[(/:])[角分](?=\))")
_UNIT_ABOVE = re.compile(
    r"单位\s*[:：](?:[^。；;\n()（）:：\d]{0,9}[件项个条次、，,/和\s])?\s*(?:人民币)?\s*([百千万亿]*元)"
)
_IN_CELLS = ("lines", "cells", "converted", ENGINE, BY_SUMS)
"""Engines that see the edges of cells."""
_AMOUNTS = ("table2.fees.amount_wan", "table2.procurement.amount")
_CORRECTED = re.compile(r"(?:更正|勘误|订正)(?:后|为|说明|如下|：|:)|(?:应|改|更改|更正|修正)为\s*[0-9０-９]+\s*件")


@dataclass(frozen=True, slots=True)
class Checked:
    """All cells, each marked if the second reading has it too, and the doubts about them."""

    cells: tuple[Cell, ...]
    doubts: tuple[Doubt, ...]
    repaired: tuple[Cell, ...] = ()
    """Those of which the sums decided which reader is right."""


def check(medium: Medium, witness: Witness | None = None) -> Checked:
    """Hold the tables of `medium` against its text, and every figure against what it can mean.

    Tables that were read from pictures are held against what other readers saw there, as `witness` has it.
    """
    stream = medium.stream
    cells: list[Cell] = []
    repaired: list[Cell] = []
    doubts: list[Doubt] = list(medium.doubts)
    for name in TABLES:
        table = medium.tables.get(name)
        if name in medium.pictured:
            doubts.append(Doubt(name, "表格", "图片", table.cells if table else ()))
        if table is None:
            doubts += () if name in medium.pictured else _unread(stream, name)
            continue
        if witness and any(cell.engine == ENGINE for cell in table.cells):
            decision = decided(name, table, witness)
            table, checked = decision.table, decision.check
            repaired += decision.repaired
        else:
            checked = cross_check(stream, name, table)
        of_table = (*table.doubts, *table.rivals, *checked.doubts, *_named_elsewhere(stream, name, table))
        of_table += (*_misplaced(name, table, is_in_doubt=bool(of_table)),)
        confirmed = frozenset() if _is_shaken(table, of_table) else checked.confirmed
        cells += (_seen_twice(cell) if cell.address in confirmed else cell for cell in table.cells)
        doubts += of_table
    doubts += (
        *figure_doubts(cells),
        *_ones(cells),
        *_joined(medium.tables, cells),
        *_units(stream, cells),
        *_corrected(medium),
    )
    return Checked(tuple(cells), tuple(doubts), tuple(repaired))


def _is_shaken(table: TableReading, doubts: Sequence[Doubt]) -> bool:
    """Whether what is in doubt may have moved other figures: a row or the table, or, without cells, any figure."""
    own = {cell.address for cell in table.cells}
    is_placed = all(cell.engine in _IN_CELLS for cell in table.cells)
    return any(not is_placed or doubt.where not in own for doubt in (*doubts, *figure_doubts(table.cells)))


def _seen_twice(cell: Cell) -> Cell:
    """As `replace` makes it, in half the time: a report has two hundred."""
    return Cell(
        cell.address,
        cell.value,
        cell.raw,
        cell.page,
        cell.bbox,
        cell.engine,
        is_seen_twice=True,
        confidence=cell.confidence,
        second_raw=cell.second_raw,
    )


def _unread(stream: Stream, name: TableName) -> Iterator[Doubt]:
    if stream.announces(name):
        yield Doubt(name, "没有读出表格", "文字中有该表的表头")


def _misplaced(name: TableName, table: TableReading, *, is_in_doubt: bool) -> Iterator[Doubt]:
    """Where rows of the form are missing and others were not placed, one may be the other; and rows read in part.

    Of a table that is in doubt no row is called missing.
    """
    places = [cell.address.rpartition(".") for cell in table.cells]
    read = Counter([line for line, _, _ in places])
    lines = _lines(table.form, name)
    columns = {column for _, _, column in places}
    for line, figures in read.items():
        if figures < (len(columns) if name == "table3" else lines[line]):
            yield Doubt(line, f"读出 {figures} 个数", "这一行没有读全")
    if table.extras or is_in_doubt:
        shown = "、".join(f"“{plain(label)[:20]}”" for label in table.extras[:3])
        why = f"另有未能归位的行：{shown}" if shown else "该表的其他地方存疑"
        yield from (Doubt(line, "没有读出这一行", why) for line in lines if line not in read)


@cache
def _lines(form: str, name: TableName) -> Counter[str]:
    """How many figures each line of a table has."""
    return Counter(figure.address.rpartition(".")[0] for figure in FORMS[form].figures(name))


def _named_elsewhere(stream: Stream, name: TableName, table: TableReading) -> Iterator[Doubt]:
    """Rows of table 2 that were not read although the table has their name, as the head of a column maybe."""
    if name != "table2":
        return
    read = {cell.address.rpartition(".")[0] for cell in table.cells}
    for line in sorted(_lines(table.form, name)):
        if line not in read and stream.mentions(name, line):
            yield Doubt(line, "没有读出这一行", "表中另有其名称")


def _joined(tables: Mapping[TableName, TableReading], cells: Iterable[Cell]) -> Iterator[Doubt]:
    """Figures whose digits stand apart, where no sum confirms that they are one number."""
    by_address = {cell.address: cell for cell in cells}
    apart = {address: cell for address, cell in by_address.items() if has_gap(cell.raw)}
    if not apart:
        return
    confirmed: set[str] = set()
    for form in {FORMS[table.form] for table in tables.values()}:
        for identity in identities(form):
            sides = [[by_address.get(a) for a in side] for side in (identity.left, identity.right)]
            sums = [_sum(side) for side in sides]
            if sums[0] is not None and sums[0] == sums[1]:
                confirmed.update((*identity.left, *identity.right))
    for address, cell in apart.items():
        if address not in confirmed:
            yield Doubt(address, cell.raw, "数字之间有空格或换行，没有合计可以证实是一个数", (cell,))


def _ones(cells: Sequence[Cell]) -> Iterator[Doubt]:
    """一 where most blanks are printed otherwise: it may be a dash that a program has saved so, and it may be a 1."""
    ones = [cell for cell in cells if cell.raw.strip() == "一"]
    if 2 * len(ones) < sum(cell.is_blank or cell.value == 0 for cell in cells):
        yield from (Doubt(cell.address, cell.raw, "可能是横线，也可能是一件", (cell,)) for cell in ones)


def _sum(cells: Iterable[Cell | None]) -> int | None:
    values = [0 if cell and cell.is_blank else cell and cell.value for cell in cells]
    return sum(values) if all(isinstance(value, int) for value in values) else None  # type: ignore[arg-type]


def _units(stream: Stream, cells: Iterable[Cell]) -> Iterator[Doubt]:
    """Amounts beside which table 2 names another unit of money than the form's 万元."""
    above, text = map(closed_up, stream.part("table2"))
    named = (*_UNIT_ABOVE.finditer(above), *_UNIT_ABOVE.finditer(text), *_MONEY_UNIT.finditer(text))
    units = {found[0].lstrip("单位金额收费人民币:： ") if found.re is _MONEY_UNIT else found[1] for found in named}
    units |= {found[1] or found[2] for part in (above, text) for found in _UNIT_SAID.finditer(part)}
    units |= {found[0] for found in _CURRENCY.finditer(text)}
    units -= {"万元"}
    for cell in cells:
        is_told = cell.address == "table2.procurement.amount" and "元" in cell.raw
        if units and cell.address in _AMOUNTS and cell.value and not is_told:
            yield Doubt(cell.address, cell.raw, f"表二中的金额单位是“{'、'.join(sorted(units))}”，不是万元", (cell,))


def _corrected(medium: Medium) -> Iterator[Doubt]:
    """A document that says of its own figures that they are corrected."""
    text = medium.stream.text
    found = _CORRECTED.search(text)
    if found and medium.tables:
        at = text[max(0, found.start() - 20) : found.end() + 20]
        yield Doubt("table3", "表中的数", f"文中有更正的说明：{' '.join(at.split())}")
