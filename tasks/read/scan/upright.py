"""Turning a picture upright: the sheet in a photograph, a slant of some degrees, quarter turns, and perspective."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from tasks.read.scan.picture import Matrix, Picture, Pixels, rectifying
from tasks.read.scan.print import Sheet, sheet_of

_SMALL = 900
"""Pixels: the longer side of the copy that angles are looked for in."""
_LONGER = 1.5
"""Of its width: a page is no longer."""
_STEEPEST = 6.0
_COARSE, _FINE = 0.5, 0.05
"""Degrees."""
_LEAST, _MOST = 0.2, 0.96
"""Of a photograph: what the sheet in it covers."""
_LEVELS, _LOST = (1.0, 0.75, 0.6, 0.5), 0.02
"""How much darker than paper a sheet in shadow may be; of all print, so much may lie outside it."""
_CONTRAST = 35
"""Between the sheet and what it lies on."""
_DARK = 160


def sheet_matrix(image: Pixels) -> tuple[Matrix, tuple[int, int]] | None:
    """How to cut the sheet out of a photograph, if it lies on something darker and its four corners show."""
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _SMALL / max(gray.shape))
    small = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    blank = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), 9)
    print_ = cv2.subtract(blank, small) > _CONTRAST
    level, _ = cv2.threshold(blank, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for share in _LEVELS:
        corners = _sheet(np.asarray(blank, np.uint8), level * share, print_)
        if corners is not None:
            return rectifying(_ordered(corners) / scale)
    return None


def _sheet(gray: Pixels, level: float, print_: npt.NDArray[np.bool_]) -> Matrix | None:
    """The corners of what is brighter than `level`, if it is a sheet that holds all print."""
    _, bright = cv2.threshold(gray, level, 255, cv2.THRESH_BINARY)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    corners = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, closed=True), closed=True)
    area = cv2.contourArea(hull)
    if not _LEAST < area / gray.size < _MOST or len(corners) != 4 or cv2.contourArea(corners) < 0.93 * area:
        return None
    inside = np.zeros_like(gray)
    cv2.drawContours(inside, [corners], -1, 255, -1)
    is_outside = cv2.dilate(inside, np.ones((9, 9), np.uint8)) == 0
    if not is_outside.any() or gray[inside > 0].mean() - gray[is_outside].mean() < _CONTRAST:
        return None
    if print_[is_outside].sum() > _LOST * max(1, print_.sum()):
        return None
    return corners.reshape(4, 2).astype(float)


def _ordered(points: Matrix) -> Matrix:
    total, difference = points.sum(axis=1), points[:, 0] - points[:, 1]
    return np.stack(
        [points[total.argmin()], points[difference.argmax()], points[total.argmax()], points[difference.argmin()]]
    )


def straightened(picture: Picture) -> Picture:
    """The picture without its slant: at the right angle, lines and rules gather in few rows and columns of pixels."""
    angle = _slant(picture.gray)
    if abs(angle) < _FINE:
        return picture
    width, height = picture.size
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = int(width * cos + height * sin), int(width * sin + height * cos)
    turn[:, 2] += np.array([(wide - width) / 2, (high - height) / 2])
    return picture.warped(np.vstack([turn, [0, 0, 1]]), (wide, high))


def _slant(gray: Pixels) -> float:
    gray = _middle(gray)
    scale = min(1.0, _SMALL / max(gray.shape))
    ink = (cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) < _DARK + 50).astype(np.uint8) * 255
    edge = max(2, min(ink.shape) // 40)
    ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0

    small = cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    best = max(np.arange(-_STEEPEST, _STEEPEST + _COARSE / 2, _COARSE).tolist(), key=lambda a: _sharpness(small, a))
    for step in (0.1, _FINE):
        best = max((best + n * step for n in range(-4, 5)), key=lambda a: _sharpness(ink, a))
    return float(best)


def _middle(gray: Pixels) -> Pixels:
    """Of a picture that is much longer than a page, as much as a page has: the whole would be too small to see."""
    (height, width), most = gray.shape, round(_LONGER * min(gray.shape))
    top, left = (max(0, (side - most) // 2) for side in (height, width))
    return gray[top : height - top, left : width - left]


def _sharpness(ink: cv2.typing.MatLike, angle: float) -> float:
    """How unlike each other neighbouring rows, and columns, are after a turn."""
    height, width = ink.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_LINEAR)
    sums = (cv2.reduce(turned, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel() for axis in (0, 1))
    return sum(float(np.square(np.diff(line)).sum()) for line in sums)


def facing(sheet: Sheet, legibility: Callable[[Sheet], float], enough: float) -> Sheet:
    """The sheet turned by the quarters in which it is read best; as it is, if that is read well.

    Its print, as it was told from rules, is enough to see that; what is turned is told anew.
    """
    first = legibility(sheet)
    if first >= enough:
        return sheet
    score, quarters = max(((legibility(sheet.turned(n)), n) for n in (3, 1, 2)), key=lambda pair: pair[0])
    return sheet_of(sheet.picture.turned(quarters)) if score > first else sheet
