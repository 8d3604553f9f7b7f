"""Rules that are lighter than ink: in colours, and in gray on a web page, which a picture of it makes lighter still.

How dark a rule is, it has across its thickness: a thin gray one between two rows of pixels is half as dark in each.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tasks.read.scan.picture import Picture, Pixels, kept, mask

INK = 170
"""A pixel that is darker is ink."""
GAP, RUN, THICK = 0.03, 0.24, 0.06
"""Inches: dots closer than this are a line; what is not as long is a stroke of print, what is thicker a picture."""
_LONG = 1.0
"""Inches: a shorter run of coloured ink may be of a seal, and of gray one of print."""
_NEAR, _GRAIN, _LEAST = 0.05, 12, 60
"""Inches around a rule that are its paper; shades that paper varies by; and shades that a rule has in all, at least."""
_DARK, _ALIKE = 0.85, 0.6
"""Of the length of long rules, so much is ink where they are black; of what is usual, so dark is each of a sheet's."""
_SAMPLE = 4
"""Pixels from one column to the next that are looked at to see whether rules are pale."""


def light_rules(picture: Picture) -> Pixels:
    """Rules that are no black ink: long horizontal ones, and vertical ones from one of these to another."""
    coloured = _thin(mask(picture.coloured > 0), round(THICK * picture.dpi))
    found = _framed(coloured, coloured, picture.dpi) if coloured.any() else coloured
    level = _pale(picture)
    if not level:
        return found
    flat = _darker(picture.gray, picture.dpi, level)
    steep = np.ascontiguousarray(_darker(np.ascontiguousarray(picture.gray.T), picture.dpi, level).T)
    return np.asarray(cv2.bitwise_or(found, _framed(flat, steep, picture.dpi)), np.uint8)


def _thin(coloured: Pixels, thick: int) -> Pixels:
    """Without what is as thick as the stroke of a marker: neither that is a rule, nor its edge."""
    broad = cv2.dilate(
        cv2.erode(coloured, np.ones((thick, thick), np.uint8)), np.ones((2 * thick, 2 * thick), np.uint8)
    )
    return np.asarray(cv2.subtract(coloured, broad), np.uint8)


def runs(ink: Pixels, gap: int, run: int, thick: int) -> Pixels:
    """The long horizontal runs of ink, but for what is as thick as a picture."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    stepless = cv2.dilate(closed, np.ones((3, 1), np.uint8))
    opened = cv2.morphologyEx(stepless, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    solid = cv2.morphologyEx(opened, cv2.MORPH_OPEN, np.ones((thick, 1), np.uint8))
    return np.asarray(cv2.subtract(opened, solid), np.uint8)


def _framed(flat: Pixels, steep: Pixels, dpi: float) -> Pixels:
    gap, thick, run = (max(3, round(inches * dpi)) for inches in (GAP, THICK, RUN / 2))
    horizontal = runs(flat, gap, round(_LONG * dpi), thick)
    vertical = np.ascontiguousarray(runs(np.ascontiguousarray(steep.T), gap, run, thick).T)
    ends = cv2.dilate(horizontal, np.ones((gap, gap), np.uint8)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(vertical, connectivity=8)
    keeps = np.zeros(count, bool)
    for n in range(1, count):
        x, y, wide, high = (int(v) for v in stats[n][:4])
        keeps[n] = bool(ends[y, x : x + wide].any() and ends[y + high - 1, x : x + wide].any())
    return np.asarray(cv2.bitwise_or(horizontal, kept(labels, keeps)), np.uint8)


def _pale(picture: Picture) -> float:
    """How dark the rules of a sheet are at least, if they are pale; 0 if they are black, or there are none.

    Where some are much darker than others, the paper may be thin: what shows through it is on its other side.
    """
    gray = np.ascontiguousarray(picture.gray[:, ::_SAMPLE])
    dark = _darkness(gray, picture.dpi)
    gap, long = max(3, round(GAP * picture.dpi / _SAMPLE)), round(_LONG * picture.dpi / _SAMPLE)
    lines = runs(mask(dark >= _LEAST), gap, long, round(THICK * picture.dpi))
    _, _, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    areas = [(slice(y, y + high), slice(x, x + wide)) for x, y, wide, high in stats[1:, :4].tolist()]
    if not areas:
        return 0.0
    black = np.concatenate([gray[area].min(axis=0) < INK for area in areas])
    light, usual, heavy = np.percentile(np.concatenate([dark[area].max(axis=0) for area in areas]), (10, 50, 90))
    return 0.0 if black.mean() >= _DARK or light < _ALIKE * heavy else _ALIKE * float(usual)


def _darker(gray: Pixels, dpi: float, level: float) -> Pixels:
    return mask(_darkness(gray, dpi) >= level)


def _darkness(gray: Pixels, dpi: float) -> npt.NDArray[np.int16]:
    """By each pixel the shades that it and those right above and below it are darker than what is around, in all."""
    around = np.ones((round(_NEAR * dpi) | 1, 1), np.uint8)
    shades = cv2.subtract(cv2.morphologyEx(gray, cv2.MORPH_CLOSE, around), gray)
    shades = cv2.threshold(shades, _GRAIN, 0, cv2.THRESH_TOZERO)[1]
    return np.asarray(cv2.filter2D(shades, cv2.CV_16S, np.ones((3, 1), np.float32)), np.int16)
