"""Each rule on cells as the SQL that selects what breaks it.

`{batch}` is the form's table of cells (`expectations.suites.cells`), `{operands}` its table of identities. Each row
selected names a `place`, and where it helps the `addresses` of the cells to show.
"""

from __future__ import annotations

from expectations.forms import TABLES

_CODES = dict(zip(("T2", "T3", "T4"), TABLES, strict=True))
_SUMS = ("T3.ROW_SUM", "T3.COLUMN_SUM", "T3.BALANCE", "T4.ROW_SUM")

_MISSING_TABLE = "SELECT DISTINCT tbl AS place FROM {batch} WHERE tbl = '[table]' AND table_found = 0 AND doubted = 0"
_MISSING_LINE = """
SELECT line AS place, COUNT(*) AS figures,
       GROUP_CONCAT(CASE WHEN times = 0 THEN address END) AS missing,
       GROUP_CONCAT(CASE WHEN times > 1 THEN address END) AS addresses
FROM {batch}
WHERE tbl = '[table]' AND table_found = 1 AND column_found = 1 AND doubted = 0
GROUP BY line HAVING SUM(times <> 1) > 0
"""
_MISSING_COLUMN = """
SELECT tbl || '.*.' || col AS place FROM {batch}
WHERE tbl = 'table3' AND table_found = 1 AND column_found = 0
GROUP BY tbl, col HAVING SUM(doubted) = 0
"""
_NOT_A_COUNT = """
SELECT address AS place, address AS addresses, kind FROM {batch}
WHERE tbl = '[table]' AND times = 1 AND doubted = 0 AND is_blank = 0 AND proper = 0
"""
_NEGATIVE = """
SELECT address AS place, address AS addresses FROM {batch}
WHERE tbl = '[table]' AND doubted = 0 AND signed = 0 AND value < 0
"""
_SUM = """
SELECT o.place AS place,
       SUM(CASE WHEN o.side = 'left' THEN c.counted ELSE 0 END) AS left_side,
       SUM(CASE WHEN o.side = 'right' THEN c.counted ELSE 0 END) AS right_side
FROM {batch} c JOIN {operands} o ON o.address = c.address
WHERE o.rule = '[rule]'
GROUP BY o.place HAVING COUNT(c.counted) = COUNT(*) AND left_side <> right_side
"""
_TOTAL_BLANK = """
SELECT o.total AS place, o.total AS addresses
FROM {batch} c JOIN {operands} o ON o.address = c.address
WHERE o.rule IN ([rules])
GROUP BY o.total
HAVING MAX(o.side = 'right' AND c.is_blank AND NOT c.doubted) = 1 AND MAX(o.side = 'left' AND c.counted <> 0) = 1
"""
_BLANK = """
SELECT tbl AS place, GROUP_CONCAT(address) AS addresses FROM {batch}
WHERE is_blank = 1 AND doubted = 0 GROUP BY tbl
"""
_WRONG_FORM = "SELECT DISTINCT tbl AS place FROM {batch} WHERE table_found = 1 AND serves_year = 0 AND doubted = 0"

QUERIES: dict[str, str] = {
    **{f"{code}.MISSING_TABLE": _MISSING_TABLE.replace("[table]", table) for code, table in _CODES.items()},
    "T2.MISSING_ROW": _MISSING_LINE.replace("[table]", "table2"),
    "T3.MISSING_ROW": _MISSING_LINE.replace("[table]", "table3"),
    "T3.MISSING_COLUMN": _MISSING_COLUMN,
    "T4.MISSING_GROUP": _MISSING_LINE.replace("[table]", "table4"),
    **{f"{code}.NOT_A_COUNT": _NOT_A_COUNT.replace("[table]", table) for code, table in _CODES.items()},
    **{f"{code}.NEGATIVE": _NEGATIVE.replace("[table]", table) for code, table in _CODES.items()},
    **{rule: _SUM.replace("[rule]", rule) for rule in _SUMS},
    "T3.TOTAL_BLANK": _TOTAL_BLANK.replace("[rules]", "'T3.ROW_SUM', 'T3.COLUMN_SUM'"),
    "T4.TOTAL_BLANK": _TOTAL_BLANK.replace("[rules]", "'T4.ROW_SUM'"),
    "CELL.BLANK": _BLANK,
    "FORMAT.YEAR_MISMATCH": _WRONG_FORM,
}
