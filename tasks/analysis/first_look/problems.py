"""Which agencies' reports have the most findings, in the lake and in the quarantine together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import duckdb

from expectations.evidence import Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
MOST = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What was found in an agency's report, by severity."""

    agency: str
    counts: tuple[int, ...]

    @property
    def order(self) -> tuple[object, ...]:
        """The most findings first, then the gravest."""
        return (-sum(self.counts), *(-count for count in self.counts), self.agency)


@dataclass(frozen=True, slots=True)
class Problems:
    """Findings of a year's `reports`: the agencies with the most, and how many we leave out because we are in doubt."""

    reports: int
    most: tuple[Problem, ...]
    doubts: int


def problems(lake: duckdb.DuckDBPyConnection, quarantine: duckdb.DuckDBPyConnection, year: int) -> Problems:
    """The findings of a year. Of a report that is in both places, the one in quarantine is the newer."""
    newer = {report for (report,) in _fetch(quarantine, "SELECT report_id FROM reports WHERE year = $year", year)}
    older = {report for (report,) in _fetch(lake, "SELECT report_id FROM reports WHERE year = $year", year)} - newer
    found = [*_found(quarantine, year, newer), *_found(lake, year, older)]
    counts: dict[str, Counter[str]] = {}
    for agency, severity, count, _ in found:
        counts.setdefault(agency, Counter())[severity] += count
    every = (Problem(agency, tuple(c[s] for s in SEVERITIES)) for agency, c in counts.items() if c.total())
    return Problems(
        len(newer | older), tuple(sorted(every, key=lambda p: p.order)[:MOST]), sum(doubts for *_, doubts in found)
    )


def _found(place: duckdb.DuckDBPyConnection, year: int, reports: set[str]) -> Iterator[tuple[str, str, int, int]]:
    """Agency, severity, how many findings are the report's own, and how many are our doubts."""
    sql = """
        SELECT report_id, agency, severity::VARCHAR, count(*) FILTER (fault IS DISTINCT FROM 'reading'),
            count(*) FILTER (fault = 'reading')
        FROM findings WHERE year = $year AND outcome = 'fail' GROUP BY ALL"""
    return ((agency, *rest) for report, agency, *rest in _fetch(place, sql, year) if report in reports)


def _fetch(place: duckdb.DuckDBPyConnection, sql: str, year: int) -> list[Any]:
    return place.execute(sql, {"year": year}).fetchall()
