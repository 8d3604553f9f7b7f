"""The guarded processes, as tests need them: with other limits, and by themselves."""

from dataclasses import replace

from tasks.read import guard
from tasks.read.guard.place import READING


def limit(monkeypatch, where=READING, **changes):
    """Files that come in from now on find other limits there."""
    monkeypatch.setattr(guard._guards[where], "limits", replace(where.limits, **changes))


def child(where=READING):
    """What its guard knows of the process: None if there is none."""
    return guard._guards[where]._child
