"""Bold by striking twice: the same character again, nearly in the same place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tasks.read.page import Char

_NEAR = 0.3
"""Of a character's smaller side: neighbours in a line are always farther apart."""


def struck_once(chars: Sequence[Char]) -> list[int]:
    """The indices of the characters that are the first in their place."""
    is_first = [True] * len(chars)
    alike: dict[str, list[int]] = defaultdict(list)
    for index, char in enumerate(chars):
        alike[char.text].append(index)
    for indices in alike.values():
        if len(indices) > 1:
            _cross_out(chars, sorted(indices, key=lambda i: chars[i].x), is_first)
    return [index for index, first in enumerate(is_first) if first]


def _cross_out(chars: Sequence[Char], indices: Sequence[int], is_first: list[bool]) -> None:
    """Of the same character at `indices`, from the left, leave the first drawn of those that lie on each other."""
    for place, left in enumerate(indices):
        x, y, near = chars[left].x, chars[left].y, _near(chars[left])
        for right in indices[place + 1 :]:
            if chars[right].x - x >= near:
                break
            if abs(chars[right].y - y) < near:
                is_first[max(left, right)] = False


def _near(char: Char) -> float:
    return _NEAR * min(char.x1 - char.x0, char.bottom - char.top)
