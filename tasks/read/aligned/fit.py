"""Which fragments of print, read in order, make which labels of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.read.labels import LIKELY, Names, similarity

_MOST = 20
"""Fragments that one label may be broken into."""
_TOO_MANY = 500
"""No table breaks its labels into so many fragments; the time grows with their number."""
_SHORT, _LONGEST = 40, 2.0
"""A label with its explanations has at most 40 characters more than twice the form's."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Fragments `start`..`end` - 1 print the label with index `label`."""

    label: int
    start: int
    end: int
    score: float


def fit(fragments: Sequence[str], names: Names) -> list[Fit]:
    """The likeliest reading: labels in order, each made of consecutive fragments; both may be left over."""
    if len(fragments) > _TOO_MANY:
        return []
    width = len(names) + 1
    best = [[0.0] * width for _ in range(len(fragments) + 1)]
    limits = [_SHORT + _LONGEST * max(map(len, options)) for options in names]
    taken: list[list[Fit | None]] = [[None] * width for _ in range(len(fragments) + 1)]
    for i in range(1, len(fragments) + 1):
        for j in range(1, width):
            best[i][j] = max(best[i - 1][j], best[i][j - 1])
            for start in range(i - 1, max(-1, i - 1 - _MOST), -1):
                text = "".join(fragments[start:i])
                if len(text) > limits[j - 1]:
                    break
                score = _score(text, names[j - 1])
                if score >= LIKELY and best[start][j - 1] + score > best[i][j]:
                    best[i][j] = best[start][j - 1] + score
                    taken[i][j] = Fit(j - 1, start, i, score)
    return _traced(best, taken)


def _score(text: str, names: Sequence[str]) -> float:
    return max(similarity(text, name) for name in names)


def _traced(best: list[list[float]], taken: list[list[Fit | None]]) -> list[Fit]:
    found: list[Fit] = []
    i, j = len(best) - 1, len(best[0]) - 1
    while i and j:
        here = taken[i][j]
        if here and best[i][j] > max(best[i - 1][j], best[i][j - 1]):
            found.append(here)
            i, j = here.start, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return found[::-1]
