"""Other looks at a crop, for a second reader that sees a lone figure badly: as a row of three, and digit by digit.

A recogniser of lines is made for words. Shown one thin digit it is often blind, or takes it for what it is not; the
same digit three times in a row it reads, and what is not read three times alike does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tasks.read.ocr.crops import bands, tight
from tasks.read.ocr.engine import Crop

_TIMES = 3
_APART = 0.3
"""Of the height: white between two of a row; none in another look."""
_LARGER = 3
_LOW = 0.5
"""Of the height: ink that is lower is a point, a comma or a dash."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What is shown for one crop: rows in two ways, and a row for each of its digits."""

    rows: tuple[Crop, ...]
    digits: tuple[Crop, ...]

    @property
    def all(self) -> tuple[Crop, ...]:
        return self.rows + self.digits

    def read(self, texts: Sequence[str]) -> tuple[str, ...]:
        """What each look says, of what was read of `all`; empty where it is not three times the same."""
        once = [_once(text) for text in texts]
        rows, digits = once[: len(self.rows)], once[len(self.rows) :]
        one_by_one = "".join(digits) if all(len(digit) == 1 for digit in digits) else ""
        return (*(self._if_counted(text) for text in rows), one_by_one)

    def _if_counted(self, text: str) -> str:
        """Nine ones may be read as three: how often a digit is repeated, its pieces of ink must say as well."""
        return text if len(set(text)) > 1 or len(text) == len(self.digits) else ""


def looks_at(crop: Crop) -> Looks:
    """The looks at a crop in shades of gray; none where it has no ink."""
    ink = tight(np.ascontiguousarray(crop))
    if ink is None:
        return Looks((), ())
    sharp = sharpened(ink, _LARGER, blur=5)
    parts = _parts(sharp)
    return Looks((_row(sharp, _APART), _row(sharp, 0)), tuple(_row(part, _APART) for part in parts))


def sharpened(crop: Crop, times: float, blur: int) -> Crop:
    """So many times larger, and black and white but for its edges."""
    larger = cv2.resize(crop, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    _, binary = cv2.threshold(cv2.GaussianBlur(larger, (blur, blur), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(cv2.GaussianBlur(binary, (3, 3), 0), np.uint8)


def _row(crop: Crop, apart: float) -> Crop:
    between = np.full((crop.shape[0], round(apart * crop.shape[0])), 255, np.uint8)
    return np.hstack([crop, *([between, crop] * (_TIMES - 1))])


def _parts(sharp: Crop) -> list[Crop]:
    """Its digits from left to right, if white stands between them; without points and commas."""
    ink = sharp < 128
    margin = max(1, round(0.15 * sharp.shape[0]))
    parts = []
    for left, right in bands(ink, axis=0):
        rows = np.flatnonzero(ink[:, left:right].any(axis=1))
        if int(np.ptp(rows)) + 1 >= _LOW * sharp.shape[0]:
            parts.append(np.pad(sharp[:, left:right], ((0, 0), (margin, margin)), constant_values=255))
    return parts


def _once(text: str) -> str:
    """What a row of three says once; empty if it is not three times the same. Separators of thousands do not count."""
    text = text.replace(",", "").strip(".")
    length = len(text) // _TIMES
    return text[:length] if length and text == text[:length] * _TIMES else ""
