"""The second reading of a table's heads: by the text above its rows, in file order, without any geometry."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from expectations.evidence import Doubt
from expectations.forms import FORMS, TableName
from expectations.forms.common import ORGANISATIONS
from expectations.forms.model import Column
from tasks.read.rows import TableReading
from tasks.read.stream import CORNER, Stream

_HEADS: dict[TableName, str] = {
    "table3": "".join(a.label for a in FORMS["2021"].applicants),
    "table4": "行政复议行政诉讼" + "".join(c.label for c in FORMS["2021"].results) * 3 + "未经复议直接起诉复议后起诉",
}
_SURE_OF_GROUPS = ("lines", "cells", "converted")
"""Engines that see which columns a group's head spans."""
_CORNER = frozenset(f"{CORNER}申请人情况法人或其他组织")
_DAMAGED = 4
"""Characters of the 75 in table 4's heads that a damaged text may lack: the figures' order is checked beside them."""
_ALIKE = {"它": "他", "合": "总", "数": "计"}
"""合计 and 总数 are 总计, and 其它 is 其他."""


def head_doubts(stream: Stream, table: TableName, reading: TableReading) -> Iterator[Doubt]:
    """Where the heads in the text are not the form's, or stand in another order than the figures as read."""
    yield from _heads(stream, table, reading)
    yield from _order(stream, table, reading)


def _heads(stream: Stream, table: TableName, reading: TableReading) -> Iterator[Doubt]:
    """The heads of the columns: all of the form's must be there, by the characters that the text has above the rows.

    A column that was not read either, and in whose place no other head stands, is the report's own lack. Where there
    are no heads at all, the figures stand in the form's order.
    """
    if table not in _HEADS:
        return
    head = stream.head(table)
    if not set(head) - _CORNER:
        return
    seen = Counter(_ALIKE.get(c, c) for c in head)
    lacking = Counter(_HEADS[table]) - seen
    read = {cell.address.rsplit(".", 1)[1] for cell in reading.cells}
    unread = [a.label for a in FORMS[reading.form].applicants if table == "table3" and a.code not in read]
    other = set(seen) - set(_HEADS[table]) - _CORNER
    if table == "table4" and lacking.total() <= _DAMAGED:
        return
    if lacking and (other or lacking != Counter("".join(unread)) & lacking):
        yield Doubt(table, "列名", f"文字中的列名与法定列名不符，缺“{''.join(lacking)}”", reading.cells)


def _order(stream: Stream, table: TableName, reading: TableReading) -> Iterator[Doubt]:
    """The heads' order, where the text has every one whole: it must be that of the figures as they were read."""
    form = FORMS[reading.form]
    head = stream.head(table)
    differs = False
    if table == "table3":
        lower = [a for a in form.applicants if a.group]
        found = [a.code for a in sorted(lower, key=lambda a: _place(head, a))]
        read = [c for c in _columns(reading) if c in found]
        differs = found != read and len(read) == len(lower) and all(_place(head, a) >= 0 for a in lower)
    elif table == "table4":
        codes = {name: c.code for c in form.results for name in (c.label, *c.aliases)}
        results = [codes[name] for name in re.findall("|".join(codes), head)]
        groups = [g.code for g in sorted(form.groups, key=lambda g: head.rfind(g.parent or g.label))]
        places = [tuple(c.address.split(".")[1:]) for c in reading.cells]
        is_whole = len(results) == len(places) == len(form.groups) * len(form.results)
        differs = is_whole and results != [result for _, result in places]
        is_ruled = any(cell.engine in _SURE_OF_GROUPS for cell in reading.cells)
        differs |= not is_ruled and groups != list(dict.fromkeys(group for group, _ in places))
    if differs:
        yield Doubt(table, "列的次序", "文字中列名的次序与读出的不同", reading.cells)


def total_is_elsewhere(stream: Stream, reading: TableReading) -> bool:
    """Whether the text has 总计 on the other side of 自然人 than the first reading, or lacks one of them.

    Some dumps have the heads that stand a line higher in an order of their own: no doubt, but no confirmation either.
    """
    first, *_, last = FORMS[reading.form].applicants
    head, columns = stream.head("table3"), _columns(reading)
    if not {first.code, last.code} <= set(columns):
        return False
    return (_place(head, last) < _place(head, first)) != (columns.index(last.code) < columns.index(first.code))


def _columns(reading: TableReading) -> list[str]:
    """The columns in the order of the first reading."""
    return list(dict.fromkeys(cell.address.rsplit(".", 1)[1] for cell in reading.cells))


def _place(head: str, column: Column) -> int:
    words = head.replace(ORGANISATIONS, "〇" * len(ORGANISATIONS))
    return max(words.find(name) for name in (column.label, *column.aliases))
