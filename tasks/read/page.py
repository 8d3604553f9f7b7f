"""What the geometry of a page is to the readers: characters and ruling lines, upright, in points from the top left."""

from __future__ import annotations

from dataclasses import dataclass, field

from expectations.evidence import BBox


@dataclass(frozen=True, slots=True)
class Char:
    """One character with its loose box (advance width by font height)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruling line: at `at` (x of a vertical one, y of a horizontal one), from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page turned upright. `turn` is the clockwise turn in degrees that made its text upright.

    `chars` stand in the order in which the file draws them, which owes nothing to where they stand; `gaps[i]` is
    what the drawing order has before `chars[i]`: nothing, a space, or a line break.
    """

    number: int
    width: float
    height: float
    turn: int
    chars: tuple[Char, ...] = field(repr=False)
    horizontal: tuple[Rule, ...] = field(repr=False)
    vertical: tuple[Rule, ...] = field(repr=False)
    gaps: tuple[str, ...] = field(repr=False)
    image_cover: float = 0.0

    def as_displayed(self, box: BBox) -> BBox:
        """`box` of this upright page in the coordinates of the page as a viewer shows it."""
        x0, top, x1, bottom = box
        if self.turn == 90:
            box = (top, self.width - x1, bottom, self.width - x0)
        elif self.turn == 180:
            box = (self.width - x1, self.height - bottom, self.width - x0, self.height - top)
        elif self.turn == 270:
            box = (self.height - bottom, x0, self.height - top, x1)
        return tuple(round(v, 2) for v in box)  # type: ignore[return-value]
