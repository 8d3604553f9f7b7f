"""Two ways to read the tables of a document: the second is tried where the first leaves something open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from expectations.evidence import Doubt
from expectations.forms import FORMS, TABLES, TableName
from tasks.read.cross_check import cross_check
from tasks.read.rows import TableReading
from tasks.read.stream import Stream

_NEARLY_WHOLE = 0.9
"""Of the figures that the order of a text gives: if its heads give so many, they are to give the same."""
Tables = Mapping[TableName, TableReading]


def surest(first: Tables, other: Callable[[], Tables], stream: Stream) -> Tables:
    """The tables as read the first way; for those that are missing or not sure, as read the other way if that is."""
    if all(name in first and _is_sure(name, first[name], stream) for name in TABLES):
        return first
    better = {
        name: replace(table, rivals=first[name].rivals) if name in first else table
        for name, table in other().items()
        if name not in first or (not _is_sure(name, first[name], stream) and _is_sure(name, table, stream))
    }
    return {**first, **better}


def surer(by_heads: Tables, by_order: Tables, stream: Stream) -> Tables:
    """The tables as their heads tell, if that is sure, else as their order tells; a doubt where both do and differ."""
    tables = dict(by_order)
    for name, table in by_heads.items():
        other = by_order.get(name)
        if other is None:
            tables[name] = table
        elif _is_sure(name, table, stream):
            tables[name] = _compared(table, other) if _is_sure(name, other, stream) else table
        elif len(table.cells) > _NEARLY_WHOLE * len(other.cells):
            tables[name] = _compared(other, table)
    return tables


def _compared(table: TableReading, other: TableReading) -> TableReading:
    read = {cell.address: cell for cell in other.cells}
    differing = [(c, o) for c in table.cells if (o := read.get(c.address)) and (o.value or 0) != (c.value or 0)]
    doubts = tuple(Doubt(c.address, c.raw, o.raw, (c,)) for c, o in differing)
    return replace(table, doubts=(*table.doubts, *doubts)) if doubts else table


def _is_sure(name: TableName, table: TableReading, stream: Stream) -> bool:
    """Whether every figure of the form was read, and the stream holds the same."""
    is_whole = len(table.cells) == len(FORMS[table.form].figures(name))
    return is_whole and not (table.doubts or table.rivals) and not cross_check(stream, name, table).doubts
