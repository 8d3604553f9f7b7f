"""Which years have changed, and when that is worth a compaction: a burst is over, and enough changed or waited long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tasks.lake.marts.changes import Change, changes
from tasks.lake.marts.mart import report_years
from tasks.settings import Place
from tasks.storage import S3Client

QUIET = timedelta(seconds=15)
"""No report has changed for so long: the burst is over."""

PATIENCE = timedelta(minutes=15)
"""A change waits no longer than this, however busy the lake or large the marts."""

ENOUGH = 0.01
"""The share of the mart's reports that must have changed: a national year takes half a minute to write."""


def noted_by_year(s3: S3Client, lake: Place, *, full: bool = False) -> dict[int, list[Change]]:
    """The notes of each year that has any; `full` has all years of the lake, also those without notes."""
    noted: dict[int, list[Change]] = {year: [] for year in report_years(s3, lake)} if full else {}
    for change in changes(s3, lake):
        noted.setdefault(change.year, []).append(change)
    return noted


def is_due(noted: Iterable[Change], reports: int, now: datetime) -> bool:
    """Whether to compact a year with these notes, whose mart has so many `reports`."""
    instants = [change.at for change in noted]
    if not instants:
        return False
    is_late = now - min(instants) >= PATIENCE
    return is_late or (now - max(instants) >= QUIET and len(instants) >= ENOUGH * reports)
