"""Bold by striking twice: the same character again, nearly in the same place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tasks.read.page import Boxes

_NEAR = 0.3
"""Of a character's smaller side: neighbours in a line are always farther apart."""


def struck_once(texts: Sequence[str], boxes: Boxes) -> list[int]:
    """The indices of the characters that are the first in their place."""
    kinds = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    kind = np.fromiter(map(kinds.__getitem__, texts), dtype=int, count=len(texts))
    x0, top, x1, bottom = boxes
    middles = (x0 + x1) / 2, (top + bottom) / 2
    order = np.lexsort((middles[0] + middles[1], kind))  # along a diagonal: few that are not near are next to another
    kind, x, y = kind[order], *(middle[order] for middle in middles)
    near = _NEAR * np.minimum(x1 - x0, bottom - top)[order]
    is_first = np.ones(len(texts), dtype=bool)
    left = np.arange(len(texts))
    for step in range(1, len(texts)):
        left = left[left + step < len(texts)]
        right = left + step
        across, down = x[right] - x[left], y[right] - y[left]
        is_next = (kind[right] == kind[left]) & (across + down < 2 * near[left])
        left, right, across, down = left[is_next], right[is_next], across[is_next], down[is_next]
        if not len(left):
            break
        on_it = (abs(across) < near[left]) & (abs(down) < near[left])
        is_first[np.maximum(order[left], order[right])[on_it]] = False
    found: list[int] = np.flatnonzero(is_first).tolist()
    return found
