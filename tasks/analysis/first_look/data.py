"""All that a page shows, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from tasks.analysis.first_look import figures
from tasks.analysis.first_look.figures import Correction, Spread, Sums
from tasks.analysis.first_look.problems import Problems, problems


@dataclass(frozen=True, slots=True)
class Data:
    """The figures of `year` and of every year in the lake."""

    year: int
    every: tuple[Sums, ...]
    agencies: int
    waiting: Mapping[int, int]
    """Reports in the quarantine by year."""
    results: Mapping[str, int]
    applicants: Mapping[str, int]
    spread: Spread
    corrections: tuple[Correction, ...]
    matched: tuple[Sums, ...]
    """The year before and the year, over the agencies of both; empty if there are none."""
    problems: Problems

    @property
    def chosen(self) -> Sums:
        """Table 3 of the year."""
        return next(one for one in self.every if one.year == self.year)


@dataclass(frozen=True, slots=True)
class Nothing:
    """The lake has no report of the `year` that was asked for, or none at all."""

    year: int | None
    years: tuple[int, ...]
    waiting: int


def load(lake: duckdb.DuckDBPyConnection, quarantine: duckdb.DuckDBPyConnection, year: int | None) -> Data | Nothing:
    """The figures of `year`, or of the latest one in the lake."""
    figures.prepare(lake)
    every = figures.sums(lake)
    years = tuple(one.year for one in every)
    waiting = dict(quarantine.execute("SELECT year, count(*) FROM reports GROUP BY year").fetchall())
    chosen = year or max(years, default=None)
    if chosen not in years or chosen is None:
        return Nothing(year, years, sum(waiting.values()))
    before = max((one for one in years if one < chosen), default=None)
    return Data(
        year=chosen,
        every=every,
        agencies=figures.agencies(lake),
        waiting=waiting,
        results=figures.results(lake, chosen),
        applicants=figures.applicants(lake, chosen),
        spread=figures.spread(lake, chosen),
        corrections=figures.corrections(lake),
        matched=figures.matched(lake, before, chosen) if before else (),
        problems=problems(lake, quarantine, chosen),
    )


def rate(part: int, whole: int) -> float | None:
    """Part of a whole; None of nothing."""
    return part / whole if whole else None


def percent(value: float | None) -> str:
    """The rate as people read it."""
    return "—" if value is None else f"{value:.1%}"
