"""Bold by striking twice: the same character again, nearly in the same place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.read.page import Boxes

_NEAR = 0.3
"""Of a character's smaller side: neighbours in a line are always farther apart."""


def struck_once(texts: Sequence[str], boxes: Boxes) -> list[int]:
    """The indices of the characters that are the first in their place."""
    kinds: dict[str, int] = {}
    kind = np.array([kinds.setdefault(text, len(kinds)) for text in texts], dtype=int)
    x0, top, x1, bottom = boxes
    middle = (x0 + x1) / 2
    order = np.lexsort((middle, kind))
    kind, x, y = kind[order], middle[order], ((top + bottom) / 2)[order]
    near = _NEAR * np.minimum(x1 - x0, bottom - top)[order]
    is_first = np.ones(len(texts), dtype=bool)
    left = np.arange(len(texts))
    for step in range(1, len(texts)):
        left = left[left + step < len(texts)]
        right = left + step
        left = left[(kind[right] == kind[left]) & (x[right] - x[left] < near[left])]
        if not len(left):
            break
        right = left + step
        on_it = abs(y[right] - y[left]) < near[left]
        is_first[np.maximum(order[left], order[right])[on_it]] = False
    found: list[int] = np.flatnonzero(is_first).tolist()
    return found
