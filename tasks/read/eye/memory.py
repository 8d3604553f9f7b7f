"""Pieces of ink that were recognised before: what looks the same is the same, and costs next to nothing.

A report prints some 150 digits of the same few shapes, and the reports of one producer print the same shapes again.
Digits that differ are never so much alike, in any font that was tried, as two printings of the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from tasks.read.eye.glyphs import Glyph, crop_of, is_slanted
from tasks.read.ocr.engine import Crop, Seen, digits

SIDE = 24
"""Pixels of the square in which pictures are compared."""
ALIKE = 0.95
"""Cosine of two pictures: more, and they show the same. Of two different digits it was 0.92 at most, in 26 fonts."""
_CONFIDENCE, _SUPPORT = 0.9, 0.5
_MOST = 512
_SAME_MOST = 20_000
_STROKES = frozenset("17/")
"""What the model takes for one another."""

Pictures = npt.NDArray[np.float32]


class Memory:
    """Pictures with what they show: the least recently seen are forgotten."""

    def __init__(self, recognise: Callable[[Sequence[Crop]], list[Seen]] = digits) -> None:
        self._recognise = recognise
        self._pictures: Pictures = np.zeros((_MOST, SIDE * SIDE), np.float32)
        self._texts: list[str] = [""] * _MOST
        self._used = np.zeros(_MOST, np.int64)
        self._clock = 0
        self.recognised = 0
        """How often the model was asked."""
        self._same: dict[tuple[int, bytes], str] = {}

    def texts(self, glyphs: Sequence[Glyph]) -> list[str]:
        """What each shows; empty where that is not sure."""
        keys = [(glyph.width, glyph.picture.tobytes()) for glyph in glyphs]
        new = {key: glyph for key, glyph in zip(keys, glyphs, strict=True) if key not in self._same}
        if new:
            self._same.update(zip(new, self._alike(list(new.values())), strict=True))
        found = [self._same[key] for key in keys]
        while len(self._same) > _SAME_MOST:
            del self._same[next(iter(self._same))]
        return found

    def _alike(self, glyphs: Sequence[Glyph]) -> list[str]:
        self._clock += 1
        pictures = np.stack([_normal(glyph) for glyph in glyphs])
        found, new = self._known(pictures)
        if new:
            chosen = [new[n] for n in _unlike(pictures[new])]
            self._learn([glyphs[n] for n in chosen], pictures[chosen])
            again, _ = self._known(pictures[new])
            for n, text in zip(new, again, strict=True):
                found[n] = text
        return [text or "" for text in found]

    def _known(self, pictures: Pictures) -> tuple[list[str | None], list[int]]:
        alike = pictures @ self._pictures.T
        best = alike.argmax(axis=1)
        is_known = alike[np.arange(len(best)), best] >= ALIKE
        self._used[best[is_known]] = self._clock
        found = [self._texts[b] if known else None for b, known in zip(best.tolist(), is_known.tolist(), strict=True)]
        return found, np.flatnonzero(~is_known).tolist()

    def _learn(self, glyphs: Sequence[Glyph], pictures: Pictures) -> None:
        self.recognised += len(glyphs)
        seen = self._recognise([crop_of(glyph) for glyph in glyphs])
        places = np.argsort(self._used, kind="stable")[: len(glyphs)]
        for place, glyph, picture, one in zip(places.tolist(), glyphs, pictures, seen, strict=False):
            self._pictures[place], self._texts[place] = picture, _text(glyph, one)
            self._used[place] = self._clock


def _text(glyph: Glyph, seen: Seen) -> str:
    if glyph.is_flat:
        return "-"
    if seen.text in _STROKES and is_slanted(glyph):
        return "/"
    return seen.text if seen.confidence >= _CONFIDENCE and seen.support >= _SUPPORT and seen.text != "/" else ""


def _unlike(pictures: Pictures) -> list[int]:
    """One of each group of pictures that look alike: what it shows, they show."""
    alike = pictures @ pictures.T >= ALIKE
    chosen: list[int] = []
    left = np.ones(len(pictures), bool)
    for n in range(len(pictures)):
        if left[n]:
            chosen.append(n)
            left[alike[n]] = False
    return chosen


def _normal(glyph: Glyph) -> Pictures:
    """Its picture as a vector of length one: as large as the square, whatever its size."""
    share = SIDE / max(glyph.width, glyph.height)
    width, height = max(1, round(glyph.width * share)), max(1, round(glyph.height * share))
    method = cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR
    square = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    scaled = cv2.resize(glyph.picture, (width, height), interpolation=method)
    square[top : top + height, left : left + width] = 255.0 - scaled
    vector = square.ravel()
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), np.float32)
