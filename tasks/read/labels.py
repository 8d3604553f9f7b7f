"""Matching what a report prints beside its numbers with the labels that the form prescribes, in the form's order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from rapidfuzz.distance import Indel

from tasks.read.characters import nfkc
from tasks.read.traditional import SIMPLIFIED

MATCH = 0.6
"""Least similarity for a label that stands where the form's order expects it."""
LIKELY = 0.75
"""Least similarity for a label among few that are unlike each other."""
CERTAIN = 0.85
"""Least similarity for a label that is recognised wherever it stands."""

_LONGEST = 500
"""Characters of what may be a label with its explanations; of anything longer only so many are kept."""

_EXPLANATION = re.compile(r"[(\[【〔].*?(?:[)\]】〕]|\Z)", re.DOTALL)
_NOT_KEY = re.compile(r"[\W_]+")
_ITEM_NUMBER = re.compile(r"\A[\s(]*([0-9]{1,2}|[一二三四五六七八九十])[\s).、．,:]*")


def key(text: str) -> str:
    """`text` without anything that printing may change: width, spaces, punctuation, traditional characters."""
    return _key(text) if len(text) <= _LONGEST else _long_key(text)


def _normal(text: str) -> str:
    return nfkc(text).translate(SIMPLIFIED)


def _key_of(text: str) -> str:
    return _NOT_KEY.sub("", _normal(text))


_key = lru_cache(maxsize=4096)(_key_of)
_long_key = lru_cache(maxsize=2)(_key_of)
"""The text of a whole document is asked for again and again, other long texts once."""


def unexplained(text: str) -> str:
    """`text`, a label, without what stands in brackets."""
    return _EXPLANATION.sub("", text[: 2 * _LONGEST])


@lru_cache(maxsize=4096)
def _variants(text: str) -> tuple[str, ...]:
    """The key of `text`, and those without explanations in brackets and without the item number before it."""
    normal = _normal(text)
    number = _ITEM_NUMBER.match(normal)
    prefix, rest = (number[0], normal[number.end() :]) if number else ("", normal)
    short = unexplained(rest)
    found = (key(prefix + rest), key(prefix + short), key(rest), key(short))
    return tuple(dict.fromkeys(v for v in found if v))


def similarity(printed: str, label: str) -> float:
    """How alike `printed`, or the beginning of it, and the form's `label` are, 0 to 1.

    A different item number in front costs more than a typo: it is what tells 3.其他 from （六）其他处理.
    """
    return _similarity(printed[:_LONGEST], label)


@lru_cache(maxsize=16384)
def _similarity(printed: str, label: str) -> float:
    ours, theirs = _variants(label), _variants(printed)
    if not theirs:
        return 0.0
    if ours[0] == theirs[0]:
        return 1.0
    best = max(Indel.normalized_similarity(a, b) for a in ours for b in theirs)
    if len(ours[-1]) >= 4 and ours[-1] in theirs[-1]:
        best = max(best, 0.9)
    if len(theirs[-1]) >= 5 and ours[-1].startswith(theirs[-1]):
        best = max(best, 0.9)
    return best - 0.25 * _numbers_differ(printed, label)


def _numbers_differ(printed: str, label: str) -> bool:
    ours, theirs = (_ITEM_NUMBER.match(_normal(t)) for t in (label, printed))
    return bool(ours and theirs and ours[1] != theirs[1])


@lru_cache(maxsize=4096)
def is_to_the_letter(printed: str, label: str) -> bool:
    """Whether `printed` is `label`, number and explanation aside: however the rows are ordered and numbered."""
    return not set(_variants(printed)).isdisjoint(_variants(label))


Names = Sequence[Sequence[str]]
"""The labels to find, in order, each with the names that it may go by."""


def align(printed: Sequence[str], names: Names) -> dict[int, int]:
    """Which printed row is which label, as {index in printed: index in names}, keeping both orders where possible.

    The best alignment in order comes first (labels may be missing, extra rows may stand between). What is left on both
    sides is then matched wherever it stands, if it is certain. What is one label to the letter is never another.
    """
    likeness = _likeness(tuple(map(tuple, names)))
    table = [likeness(text) if len(text) <= _LONGEST else _likeness_of(names, text) for text in printed]
    found = _in_order(table, len(names))
    taken = set(found.values())
    for i, row in enumerate(table):
        free = [j for j, score in enumerate(row) if j not in taken and score >= CERTAIN]
        if i not in found and len(free) == 1:
            found[i] = free[0]
            taken.add(free[0])
    return found


def _likeness_of(names: Names, printed: str) -> tuple[float, ...]:
    own = [any(is_to_the_letter(printed, name) for name in options) for options in names]
    if any(own):
        return tuple(max(CERTAIN, best_of(printed, n)) if is_own else 0.0 for is_own, n in zip(own, names, strict=True))
    return tuple(best_of(printed, options) for options in names)


@lru_cache(maxsize=16)
def _likeness(names: Names) -> Callable[[str], tuple[float, ...]]:
    """The same labels are held against the same forms in every document; long texts are no labels."""
    return lru_cache(maxsize=512)(partial(_likeness_of, names))


def best_of(printed: str, names: Sequence[str]) -> float:
    """How alike `printed` and the likeliest of `names` are."""
    return max(similarity(printed, name) for name in names)


def _in_order(table: Sequence[Sequence[float]], width: int) -> dict[int, int]:
    best = [[0.0] * (width + 1) for _ in range(len(table) + 1)]
    for i, row in enumerate(table, 1):
        above, here = best[i - 1], best[i]
        for j, score in enumerate(row):
            reached = above[j + 1] if above[j + 1] > here[j] else here[j]
            here[j + 1] = max(reached, above[j] + score) if score >= MATCH else reached
    found: dict[int, int] = {}
    i, j = len(table), width
    while i and j:
        score = table[i - 1][j - 1]
        if score >= MATCH and best[i][j] == best[i - 1][j - 1] + score:
            found[i - 1] = j - 1
            i, j = i - 1, j - 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i -= 1
    return found
