"""Two reports side by side, as rows of the table that the rules between reports validate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from expectations.evidence import Number

PAIR_COLUMNS = ("report", "tbl", "line", "col", "address", "this", "other")
PairRow = tuple[int, str, str, str, str, int | None, int | None]


def pair_rows(pair: int, this: Mapping[str, Number | None], other: Mapping[str, Number | None]) -> Iterator[PairRow]:
    """A row for every address of either report; a figure that is no whole number counts as unknown."""
    for address in sorted(this.keys() | other.keys()):
        line, _, column = address.rpartition(".")
        table = address.split(".")[0]
        yield pair, table, line, column, address, _whole(this.get(address)), _whole(other.get(address))


def _whole(value: Number | None) -> int | None:
    return int(value) if value is not None and Decimal(value) == int(value) else None
