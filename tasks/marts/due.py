"""When a year's marts are worth making again: a burst is over, and enough has changed or has waited long enough."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tasks.marts.changes import Change

QUIET = timedelta(seconds=15)
"""No report has changed for so long: the burst is over."""

PATIENCE = timedelta(minutes=15)
"""A change waits no longer than this, however busy the lake or large the marts."""

ENOUGH = 0.01
"""The share of the mart's reports that must have changed: a national year takes half a minute to write."""


def is_due(noted: Iterable[Change], reports: int, now: datetime) -> bool:
    """Whether to compact a year with these notes, whose mart has so many `reports`."""
    instants = [change.at for change in noted]
    if not instants:
        return False
    is_late = now - min(instants) >= PATIENCE
    return is_late or (now - max(instants) >= QUIET and len(instants) >= ENOUGH * reports)
