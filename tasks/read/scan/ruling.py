"""The ruling of a picture: which pixels are rules, and the rules as lines in points, as a drawn page has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from tasks.read.page import Page, Rule
from tasks.read.scan.pale import GAP, INK, RUN, THICK, light_rules, runs
from tasks.read.scan.picture import Matrix, Picture, Pixels, kept, mask, rectifying
from tasks.read.scan.solid import beside, reaches, solid_alone

Area = tuple[slice, slice]
_NEAR, _ALONE, _CROWDED = 0.022, 1.6, 0.25
"""Inches: how close to a run print may be, how long a run is beyond doubt; and how much of it print is beside."""
_TABLE = 1.2, 0.24
"""Inches: a table is not less wide or high."""
_ROW = 2.5, 0.1
"""Inches: the same for the one row of a table that a page break left by itself."""
_SHORTEST, _OUTERMOST = 0.08, 0.16
"""Inches: so high, between its rules, is a row by itself at least; the outermost one of a table, more than print."""
_ATTACHED, _LOOSELY, _SOLID = 0.2, 0.09, 0.875
"""Of a run: where other ink grows out of so much of it, or less of it but it is not solid, it is strokes of print."""
_SQUARE = 0.016
"""Of its side: so much a table's corner may be off before its page is rectified by it."""
_LARGE = 0.08
"""Of the page: a smaller table does not tell how the page lies."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The pixels of horizontal and of vertical rules, and what is ink besides them."""

    horizontal: Pixels = field(repr=False)
    vertical: Pixels = field(repr=False)
    ink: Pixels = field(repr=False)

    @property
    def both(self) -> Pixels:
        return np.asarray(cv2.bitwise_or(self.horizontal, self.vertical), np.uint8)

    @property
    def text(self) -> Pixels:
        """Ink that is no rule, nor right beside one."""
        near = cv2.dilate(self.both, np.ones((3, 3), np.uint8))
        return np.asarray(cv2.bitwise_and(self.ink, cv2.bitwise_not(near)), np.uint8)


def ruling_of(picture: Picture) -> Ruling:
    """The rules of an upright picture."""
    light = light_rules(picture)
    ink = np.asarray(cv2.bitwise_or(mask(picture.gray < INK), light), np.uint8)
    gap, run = max(3, round(GAP * picture.dpi)), round(RUN * picture.dpi)
    thick = round(THICK * picture.dpi)
    upright = np.ascontiguousarray(ink.T)
    near = max(2, round(_NEAR * picture.dpi))
    horizontal = _clear(runs(ink, gap, run, thick), ink, near, round(_ALONE * picture.dpi))
    vertical = _clear(runs(upright, gap, run, thick), upright, near, round(_ALONE * picture.dpi))
    flat, alone = np.ascontiguousarray(horizontal.T), round(_ALONE * picture.dpi)
    long = vertical
    vertical = np.ascontiguousarray(_unattached(long, upright, flat, alone).T)
    within = np.ascontiguousarray(_within_rows(upright, flat, round(_SHORTEST * picture.dpi) | 1, run).T)
    within = _outermost(within, cv2.bitwise_or(horizontal, vertical), run + 3 * gap, round(_OUTERMOST * picture.dpi))
    horizontal, vertical = _meeting(horizontal, vertical, within, round(GAP * 2 * picture.dpi), run)
    # what a gap was closed with may be a stroke again
    closed, flat = np.ascontiguousarray(vertical.T), np.ascontiguousarray(horizontal.T)
    vertical = _unattached(closed, upright, flat, alone)
    vertical = solid_alone(vertical, long | closed, upright | mask(picture.coloured > 0).T, flat, alone)
    vertical = np.asarray(cv2.bitwise_or(np.ascontiguousarray(vertical.T), within), np.uint8)
    tables = _in_tables(horizontal, vertical, picture.dpi)
    return Ruling(cv2.bitwise_and(horizontal, tables), cv2.bitwise_and(vertical, tables), ink)  # type: ignore[arg-type]


def _in_tables(horizontal: Pixels, vertical: Pixels, dpi: float) -> Pixels:
    """The pixels around connected ruling that is as large as a table, and not a character of a title."""
    joined = cv2.dilate(cv2.bitwise_or(horizontal, vertical), np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH] / dpi, stats[:, cv2.CC_STAT_HEIGHT] / dpi
    keeps = ((wide > _TABLE[0]) & (high > _TABLE[1])) | ((wide > _ROW[0]) & (high > _ROW[1]))
    return kept(labels, keeps)


def _clear(lines: Pixels, ink: Pixels, near: int, alone: int) -> Pixels:
    """Without short runs that have ink closely above and below them: those are strokes in the midst of print."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    keeps = np.ones(count, bool)
    for n, _, shares in _short(stats, ink, near, alone):
        keeps[n] = min(shares) < _CROWDED
    return kept(labels, keeps)


def _short(stats: cv2.typing.MatLike, ink: Pixels, near: int, alone: int) -> Iterator[tuple[int, Area, list[float]]]:
    """The number and the place of each short run, and for how much of its length there is ink above, and below."""
    for n in np.flatnonzero(stats[:, cv2.CC_STAT_WIDTH] < alone).tolist():
        x, y, wide, high = (int(v) for v in stats[n][:4])
        across = slice(x, x + wide)
        sides = ink[max(0, y - near) : y, across], ink[y + high : y + high + near, across]
        if n and all(side.size for side in sides):
            yield n, (slice(y, y + high), across), [float(side.any(axis=0).mean()) for side in sides]


def _unattached(lines: Pixels, ink: Pixels, crossing: Pixels, alone: int) -> Pixels:
    """Without short runs that other ink grows out of, and such pieces of them from one crossing rule to the next.

    These are strokes of characters in lines that stand closely, and do not reach the rules above and below them.
    """
    bars = cv2.dilate(crossing, np.ones((3, 3), np.uint8))
    other = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(bars)), np.uint8)
    whole = _not_attached(lines, ink, other, alone)
    pieces = np.asarray(cv2.bitwise_and(whole, cv2.bitwise_not(bars)), np.uint8)
    strokes = cv2.subtract(pieces, _not_attached(pieces, ink, other, alone))
    return np.asarray(cv2.subtract(whole, strokes), np.uint8)


def _not_attached(lines: Pixels, ink: Pixels, other: Pixels, alone: int) -> Pixels:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    keeps = np.ones(count, bool)
    for n, run, shares in _short(stats, other, 1, alone):
        solid = float(((labels[run] == n) & (ink[run] > 0)).any(axis=0).mean())
        keeps[n] = max(shares) < (_ATTACHED if solid > _SOLID else _LOOSELY)
    return kept(labels, keeps)


def _within_rows(ink: Pixels, crossing: Pixels, least: int, most: int) -> Pixels:
    """Runs too short to be told by their length that reach from one rule right to the next, with nothing beside."""
    bars = np.asarray(cv2.dilate(crossing, np.ones((3, 3), np.uint8)), np.uint8)
    between = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(bars)), np.uint8)
    stepless = cv2.dilate(between, np.ones((3, 1), np.uint8))
    found = cv2.morphologyEx(stepless, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    found = cv2.bitwise_and(found, cv2.bitwise_not(bars))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    keeps = np.zeros(count, bool)
    for n in range(1, count):
        box = stats[n][: cv2.CC_STAT_AREA].tolist()
        keeps[n] = box[cv2.CC_STAT_WIDTH] < most and reaches(bars, *box) and beside(between, *box) < _LOOSELY
    whole = cv2.dilate(kept(labels, keeps), np.ones((1, 7), np.uint8))
    return np.asarray(whole, np.uint8)


def _outermost(within: Pixels, rules: npt.NDArray[np.generic] | cv2.typing.MatLike, most: int, least: int) -> Pixels:
    """Those short runs that part the cells of one row alone, or of a table's first or last, which a page break left so.

    Rules of other rows go on in the next ones, and strokes may look like these.
    """
    joined = cv2.dilate(cv2.bitwise_or(within, np.asarray(rules, np.uint8)), np.ones((5, 5), np.uint8))
    _, tables, extents, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(within, connectivity=8)
    keeps = np.zeros(count, bool)
    for n in range(1, count):
        x, y, wide, high = (int(v) for v in stats[n][:4])
        _, top, _, rows = (int(v) for v in extents[tables[y + high // 2, x + wide // 2]][:4])
        off = min(y - top, top + rows - y - high)
        keeps[n] = rows <= most or (high >= least and off < least // 2)
    return kept(labels, keeps)


def _meeting(horizontal: Pixels, vertical: Pixels, within: Pixels, near: int, run: int) -> tuple[Pixels, Pixels]:
    """Without the runs that meet no rule of the other direction, such as strokes and underlines."""
    around = np.ones((near, near), np.uint8)
    horizontal = _touching(horizontal, cv2.dilate(cv2.bitwise_or(vertical, within), around), run, axis=0)
    return horizontal, _touching(vertical, cv2.dilate(horizontal, around), run, axis=1)


def _touching(mask: Pixels, other: npt.NDArray[np.generic] | cv2.typing.MatLike, run: int, axis: int) -> Pixels:
    """The lines that meet `other`, with their gaps: a seal may break them."""
    bridge = np.ones((1, run // 2) if axis == 0 else (run // 2, 1), np.uint8)
    lines = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    met = np.bincount(labels[np.asarray(other) > 0].ravel(), minlength=count) > 0
    length = stats[:, cv2.CC_STAT_WIDTH if axis == 0 else cv2.CC_STAT_HEIGHT]
    return kept(labels, met & (length >= run))


def squared(picture: Picture, ruling: Ruling) -> Picture | None:
    """The picture with its largest table made a rectangle; None where it is one, or there is none."""
    width, height = picture.size
    tables = [t for t in _tables(ruling, picture.dpi) if t[2] * t[3] > _LARGE * width * height]
    if not tables:
        return None
    x, y, wide, high, points = max(tables, key=lambda t: t[2] * t[3])
    corners = _corners(points)
    if corners is None:
        return None
    a, b, c, d = corners
    off = max(abs(a[1] - b[1]) / wide, abs(c[1] - d[1]) / wide, abs(a[0] - d[0]) / high, abs(b[0] - c[0]) / high)
    if off < _SQUARE / 4:
        return None
    matrix, size = rectifying(corners)
    shift = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], dtype=float)
    return picture.warped(shift @ matrix, picture.size) if 0.5 < size[0] / wide < 2 else None


def _tables(ruling: Ruling, dpi: float) -> list[tuple[int, int, int, int, Matrix]]:
    """Place, size and pixels of each stretch of connected ruling."""
    joined = cv2.dilate(ruling.both, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for n in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[n])
        if wide > _TABLE[0] * dpi and high > _TABLE[1] * dpi:
            rows, columns = np.nonzero(labels[y : y + high, x : x + wide] == n)
            found.append((x, y, wide, high, np.stack([columns + x, rows + y], axis=1).astype(float)))
    return found


def _corners(points: Matrix) -> Matrix | None:
    """The corners of a table, where its outermost rules meet: each side is a line through what is farthest out."""
    sides = [_side(points, axis, last) for axis, last in ((1, False), (0, True), (1, True), (0, False))]
    if any(side is None for side in sides):
        return None
    top, right, bottom, left = (side for side in sides if side is not None)
    return np.array([_crossing(top, left), _crossing(top, right), _crossing(bottom, right), _crossing(bottom, left)])


def _side(points: Matrix, axis: int, last: bool) -> tuple[float, float] | None:
    """Slope and place of a side: the line that most of the outermost pixels of each row or column lie on."""
    along, across = points[:, 1 - axis], points[:, axis]
    first = int(along.min())
    bins = ((along - first) // 4).astype(int)
    outer = np.full(bins.max() + 1, -np.inf)
    np.maximum.at(outer, bins, across if last else -across)
    at = first + 4.0 * np.arange(len(outer)) + 2
    at, outer = at[np.isfinite(outer)], outer[np.isfinite(outer)]
    outer = outer if last else -outer
    if len(at) < 8:
        return None
    keeps = np.ones(len(at), bool)
    slope, place = 0.0, float(np.percentile(outer, 90 if last else 10))
    for tolerance in (0.05, 0.02, 0.01, 0.006):
        off = outer - (slope * at + place)
        near = abs(off) <= max(3.0, tolerance * (at[-1] - at[0]))
        if near.sum() < 0.3 * len(at):
            return None if tolerance > 0.02 else (slope, place)
        keeps = near
        slope, place = (float(v) for v in np.polyfit(at[keeps], outer[keeps], 1))
    return slope, place


def _crossing(flat: tuple[float, float], steep: tuple[float, float]) -> tuple[float, float]:
    """Where y = a x + b and x = c y + d meet."""
    (a, b), (c, d) = flat, steep
    y = (a * d + b) / (1 - a * c)
    return c * y + d, y


def ruled_page(picture: Picture, ruling: Ruling, number: int) -> Page:
    """The rules in points, on a page without a character."""
    scale = 72.0 / picture.dpi
    width, height = picture.size
    horizontal = [
        Rule((y + high / 2) * scale, x * scale, (x + wide) * scale) for x, y, wide, high in _boxes(ruling.horizontal)
    ]
    vertical = [
        Rule((x + wide / 2) * scale, y * scale, (y + high) * scale) for x, y, wide, high in _boxes(ruling.vertical)
    ]
    return Page(number, width * scale, height * scale, 0, (), tuple(horizontal), tuple(vertical), ())


def _boxes(mask: Pixels) -> list[tuple[int, int, int, int]]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[1:]]
