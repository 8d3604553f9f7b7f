"""What the charts show, computed from the lake in SQL. A blank counts as 0 in every sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.forms import FORMS, identities
from expectations.forms.model import Row
from tasks.lake.agencies import normal_name
from tasks.lake.schemas import APPLICANTS

Parameters = dict[str, Any]

BINS = 10
"""Of the distribution of disclosure rates, all equally wide."""


def _result_rows() -> dict[str, Row]:
    sums = (i for form in FORMS.values() for i in identities(form) if i.rule == "T3.COLUMN_SUM")
    codes = {address.removeprefix("table3.").rpartition(".")[0] for identity in sums for address in identity.left}
    return {row.code: row for form in FORMS.values() for row in form.rows if row.code in codes}


RESULT_ROWS = _result_rows()
"""The rows of table 3 that are results, of both forms; neither their total nor what is carried forward is one."""

APPLICANT_CODES = tuple(code for code in APPLICANTS if code != "total")

_FACTS = """
CREATE TEMP TABLE facts AS
SELECT year, normal_name(agency) AS agency, read.* EXCLUDE (report_id, year), read.report_id IS NOT NULL AS is_read
FROM reports LEFT JOIN (
    SELECT report_id, year,
        sum(total) FILTER (row = 'new') AS received,
        sum(total) FILTER (row = ANY($results)) AS results,
        sum(total) FILTER (row IN ('granted', 'partial')) AS disclosed,
        sum(total) FILTER (row = 'carried_forward') AS carried_forward
    FROM applications GROUP BY report_id, year
) AS read USING (report_id, year)
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Table 3 of all `reports` of a year, summed; `read` of them have such a table."""

    year: int
    reports: int
    read: int
    received: int
    results: int
    disclosed: int
    carried_forward: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How many agencies have a disclosure rate in each tenth; `without` have no results at all."""

    bins: tuple[int, ...]
    without: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A group of table 4 in a year: cases corrected, among the `decided` ones."""

    year: int
    group: str
    reports: int
    corrected: int
    decided: int


def prepare(lake: duckdb.DuckDBPyConnection) -> None:
    """Read what is asked for more than once: a row for each report."""
    lake.create_function("normal_name", normal_name, ["VARCHAR"], "VARCHAR")
    lake.execute(_FACTS, {"results": list(RESULT_ROWS)})


def sums(lake: duckdb.DuckDBPyConnection) -> tuple[Sums, ...]:
    """Every year of the lake, in order."""
    return _sums(lake, "SELECT * FROM facts", {})


def matched(lake: duckdb.DuckDBPyConnection, before: int, after: int) -> tuple[Sums, ...]:
    """Two years, each summed over the agencies that have table 3 in both; nothing if there are none."""
    both = "SELECT agency FROM facts WHERE is_read AND year IN ($before, $after) GROUP BY agency HAVING count(*) = 2"
    facts = f"SELECT * FROM facts WHERE is_read AND year IN ($before, $after) AND agency IN ({both})"
    return _sums(lake, facts, {"before": before, "after": after})


def agencies(lake: duckdb.DuckDBPyConnection) -> int:
    """How many agencies have reports, however their names are spaced or typed."""
    return int(_line(lake, "SELECT count(DISTINCT agency) FROM facts", {})[0])


def results(lake: duckdb.DuckDBPyConnection, year: int) -> dict[str, int]:
    """The applications of a year by the row of their result, in the form's order, without rows that no report has."""
    sql = """
        SELECT row::VARCHAR, coalesce(sum(total), 0) FROM applications
        WHERE year = $year AND row = ANY($rows) GROUP BY ALL"""
    found = dict(lake.execute(sql, {"year": year, "rows": list(RESULT_ROWS)}).fetchall())
    return {code: int(found[code]) for code in RESULT_ROWS if code in found}


def applicants(lake: duckdb.DuckDBPyConnection, year: int) -> dict[str, int]:
    """The new applications of a year by the kind of applicant."""
    columns = ", ".join(f"coalesce(sum({code}), 0)" for code in APPLICANT_CODES)
    found = _line(lake, f"SELECT {columns} FROM applications WHERE year = $year AND row = 'new'", {"year": year})
    return dict(zip(APPLICANT_CODES, map(int, found), strict=True))


def spread(lake: duckdb.DuckDBPyConnection, year: int) -> Spread:
    """The disclosure rates of the agencies in a year; the last tenth takes in 100 %."""
    sql = """
        SELECT CASE WHEN results > 0 THEN least(coalesce(disclosed, 0) * $bins // results, $bins - 1) END::INT, count(*)
        FROM facts WHERE year = $year AND is_read GROUP BY ALL"""
    found: Mapping[int | None, int] = dict(lake.execute(sql, {"bins": BINS, "year": year}).fetchall())
    return Spread(tuple(found.get(number, 0) for number in range(BINS)), found.get(None, 0))


def corrections(lake: duckdb.DuckDBPyConnection) -> tuple[Correction, ...]:
    """Every group of table 4 in every year; what is pending is not decided."""
    found = lake.execute(
        "SELECT year, proceeding::VARCHAR, count(DISTINCT report_id), coalesce(sum(corrected), 0), "
        'coalesce(sum(upheld), 0) + coalesce(sum(corrected), 0) + coalesce(sum("other"), 0) '
        "FROM disputes GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return tuple(Correction(int(year), group, *map(int, rest)) for year, group, *rest in found)


def _sums(lake: duckdb.DuckDBPyConnection, facts: str, parameters: Parameters) -> tuple[Sums, ...]:
    sql = f"""
        SELECT year, count(*), count(*) FILTER (is_read), coalesce(sum(received), 0), coalesce(sum(results), 0),
            coalesce(sum(disclosed), 0), coalesce(sum(carried_forward), 0)
        FROM ({facts}) GROUP BY year ORDER BY year"""
    return tuple(Sums(*map(int, line)) for line in lake.execute(sql, parameters).fetchall())


def _line(lake: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters) -> tuple[Any, ...]:
    return lake.execute(sql, parameters).fetchall()[0]
