"""What a line shows that names the report, held against what was read there, character by character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import cv2
import numpy as np

from tasks.read.eye.figures import Says, Told
from tasks.read.eye.pages import Part, Pixels
from tasks.read.ocr.crops import tight
from tasks.read.ocr.engine import Reading, readings

_SURE = 0.9
"""Support of what is seen in place of what was read, at least."""
_UNLIKELY = 1e-3
"""Share of what was read, at most: the model may take one rare character for another that is much like it."""
_NARROW, _CERTAIN = 0.6, 0.98
"""Of its width: so the model takes two thirds of the time, and is certain of nine true titles of ten. Where 毫 was
drawn and 亳 read it agreed as well, but with a support of 0.94 at most."""


def told_of_line(part: Part, text: str) -> Told:
    """Whether the part shows `text`; `seen` is the same with what is surely something else put in its place."""
    crop = tight(part.gray)
    if crop is None:
        return Told(Says.SILENT)
    wanted = "".join(c for c in _plain(text) if _counts(c))
    height, width = crop.shape
    narrow = cv2.resize(crop, (max(1, round(_NARROW * width)), height), interpolation=cv2.INTER_AREA)
    seen = _seen(np.asarray(narrow, np.uint8))
    if seen and _like(_text(seen)) == _like(wanted) and all(one.support >= _CERTAIN for one in seen):
        return Told(Says.AGREES, _text(seen))
    seen = _seen(crop)
    if not seen:
        return Told(Says.SILENT)
    shown = "".join(_corrected(wanted, seen))
    if shown != wanted:
        return Told(Says.DIFFERS, shown)
    return Told(Says.AGREES if _like(_text(seen)) == _like(shown) else Says.SILENT, _text(seen))


def _seen(crop: Pixels) -> list[Reading]:
    return [one for one in readings([crop])[0] if _counts(_plain(one.text))]


def _text(seen: Sequence[Reading]) -> str:
    return "".join(_plain(one.text) for one in seen)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _like(text: str) -> str:
    return "".join("〇" if c in "○OoO零0" else c for c in text)


def _counts(char: str) -> bool:
    """Whether it is part of a name or a year: neither punctuation nor space."""
    return char.isalnum() or char in "〇○"


def _corrected(wanted: str, seen: Sequence[Reading]) -> Iterator[str]:
    theirs = [_plain(one.text) for one in seen]
    matcher = SequenceMatcher(None, list(_like(wanted)), [_like(text) for text in theirs], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from wanted[a:b]
        elif kind == "replace" and b - a == d - c:
            for ours, one in zip(wanted[a:b], seen[c:d], strict=True):
                yield _plain(one.text) if one.support >= _SURE and one.share_of(ours) < _UNLIKELY else ours
        elif kind == "delete":  # what leaves no ink is told by the reading itself, or is in a font that nobody has
            yield from wanted[a:b]
        elif all(one.support >= _SURE for one in seen[max(0, c - 1) : d + 1]):
            yield from theirs[c:d]
        else:
            yield from wanted[a:b]
