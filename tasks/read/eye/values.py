"""What the eye is asked and what it answers. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.evidence import BBox


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure as it was read; `is_ruled`: its box is that of the cell between rules, else that of its characters."""

    address: str
    page: int
    bbox: BBox
    raw: str
    is_ruled: bool


NOTHING = "空白"
"""What is seen where there is no ink."""


@dataclass(frozen=True, slots=True)
class Differs:
    """Where the page shows something else than was read."""

    where: str
    seen: str


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch that names the report: what was read, and what is seen; None where the eye is silent."""

    read: str
    seen: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """Addresses of the cells that show what was read, of those on which the eye is silent, and where it differs."""

    agreed: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    differs: tuple[Differs, ...] = ()
    naming: tuple[Line, ...] = ()
