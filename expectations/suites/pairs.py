"""Two reports side by side, as rows of the table that the rules between reports validate, and each rule as SQL.

The queries select what breaks a rule. `{batch}` has a row for every address that either report has, with the value in
`this` one and in the `other`: the same agency's year before, or another agency's same year.
"""

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


_CARRY = """
SELECT n.report AS report, n.address AS place, COALESCE(n.this, 0) AS left_side, COALESCE(p.other, 0) AS right_side,
       n.address AS addresses, p.address AS other_addresses
FROM {batch} n JOIN {batch} p ON p.report = n.report AND p.col = n.col
WHERE n.line = 'table3.carried_over' AND p.line = 'table3.carried_forward' AND left_side <> right_side
"""
_IN_FORCE = """
SELECT f.report AS report, f.address AS place, f.this AS left_side, f.other + i.this - r.this AS right_side,
       f.address || ',' || i.address || ',' || r.address AS addresses, f.address AS other_addresses
FROM {batch} f JOIN {batch} i ON i.report = f.report AND i.line = f.line AND i.col = 'issued'
     JOIN {batch} r ON r.report = f.report AND r.line = f.line AND r.col = 'repealed'
WHERE f.col = 'in_force' AND left_side <> right_side
"""
_ITEMS = """
SELECT n.report AS report, n.address AS place, n.this AS left_side, n.other + c.other AS right_side,
       n.address AS addresses, n.address || ',' || c.address AS other_addresses
FROM {batch} n JOIN {batch} c ON c.report = n.report AND c.line = n.line AND c.col = 'change'
WHERE n.col = 'items_last_year' AND left_side <> right_side
"""
_OUTLIER = """
SELECT report, address AS place, this AS left_side, other AS right_side, address AS addresses,
       address AS other_addresses
FROM {batch} WHERE address = 'table3.new.total' AND other >= 20 AND (this > 5 * other OR 5 * this < other)
"""
_SAME = """
SELECT report, 'table3' AS place FROM {batch} WHERE tbl IN ('table3', 'table4')
GROUP BY report HAVING SUM(COALESCE(this, 0) <> COALESCE(other, 0)) = 0 AND SUM(this <> 0) > 0
"""

YEAR_QUERIES: dict[str, str] = {
    "YEAR.CARRY": _CARRY,
    "YEAR.IN_FORCE": _IN_FORCE,
    "YEAR.ITEMS": _ITEMS,
    "YEAR.OUTLIER": _OUTLIER,
}
PEER_QUERIES: dict[str, str] = {"PEER.SAME": _SAME}
