"""The guarded processes that there are: what each is for, and what it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """What a guarded process may take. `memory_bytes` of address space is beyond what it has before a call."""

    cpu_seconds: float
    """What all calls about one file may take together."""
    wall_seconds: float
    """What one call may take: twice of what it would, had it a processor for itself all the time; that several times,
    if it wants one and gets little of it."""
    memory_bytes: int
    growth_bytes: int
    """A process that has grown by more is not used again."""
    cpu_seconds_a_page: float = 0.0

    def of_pages(self, pages: int) -> Limits:
        """What a file of so many pages may take."""
        more = self.cpu_seconds_a_page * pages
        return replace(self, cpu_seconds=self.cpu_seconds + more, wall_seconds=self.wall_seconds + 2 * more)


@dataclass(frozen=True, slots=True)
class Place:
    """A guarded process by what it is for.

    `warm` names a function (module:function) that is called when the process starts, which counts for no file; without
    a call for `idle_seconds` the process is ended, and started again when it is needed.
    """

    name: str
    limits: Limits
    warm: str = ""
    idle_seconds: float | None = None

    def arguments(self) -> Sequence[str]:
        """What its process is started with, besides the pipe."""
        return str(self.limits.memory_bytes), str(self.limits.growth_bytes), self.warm


_MODELS = "tasks.read.ocr.engine:recogniser"

READING = Place("reading", Limits(15.0, 30.0, 768 << 20, 192 << 20))
"""Reads files by their characters."""
EYE = Place("eye", Limits(10.0, 60.0, 512 << 20, 192 << 20), _MODELS, 60.0)
"""Looks at cells of digital files: apart from OCR, so that it never waits for somebody's scan."""
OCR = Place("ocr", Limits(10.0, 60.0, 768 << 20, 256 << 20, cpu_seconds_a_page=8.0), _MODELS, 60.0)
"""Reads pictures; with its models, 1 GiB in all."""
