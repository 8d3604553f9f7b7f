"""What a kind of edit is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.plausible.document import Cell, Draft, Table

Apply = Callable[[Draft, random.Random], None]


class NotHere(Exception):  # noqa: N818 - an answer, not an error
    """This draft has no place for the edit; another may have."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An edit that somebody makes in practice, in the media where it occurs; `form` if only one form has it."""

    name: str
    media: tuple[str, ...]
    apply: Apply
    form: str | None = None


KINDS: dict[str, Kind] = {}
PAGES = ("pdf", "docx", "html")
TEXTS = ("md", "tabs", "lines", "bars", "pipes", "spaced")
ALL = (*PAGES, *TEXTS)
GRIDS = (*PAGES, "md", "tabs", "pipes", "bars", "spaced")
"""Media in which a row is told from the next."""


def kind(*media: str, form: str | None = None) -> Callable[[Apply], Apply]:
    """Register a function as the kind of its name."""

    def register(apply: Apply) -> Apply:
        KINDS[apply.__name__] = Kind(apply.__name__, media, apply, form)
        return apply

    return register


def insert_row(table: Table, at: int, row: list[Cell]) -> None:
    """A row before row `at`; what spans over this place is a row longer."""
    if at < len(table.rows):
        for cell in {id(c): c for c, _ in table.grid()[at]}.values():
            if cell not in table.rows[at]:
                cell.rows += 1
    table.rows.insert(at, row)
