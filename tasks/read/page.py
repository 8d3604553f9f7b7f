"""What the geometry of a page is to the readers: characters and ruling lines, upright, in points from the top left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from expectations.evidence import BBox


class Char(NamedTuple):
    """One character with its loose box (advance width by font height) and its middle."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    x: float
    y: float


_new_char: Callable[[tuple[object, ...]], Char] = partial(tuple.__new__, Char)
"""As `Char._make`, in half the time: a report has thousands."""

Boxes = npt.NDArray[np.float64]
"""Shape (4, n): x0, top, x1, bottom of n boxes."""


def chars_at(texts: Iterable[str], boxes: Boxes) -> list[Char]:
    """Each of `texts` in its box."""
    x0, top, x1, bottom = boxes
    columns = (*boxes.tolist(), ((x0 + x1) / 2).tolist(), ((top + bottom) / 2).tolist())
    return list(map(_new_char, zip(texts, *columns, strict=True)))


class Rule(NamedTuple):
    """A ruling line: at `at` (x of a vertical one, y of a horizontal one), from `start` to `end`."""

    at: float
    start: float
    end: float


class Unsure(NamedTuple):
    """A place of a page where print and text part: its box, upright, and what stands there, in Chinese."""

    box: BBox
    what: str


class Note(NamedTuple):
    """What an annotation writes on a page: its box, and the characters that it has among those of the page."""

    box: BBox
    chars: frozenset[Char]


@dataclass(frozen=True, slots=True)
class Page:
    """A page turned upright. `turn` is the clockwise turn in degrees that made its text upright.

    `chars` stand in the order in which the file draws them, which owes nothing to where they stand; `gaps[i]` is
    what the drawing order has before `chars[i]`: nothing, a space, or a line break. `pictures` are the boxes of all
    pictures, `notes` what annotations write, `unsure` where print and text part, `marks` those of footnotes,
    `dropped` where characters may stand that the engine has no font for.
    """

    number: int
    width: float
    height: float
    turn: int
    chars: tuple[Char, ...] = field(repr=False)
    horizontal: tuple[Rule, ...] = field(repr=False)
    vertical: tuple[Rule, ...] = field(repr=False)
    gaps: tuple[str, ...] = field(repr=False)
    pictures: tuple[BBox, ...] = ()
    notes: tuple[Note, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    marks: tuple[BBox, ...] = ()
    dropped: tuple[BBox, ...] = ()
    signs: tuple[str, ...] = ()
    """What makes it likelier that the characters are not what the page shows."""

    @property
    def image_cover(self) -> float:
        """The share of the page that pictures cover, 0 to 1: a scan may come in strips."""
        shown = (
            max(0.0, min(x1, self.width) - max(x0, 0)) * max(0.0, min(bottom, self.height) - max(top, 0))
            for x0, top, x1, bottom in self.pictures
        )
        return min(1.0, sum(shown) / (self.width * self.height or 1))

    def without(self, hidden: Collection[Char]) -> Page:
        """The page less these characters."""
        if not hidden:
            return self
        kept = [n for n, char in enumerate(self.chars) if char not in hidden]
        return replace(self, chars=tuple(self.chars[n] for n in kept), gaps=tuple(self.gaps[n] for n in kept))

    def as_displayed(self, box: BBox) -> BBox:
        """`box` of this upright page in the coordinates of the page as a viewer shows it."""
        if self.turn == 0:
            return box
        x0, top, x1, bottom = box
        if self.turn == 90:
            return top, self.width - x1, bottom, self.width - x0
        if self.turn == 180:
            return self.width - x1, self.height - bottom, self.width - x0, self.height - top
        return self.height - bottom, x0, self.height - top, x1
