"""Each rule that the suite checks, as the SQL that selects the rows which break it. `{batch}` is the table of cells."""

from __future__ import annotations

from expectations.forms import TABLES

_CODES = dict(zip(("T2", "T3", "T4"), TABLES, strict=True))

_MISSING_TABLE = "SELECT DISTINCT tbl AS place FROM {{batch}} WHERE tbl = '{table}' AND table_found = 0 AND doubted = 0"
_MISSING_LINE = """
SELECT line AS place, SUM(times = 0) AS missing, COUNT(*) AS figures,
       GROUP_CONCAT(CASE WHEN times <> 1 THEN address END) AS addresses
FROM {{batch}}
WHERE tbl = '{table}' AND table_found = 1 AND column_found = 1 AND doubted = 0
GROUP BY line HAVING SUM(times <> 1) > 0
"""
_MISSING_COLUMN = """
SELECT 'table3.*.' || col AS place FROM {batch}
WHERE tbl = 'table3' AND table_found = 1 AND column_found = 0 GROUP BY col HAVING SUM(doubted) = 0
"""
_NOT_A_COUNT = """
SELECT address AS place, address AS addresses FROM {{batch}}
WHERE tbl = '{table}' AND times > 0 AND doubted = 0 AND blank = 0 AND whole = 0
"""
_NEGATIVE = """
SELECT address AS place, address AS addresses FROM {{batch}}
WHERE tbl = '{table}' AND doubted = 0 AND signed = 0 AND value < 0
"""
_SUM = """
SELECT o.place AS place,
       SUM(CASE WHEN o.side = 'left' THEN c.counted ELSE 0 END) AS left_side,
       SUM(CASE WHEN o.side = 'right' THEN c.counted ELSE 0 END) AS right_side
FROM {{batch}} c JOIN operands o ON o.form = c.form AND o.address = c.address
WHERE o.rule = '{rule}'
GROUP BY o.place HAVING MIN(c.judged) = 1 AND left_side <> right_side
"""
_TOTAL_BLANK = """
SELECT o.place AS place, MAX(CASE WHEN o.side = 'right' THEN c.address END) AS addresses
FROM {{batch}} c JOIN operands o ON o.form = c.form AND o.address = c.address
WHERE o.rule IN ({rules})
GROUP BY o.rule, o.place
HAVING MIN(c.judged) = 1 AND SUM(o.side = 'right' AND c.blank) = 1 AND SUM(o.side = 'left' AND c.number) > 0
"""
_BLANK = """
SELECT tbl AS place, COUNT(*) AS figures, GROUP_CONCAT(address) AS addresses FROM {batch}
WHERE blank = 1 AND times = 1 GROUP BY tbl
"""
_WRONG_FORM = "SELECT DISTINCT tbl AS place FROM {batch} WHERE table_found = 1 AND form_serves = 0"

QUERIES: dict[str, str] = {
    **{f"{code}.MISSING_TABLE": _MISSING_TABLE.format(table=table) for code, table in _CODES.items()},
    "T2.MISSING_ROW": _MISSING_LINE.format(table="table2"),
    "T3.MISSING_ROW": _MISSING_LINE.format(table="table3"),
    "T3.MISSING_COLUMN": _MISSING_COLUMN,
    "T4.MISSING_GROUP": _MISSING_LINE.format(table="table4"),
    **{f"{code}.NOT_A_COUNT": _NOT_A_COUNT.format(table=table) for code, table in _CODES.items()},
    **{f"{code}.NEGATIVE": _NEGATIVE.format(table=table) for code, table in _CODES.items()},
    **{rule: _SUM.format(rule=rule) for rule in ("T3.ROW_SUM", "T3.COLUMN_SUM", "T3.BALANCE", "T4.ROW_SUM")},
    "T3.TOTAL_BLANK": _TOTAL_BLANK.format(rules="'T3.ROW_SUM', 'T3.COLUMN_SUM'"),
    "T4.TOTAL_BLANK": _TOTAL_BLANK.format(rules="'T4.ROW_SUM'"),
    "CELL.BLANK": _BLANK,
    "FORMAT.YEAR_MISMATCH": _WRONG_FORM,
}
