"""Each rule on a report's figures as the SQL that selects what breaks it.

`{batch}` is the form's table of cells (`expectations.suites.cells`), `{operands}` its table of identities, `{claims}`
and `{claim_operands}` what the text states. Each row selected names the `report` and a `place` in it, and where it
helps the `addresses` of the cells to show. CROSS JOIN is how SQLite is told to look up the few operands for each cell,
and not the other way round.
"""

from __future__ import annotations

from expectations.forms import FORMS, TABLES, identities
from expectations.rules import TEXT_RULES

_CODES = dict(zip(("T2", "T3", "T4"), TABLES, strict=True))
_SUMS = dict.fromkeys(identity.rule for form in FORMS.values() for identity in identities(form))

_MISSING_TABLE = """
SELECT DISTINCT report, tbl AS place FROM {batch} WHERE tbl = '[table]' AND table_found = 0 AND doubted = 0
"""
_MISSING_LINE = """
SELECT report, line AS place, COUNT(*) AS figures,
       GROUP_CONCAT(CASE WHEN times = 0 THEN address END) AS missing,
       GROUP_CONCAT(CASE WHEN times > 1 THEN address END) AS addresses
FROM {batch}
WHERE tbl = '[table]' AND table_found = 1 AND column_found = 1 AND doubted = 0
GROUP BY report, line HAVING SUM(times <> 1) > 0
"""
_MISSING_COLUMN = """
SELECT report, tbl || '.*.' || col AS place FROM {batch}
WHERE tbl = 'table3' AND table_found = 1 AND column_found = 0
GROUP BY report, tbl, col HAVING SUM(doubted) = 0
"""
_NOT_A_COUNT = """
SELECT report, address AS place, address AS addresses, kind FROM {batch}
WHERE tbl = '[table]' AND times = 1 AND doubted = 0 AND is_blank = 0 AND proper = 0
"""
_NEGATIVE = """
SELECT report, address AS place, address AS addresses FROM {batch}
WHERE tbl = '[table]' AND doubted = 0 AND signed = 0 AND value < 0
"""
_SUM = """
SELECT c.report AS report, o.place AS place,
       SUM(CASE WHEN o.side = 'left' THEN c.counted ELSE 0 END) AS left_side,
       SUM(CASE WHEN o.side = 'right' THEN c.counted ELSE 0 END) AS right_side
FROM {batch} c CROSS JOIN {operands} o ON o.address = c.address
WHERE o.rule = '[rule]'
GROUP BY c.report, o.place HAVING COUNT(c.counted) = COUNT(*) AND left_side <> right_side
"""
_TOTAL_BLANK = """
SELECT c.report AS report, o.total AS place, o.total AS addresses
FROM {batch} c CROSS JOIN {operands} o ON o.address = c.address
WHERE o.rule IN ([rules])
GROUP BY c.report, o.total
HAVING MAX(o.side = 'right' AND c.is_blank AND NOT c.doubted) = 1 AND MAX(o.side = 'left' AND c.counted <> 0) = 1
   AND NOT EXISTS (SELECT 1 FROM {batch} d WHERE d.report = c.report AND d.tbl = '[table]' AND d.doubted = 1)
"""
_BLANK = """
SELECT report, tbl AS place, GROUP_CONCAT(address) AS addresses FROM {batch}
WHERE is_blank = 1 AND doubted = 0 GROUP BY report, tbl
"""
_WRONG_FORM = """
SELECT DISTINCT report, tbl AS place FROM {batch} WHERE table_found = 1 AND serves_year = 0 AND doubted = 0
"""
_TEXT = """
SELECT k.report AS report, k.place AS place, k.claim AS claim, k.stated AS left_side, SUM(c.counted) AS right_side,
       GROUP_CONCAT(c.address) AS addresses
FROM {claims} k JOIN {claim_operands} o ON o.report = k.report AND o.claim = k.claim
     JOIN {batch} c ON c.report = o.report AND c.address = o.address
WHERE k.rule = '[rule]'
GROUP BY k.report, k.claim HAVING COUNT(c.counted) = COUNT(*) AND left_side <> right_side
"""
_TEXT_ITSELF = """
SELECT k.report AS report, k.place AS place, k.claim AS claim, k.stated AS left_side, k.against AS right_side
FROM {claims} k
WHERE k.rule = '[rule]' AND k.stated <> k.against AND EXISTS (SELECT 1 FROM {batch})
"""

QUERIES: dict[str, str] = {
    **{f"{code}.MISSING_TABLE": _MISSING_TABLE.replace("[table]", table) for code, table in _CODES.items()},
    "T2.MISSING_ROW": _MISSING_LINE.replace("[table]", "table2"),
    "T3.MISSING_ROW": _MISSING_LINE.replace("[table]", "table3"),
    "T3.MISSING_COLUMN": _MISSING_COLUMN,
    "T4.MISSING_GROUP": _MISSING_LINE.replace("[table]", "table4"),
    **{f"{code}.NOT_A_COUNT": _NOT_A_COUNT.replace("[table]", table) for code, table in _CODES.items()},
    **{f"{code}.NEGATIVE": _NEGATIVE.replace("[table]", table) for code, table in _CODES.items()},
    **{rule: _SUM.replace("[rule]", rule) for rule in _SUMS},
    "T3.TOTAL_BLANK": _TOTAL_BLANK.replace("[rules]", "'T3.ROW_SUM', 'T3.COLUMN_SUM'").replace("[table]", "table3"),
    "T4.TOTAL_BLANK": _TOTAL_BLANK.replace("[rules]", "'T4.ROW_SUM'").replace("[table]", "table4"),
    "CELL.BLANK": _BLANK,
    "FORMAT.YEAR_MISMATCH": _WRONG_FORM,
    **{
        rule.code: (_TEXT_ITSELF if rule.code == "TEXT.PARTS" else _TEXT).replace("[rule]", rule.code)
        for rule in TEXT_RULES
    },
}
