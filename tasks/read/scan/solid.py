"""Rules of one sheet are drawn alike: where they are solid, what is broken between two rows is strokes of characters.

In rows hardly higher than their print, characters reach from rule to rule, and what stands below each other looks like
a rule in its length. It has white where one character ends and the next begins, which a rule drawn solidly has not.
"""

from __future__ import annotations

import cv2
import numpy as np

from tasks.read.scan.picture import Pixels

_WHOLE, _SOLID, _BROKEN = 0.99, 0.96, 0.9
"""Of its length: so much ink has a rule that no print may be told from, one that is drawn solidly, and strokes less."""
_MOST = 0.7
"""Of the length of all that reaches from rule to rule: so much is solid where rules are."""
_BARE, _GROWN = 0.03, 0.05
"""Of a piece's length: with so little ink beside it there is none, with more than that ink grows out of it."""


def solid_alone(found: Pixels, lines: Pixels, ink: Pixels, crossing: Pixels, alone: int) -> Pixels:
    """Of `found`, without the pieces that are broken if most of its rules are not; and with those of `lines` again that
    are whole from one crossing rule to the next. Runs of the length `alone` are beyond doubt."""
    bars = np.asarray(cv2.dilate(crossing, np.ones((3, 3), np.uint8)), np.uint8)
    pieces = np.asarray(cv2.bitwise_and(lines, cv2.bitwise_not(bars)), np.uint8)
    between = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(bars)), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
    boxes = stats[:, : cv2.CC_STAT_AREA].tolist()
    is_found = np.bincount(labels[found > 0], minlength=count) > 0
    is_whole = np.array([False, *(reaches(bars, *box) for box in boxes[1:])])
    shares = np.array([1.0, *(_inked(ink[y : y + high, x : x + wide]) for x, y, wide, high in boxes[1:])])
    lengths = stats[:, cv2.CC_STAT_WIDTH] * (is_whole & is_found)
    if lengths[shares >= _SOLID].sum() < _MOST * lengths.sum():
        return found
    _, runs, run_stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    result = found.copy()
    for n in np.flatnonzero(np.where(is_found, shares < _WHOLE, is_whole & (shares >= _WHOLE))).tolist():
        x, y, wide, high = boxes[n]
        place = slice(y, y + high), slice(x, x + wide)
        own, near = labels[place] == n, beside(between, *boxes[n])
        of = np.unique(runs[place][own])
        is_long = bool((run_stats[of[of > 0], cv2.CC_STAT_WIDTH] >= alone).any())
        if not is_found[n] and near <= _BARE:
            result[place][own] = 255
        elif is_found[n] and (shares[n] < _BROKEN or near > _GROWN) and not is_long:
            result[place][own] = 0
    return result


def _inked(ink: Pixels) -> float:
    """How much of its length a piece has ink in, by the three rows of pixels next to each other that have most."""
    three = np.asarray(cv2.dilate(ink, np.ones((3, 1), np.uint8)), np.uint8)
    return float((three > 0).mean(axis=1).max())


def reaches(bars: Pixels, x: int, y: int, wide: int, high: int) -> bool:
    """Whether a piece goes right from one crossing rule to the next."""
    ends = bars[y : y + high, max(0, x - 2) : x], bars[y : y + high, x + wide : x + wide + 2]
    return all(end.any() for end in ends)


def beside(between: Pixels, x: int, y: int, wide: int, high: int) -> float:
    """For how much of a piece's length there is other ink at its side, where there is more."""
    around = between[max(0, y - 2) : y + high + 2, x : x + wide]
    return max(float((around[side] > 0).mean()) for side in (0, -1))
