"""The pieces of ink in the cells of a picture: mostly one digit each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from tasks.read.eye.pages import Part, Pixels
from tasks.read.ocr.crops import tight

INK = 170
"""Shades of gray: what is darker is ink."""
_BORDER, _AROUND = 1.5, 1.0
"""Points: what a cell between rules loses at its sides, and what a box of characters gains."""
_DUST = 4
"""Pixels that the box of a piece has at least."""
_FLAT, _LOW = 1.8, 0.35
"""Width by height of a dash at least; height of a point or dash at most, by that of the highest piece of its cell."""

_BELOW = 0.06
"""Of a digit's height: a comma reaches so far below the line, a point does not."""
_TALL = 2.6
"""Height by width of a point, at most."""
_EVEN = 0.4
"""Of the darkness of its rows: a stroke has the same from end to end."""


class Glyph(NamedTuple):
    """A piece of ink: its box in pixels of the part, and its picture."""

    x0: int
    top: int
    x1: int
    bottom: int
    picture: Pixels

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def is_flat(self) -> bool:
        """Whether it is a dash by its shape."""
        return self.width >= _FLAT * self.height


def rooms(part: Part, boxes: Sequence[tuple[float, float, float, float]], is_ruled: Sequence[bool]) -> Boxes:
    """Where ink belongs to each cell, in pixels."""
    less = np.where(np.array(is_ruled), _BORDER, -_AROUND)[:, None] * part.scale
    room: Boxes = part.boxes(boxes) + less * np.array([1, 1, -1, -1])
    return room


Boxes = npt.NDArray[np.float64]


def by_cell(part: Part, room: Boxes) -> Iterator[list[Glyph] | None]:
    """The pieces of ink in each cell in reading order; None for a cell that shares one with its neighbourhood."""
    pieces = _pieces(part.gray)
    left, upper, right, lower = pieces.T
    cx, cy = (left + right) / 2, (upper + lower) / 2
    x0, top, x1, bottom = room.T[:, :, None]
    inside = (x0 <= cx) & (cx <= x1) & (top <= cy) & (cy <= bottom)
    is_within = (x0 - 2 <= left) & (right <= x1 + 2) & (top - 2 <= upper) & (lower <= bottom + 2)
    is_larger = (right - left > x1 - x0) | (lower - upper > bottom - top)
    is_shared = (inside & ~is_within & ~is_larger).any(axis=1)
    for cell, own in enumerate(inside & is_within):
        if is_shared[cell]:
            yield None
        else:
            yield _in_order([_glyph(part.gray, *pieces[n].tolist()) for n in np.flatnonzero(own)])


def _pieces(gray: Pixels) -> npt.NDArray[np.int_]:
    """The boxes of connected pieces of ink, those within rings of others too: x0, top, x1, bottom in rows."""
    outlines, tree = cv2.findContours((gray < INK).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outer = np.flatnonzero(tree[0][:, 3] < 0).tolist() if len(outlines) else []
    boxes = np.array([cv2.boundingRect(outlines[n]) for n in outer], dtype=int).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    is_ink: npt.NDArray[np.int_] = boxes[np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) >= _DUST]
    return is_ink


def _glyph(gray: Pixels, x0: int, top: int, x1: int, bottom: int) -> Glyph:
    return Glyph(x0, top, x1, bottom, gray[top:bottom, x0:x1])


def _in_order(glyphs: list[Glyph]) -> list[Glyph]:
    """From line to line, each from the left: a figure may be broken in a narrow cell."""
    if len(glyphs) < 2:
        return glyphs
    lines: list[list[Glyph]] = []
    end = 0
    for glyph in sorted(glyphs, key=lambda g: g.top):
        if lines and glyph.top < end:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
        end = max(end, glyph.bottom)
    return [glyph for line in lines for glyph in sorted(line, key=lambda g: g.x0)]


def crop_of(glyph: Glyph) -> Pixels:
    """Its picture as the recognition model wants it."""
    crop = tight(glyph.picture)
    return glyph.picture if crop is None else crop


def is_slanted(glyph: Glyph) -> bool:
    """Whether it is a slash by its shape: one straight stroke from the lower left to the upper right, all its width."""
    darkness = 255.0 - glyph.picture
    rows = darkness.sum(axis=1)
    if glyph.height < 8 or not rows.all():
        return False
    middles = (darkness * np.arange(glyph.width)).sum(axis=1) / rows
    heights = np.arange(glyph.height)
    slope, start = np.polyfit(heights, middles, 1)
    off = np.abs(middles - (slope * heights + start)).max()
    edge = glyph.height // 8 + 1
    inner = rows[edge:-edge]
    is_even = inner.max() - inner.min() <= _EVEN * float(np.median(inner))
    return bool(-slope * glyph.height > 0.55 * glyph.width and off < max(1.5, 0.08 * glyph.height) and is_even)


def point(glyph: Glyph, among: Sequence[Glyph]) -> str:
    """A point, comma or dash that stands low and small among digits; empty if it is none of these, or hard to tell."""
    highest = max(among, key=lambda g: g.height)
    if glyph.height > _LOW * highest.height:
        return ""
    if glyph.is_flat:
        return "-"
    line = highest.bottom
    if glyph.width > _LOW * highest.height or glyph.top < line - _LOW * highest.height:
        return ""
    if glyph.bottom > line + _BELOW * highest.height:
        return ","
    return "." if glyph.height <= _TALL * glyph.width else ""
