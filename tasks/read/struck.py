"""Bold by striking twice: the same character again, nearly in the same place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import product

import numpy as np

from tasks.read.page import Char

_NEAR = 0.3
"""Of a character's smaller side: neighbours in a line are always farther apart."""
_ROOM = 4.0
"""Points: twice as much as any two of the usual size that are struck on each other lie apart."""


def struck_once(chars: Sequence[Char]) -> list[int]:
    """The indices of the characters that are the first in their place."""
    is_first = [True] * len(chars)
    alike: dict[str, list[int]] = defaultdict(list)
    for index in _crowded(chars):
        alike[chars[index].text].append(index)
    for indices in alike.values():
        if len(indices) > 1:
            _cross_out(chars, sorted(indices, key=lambda i: chars[i].x), is_first)
    return [index for index, first in enumerate(is_first) if first]


def _crowded(chars: Sequence[Char]) -> list[int]:
    """The characters that have another of their kind close by, or are so large that it may be farther away."""
    boxes = np.array([char[1:] for char in chars], dtype=float).reshape(-1, 6).T
    names: dict[str, int] = {}
    kind = np.array([names.setdefault(char.text, len(names)) for char in chars], dtype=np.int64)
    crowded = _NEAR * np.minimum(boxes[2] - boxes[0], boxes[3] - boxes[1]) > _ROOM / 2
    for shift_x, shift_y in product((0.0, _ROOM / 2), repeat=2):
        across, down = (
            ((boxes[4] + shift_x) // _ROOM).astype(np.int64),
            ((boxes[5] + shift_y) // _ROOM).astype(np.int64),
        )
        _, place, times = np.unique((kind << 40) + (across << 20) + down, return_inverse=True, return_counts=True)
        crowded |= times[place] > 1
    found: list[int] = np.flatnonzero(crowded).tolist()
    return found


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
