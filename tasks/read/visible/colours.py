"""Colours as red, green and blue, 0 to 255."""

from __future__ import annotations

Colour = tuple[int, int, int]
_ALIKE = 16


def look_alike(one: Colour, other: Colour) -> bool:
    """Whether print of one colour is not seen on the other."""
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))
