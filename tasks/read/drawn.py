"""What a PDF page draws besides characters: ruling lines, and pictures."""

from __future__ import annotations

import ctypes
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, repeat
from operator import attrgetter
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox
from tasks.read.page import Rule

THIN = 2.5
"""Points: a filled box thinner than this is a ruling line, as programs draw them; a thicker one is shading."""

_WHITE = 250
_ROUND, _DOTS, _DOT_GAP = 0.3, 5, 4.0
"""Dots of a dotted line: as wide as high, so many at least, so close together; in points."""
_FORM_DEPTH = 4
_LINE, _BOX = 2, 5
"""Path segments of a line and of a rectangle."""

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
_AS_IT_IS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def quick(function: object, result: type[Any], *arguments: type[Any]) -> Callable[..., Any]:
    """A function of PDFium without what ctypes checks at each call: for those called for each character or object."""
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert address
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


_P = ctypes.c_void_p
_object = quick(raw.FPDFPage_GetObject, _P, _P, ctypes.c_int)
_object_of_form = quick(raw.FPDFFormObj_GetObject, _P, _P, ctypes.c_ulong)
_kind = quick(raw.FPDFPageObj_GetType, ctypes.c_int, _P)
_object_matrix = quick(raw.FPDFPageObj_GetMatrix, ctypes.c_int, _P, _P)
_draw_mode = quick(raw.FPDFPath_GetDrawMode, ctypes.c_int, _P, _P, _P)
_bounds = quick(raw.FPDFPageObj_GetBounds, ctypes.c_int, _P, _P, _P, _P, _P)
_count_segments = quick(raw.FPDFPath_CountSegments, ctypes.c_int, _P)
_segment = quick(raw.FPDFPath_GetPathSegment, _P, _P, ctypes.c_int)
_segment_point = quick(raw.FPDFPathSegment_GetPoint, ctypes.c_int, _P, _P, _P)
_segment_type = quick(raw.FPDFPathSegment_GetType, ctypes.c_int, _P)
_segment_close = quick(raw.FPDFPathSegment_GetClose, ctypes.c_int, _P)
fill_color = quick(raw.FPDFPageObj_GetFillColor, ctypes.c_int, _P, _P, _P, _P, _P)
stroke_color = quick(raw.FPDFPageObj_GetStrokeColor, ctypes.c_int, _P, _P, _P, _P, _P)


class PageObject(NamedTuple):
    """An object of a page by its address, and the matrix that the form XObjects it stands in add to its own."""

    item: int
    kind: int
    outer: Matrix

    @property
    def matrix(self) -> Matrix:
        """What takes its own coordinates to the page's."""
        return _times(_matrix(self.item), self.outer)


_item_of = attrgetter("item")
_new_object: Callable[[tuple[object, ...]], PageObject] = partial(tuple.__new__, PageObject)
"""As `PageObject._make`, in half the time."""


def page_objects(page: pdfium.PdfPage) -> Iterator[PageObject]:
    """Everything that is drawn, in the order in which it is; form XObjects as what they hold."""
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    return _objects(list(map(_object, repeat(handle), range(raw.FPDFPage_CountObjects(page.raw)))), _AS_IT_IS, 0)


def _objects(items: Sequence[int], outer: Matrix, depth: int) -> Iterator[PageObject]:
    kinds = list(map(_kind, items))
    objects = map(_new_object, zip(items, kinds, repeat(outer), strict=False))
    if raw.FPDF_PAGEOBJ_FORM not in kinds:
        yield from objects
        return
    for one in objects:
        if one.kind != raw.FPDF_PAGEOBJ_FORM:
            yield one
        elif depth < _FORM_DEPTH:
            number = raw.FPDFFormObj_CountObjects(as_object(one.item))
            held = list(map(_object_of_form, repeat(one.item), range(number)))
            yield from _objects(held, one.matrix, depth + 1)


def as_object(address: int) -> object:
    """The object at `address`, for the functions of PDFium as pypdfium2 has them."""
    return ctypes.cast(address, raw.FPDF_PAGEOBJECT)


def _matrix(item: int) -> Matrix:
    m = raw.FS_MATRIX()
    _object_matrix(item, ctypes.addressof(m))
    return m.a, m.b, m.c, m.d, m.e, m.f


def _times(m: Matrix, n: Matrix) -> Matrix:
    """First `m`, then `n`."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _at(m: Matrix, x: float, y: float) -> Point:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _box(points: Iterable[Point]) -> BBox:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def picture_box(picture: PageObject) -> BBox:
    """Where a picture is drawn, in the page's user space."""
    matrix = picture.matrix
    return _box(_at(matrix, x, y) for x, y in itertools.product((0, 1), (0, 1)))


def segments(objects: Iterable[PageObject]) -> Iterator[BBox]:
    """The thin boxes that drawn lines, stroked boxes and thin filled boxes make, in the page's user space."""
    grounds: list[BBox] = []
    sheets: list[BBox] = []
    paths = [item for item in objects if item.kind == raw.FPDF_PAGEOBJ_PATH]
    filled, stroked = _modes(paths)
    inks = zip(filled, _are_seen(paths, stroked, stroke_color), _are_seen(paths, filled, fill_color), strict=True)
    for path, (is_filled, strokes, fills), length, box in zip(paths, inks, _lengths(paths), _boxes(paths), strict=True):
        if strokes:
            if length == _LINE and (box[2] - box[0] <= THIN or box[3] - box[1] <= THIN):
                yield box
            else:
                yield from ((*a, *b) for points in _subpaths(path) for a, b in itertools.pairwise(points))
        elif is_filled:
            for part in [box] if length == _BOX else map(_box, _subpaths(path)):
                if min(part[2] - part[0], part[3] - part[1]) > THIN:
                    (grounds if fills else sheets).append(part)
                elif fills:
                    yield part
    yield from _gaps(grounds, sheets)


def places(variables: ctypes.Array[Any]) -> range:
    """Where each of these variables of C is, for functions that answer into them."""
    start, size = ctypes.addressof(variables), ctypes.sizeof(variables)
    return range(start, start + size, size // len(variables)) if size else range(0)


def _modes(paths: Sequence[PageObject]) -> tuple[Sequence[int], Sequence[int]]:
    """Whether each is filled, and whether it is stroked."""
    filled, stroked = (ctypes.c_int * len(paths))(), (ctypes.c_int * len(paths))()
    deque(map(_draw_mode, map(_item_of, paths), places(filled), places(stroked)), maxlen=0)
    return filled[:], stroked[:]


def _lengths(paths: Sequence[PageObject]) -> Iterator[int]:
    return map(_count_segments, map(_item_of, paths))


def _boxes(paths: Sequence[PageObject]) -> Iterator[BBox]:
    """The box of each in the page's user space, as PDFium knows it: of a single line, or a single rectangle."""
    sides = (ctypes.c_float * (4 * len(paths)))()
    at = places(sides)
    deque(map(_bounds, map(_item_of, paths), at[::4], at[1::4], at[2::4], at[3::4]), maxlen=0)
    boxes = zip(sides[::4], sides[1::4], sides[2::4], sides[3::4], strict=True)
    return (
        box if path.outer is _AS_IT_IS else _box((_at(path.outer, *box[:2]), _at(path.outer, *box[2:])))
        for path, box in zip(paths, boxes, strict=True)
    )


def _are_seen(paths: Sequence[PageObject], used: Sequence[int], get_color: Callable[..., int]) -> list[bool]:
    """Whether each uses a colour that is seen on paper."""
    items = [path.item for path, is_used in zip(paths, used, strict=True) if is_used]
    colors = (ctypes.c_uint * (4 * len(items)))()
    at = places(colors)
    told = map(get_color, items, at[::4], at[1::4], at[2::4], at[3::4])
    known = zip(list(told), colors[::4], colors[1::4], colors[2::4], colors[3::4], strict=True)
    seen = iter([not is_told or (a > 0 and (r < _WHITE or g < _WHITE or b < _WHITE)) for is_told, r, g, b, a in known])
    return [bool(is_used) and next(seen) for is_used in used]


def _gaps(grounds: Sequence[BBox], sheets: Sequence[BBox]) -> Iterator[BBox]:
    """The edges of white boxes on a dark one: the ground that shows between them is the ruling."""
    for x0, y0, x1, y1 in sheets:
        if any(g[0] <= x0 and g[1] <= y0 and x1 <= g[2] and y1 <= g[3] for g in grounds):
            yield from ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))


def _subpaths(item: PageObject) -> Iterator[list[Point]]:
    """The corner points of each subpath, in the page's user space; a closed one ends where it began."""
    points: list[Point] = []
    corner = (ctypes.c_float * 2)()
    x_at, y_at = places(corner)
    matrix = item.matrix
    for index in range(_count_segments(item.item)):
        segment = _segment(item.item, index)
        _segment_point(segment, x_at, y_at)
        point = _at(matrix, *corner)
        if _segment_type(segment) == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points
            points = [point]
        else:
            points.append(point)
        if _segment_close(segment) and len(points) > 1:
            points.append(points[0])
    if len(points) > 1:
        yield points


def rules(boxes: Iterable[BBox]) -> tuple[list[Rule], list[Rule], list[BBox]]:
    """The horizontal and the vertical ruling lines that thin boxes are; and the boxes of slanted strokes."""
    slanted: list[BBox] = []
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    dots: list[BBox] = []
    for box in boxes:
        x0, top, x1, bottom = box
        width, height = x1 - x0, bottom - top
        if width <= THIN and height <= THIN and abs(width - height) < _ROUND:
            dots.append(box)
        elif height <= THIN and width > height:
            horizontal.append(Rule((top + bottom) / 2, x0, x1))
        elif width <= THIN and height > width:
            vertical.append(Rule((x0 + x1) / 2, top, bottom))
        elif width > THIN and height > THIN:
            slanted.append(box)
    horizontal += _dotted([((top + bottom) / 2, x0, x1) for x0, top, x1, bottom in dots])
    vertical += _dotted([((x0 + x1) / 2, top, bottom) for x0, top, x1, bottom in dots])
    return horizontal, vertical, slanted


def _dotted(dots: list[tuple[float, float, float]]) -> Iterator[Rule]:
    """The lines that dots (place, start, end) form: enough of them in a row, close together."""
    for _, line in groupby(sorted(dots, key=lambda d: (round(d[0]), d[1])), key=lambda d: round(d[0])):
        run: list[tuple[float, float, float]] = []
        for dot in (*line, None):
            if dot is not None and (not run or dot[1] - run[-1][2] <= _DOT_GAP):
                run.append(dot)
                continue
            if len(run) >= _DOTS:
                yield Rule(run[0][0], run[0][1], run[-1][2])
            run = [dot] if dot is not None else []
