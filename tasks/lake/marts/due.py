"""When changes are worth a compaction: a burst is over, or has lasted long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tasks.ledger import Change

QUIET = timedelta(seconds=2)
"""No report has changed for so long: the burst is over."""

PATIENCE = timedelta(minutes=2)
"""A change waits no longer than this, however busy the lake."""


def is_due(noted: Iterable[Change], now: datetime) -> bool:
    """Whether to compact a year with these changes."""
    instants = [change.at for change in noted]
    if not instants:
        return False
    return now - min(instants) >= PATIENCE or now - max(instants) >= QUIET
