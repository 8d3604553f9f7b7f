"""PDF pages as characters and ruling lines, read by PDFium."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from tasks.errors import CorruptFile
from tasks.read.page import Char, Page, Rule, char_at
from tasks.read.radicals import IDEOGRAPHS
from tasks.read.struck import Struck

THIN = 2.5
"""Points: a filled box thinner than this is a ruling line, as programs draw them; a thicker one is shading."""

_WHITE = 250
_ROUND, _DOTS, _DOT_GAP = 0.3, 5, 4.0
"""Dots of a dotted line: as wide as high, so many at least, so close together; in points."""
_FORM_DEPTH = 4

Point = tuple[float, float]
Box = tuple[float, float, float, float]
PageObject = tuple[object, int, pdfium.PdfMatrix]


@contextmanager
def opened(body: bytes) -> Iterator[pdfium.PdfDocument]:
    """The PDF, open as long as it is needed: its fonts are parsed once. Raises CorruptFile where PDFium gives up."""
    try:
        document = pdfium.PdfDocument(body)
        try:
            yield document
        finally:
            document.close()
    except pdfium.PdfiumError as error:
        raise CorruptFile("有页面无法打开") from error


def pdf_pages(document: pdfium.PdfDocument) -> tuple[Page, ...]:
    """All pages of a PDF, upright."""
    return tuple(_page(document[index], index + 1) for index in range(len(document)))


def _page(page: pdfium.PdfPage, number: int) -> Page:
    view = _View(page)
    text_page = page.get_textpage()
    placed, gaps, turn = _characters(text_page, view)
    objects = list(_objects(page))
    segments = list(_segments(objects, view))
    image_cover = _image_cover(objects, view)
    text_page.close()
    page.close()
    width, height = view.width, view.height
    if turn:
        placed = [_turned_char(char, turn, width, height) for char in placed]
        segments = [_turned(box, turn, width, height) for box in segments]
        width, height = (height, width) if turn in (90, 270) else (width, height)
    horizontal, vertical = _rules(segments)
    return Page(number, width, height, turn, tuple(placed), horizontal, vertical, gaps, image_cover)


class _View:
    """From a page's user space (origin bottom left, any box, before /Rotate) to what a viewer shows (top left)."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        self.rotation = page.get_rotation()
        width, height = self.right - self.left, self.top - self.bottom
        self.width, self.height = (width, height) if self.rotation in (0, 180) else (height, width)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        left, right, top, bottom = x0 - self.left, x1 - self.left, self.top - y1, self.top - y0
        if self.rotation == 0:
            return left, top, right, bottom
        width, height = self.right - self.left, self.top - self.bottom
        if self.rotation == 90:
            return height - bottom, left, height - top, right
        if self.rotation == 180:
            return width - right, height - bottom, width - left, height - top
        return top, width - right, bottom, width - left


def _characters(text_page: pdfium.PdfTextPage, view: _View) -> tuple[list[Char], tuple[str, ...], int]:
    """The characters that run in the page's main direction, the gap before each, and that direction."""
    found = list(_placed(text_page.raw, view))
    turns = Counter(angle for _, angle, _ in found if angle >= 0)
    turn = turns.most_common(1)[0][0] if turns else 0
    return *_main_text(found, turn, view), turn


def _placed(handle: object, view: _View) -> Iterator[tuple[Char, int, str]]:
    """Every visible character as shown, with its direction and the gap before it, in drawing order."""
    unicode, loose_box, angle = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetCharAngle
    rect = raw.FS_RECTF()
    reference = ctypes.byref(rect)
    gap = ""
    for index in range(raw.FPDFText_CountChars(handle)):
        code = unicode(handle, index)
        text = (IDEOGRAPHS.get(code) or chr(code)) if 0 < code < 0x110000 else ""
        if not text or text.isspace():
            gap = "\n" if text in "\r\n" or gap == "\n" else " "
            continue
        loose_box(handle, index, reference)
        box = view.box(rect.left, rect.bottom, rect.right, rect.top)
        yield char_at(text, box), _angle(angle(handle, index), view), gap
        gap = ""


def _angle(radians: float, view: _View) -> int:
    """The text's direction as shown: 0, 90, 180 or 270 degrees clockwise to undo it; -1 for a slanted watermark."""
    if radians == 0.0:
        return int(-view.rotation % 360)
    degrees = math.degrees(radians) % 360
    right_angle: int = round(degrees / 90) * 90
    return (right_angle - view.rotation) % 360 if abs(degrees - right_angle) <= 3 else -1


def _main_text(found: Sequence[tuple[Char, int, str]], turn: int, view: _View) -> tuple[list[Char], tuple[str, ...]]:
    placed: list[Char] = []
    gaps: list[str] = []
    right, bottom = view.width + 1, view.height + 1
    struck = Struck()
    for char, angle, gap in found:
        inside = -1 <= char.x <= right and -1 <= char.y <= bottom
        if angle == turn and inside and char.x1 > char.x0 and not struck.again(char.text, char[1:5]):
            gaps.append(gap)
            placed.append(char)
    return placed, tuple(gaps)


def _turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of a page that is shown `width` x `height`, after turning the page clockwise by `turn` degrees."""
    x0, top, x1, bottom = box
    if turn == 90:
        return height - bottom, x0, height - top, x1
    if turn == 180:
        return width - x1, height - bottom, width - x0, height - top
    return top, width - x1, bottom, width - x0


def _turned_char(char: Char, turn: int, width: float, height: float) -> Char:
    return char_at(char.text, _turned(char[1:5], turn, width, height))


def _objects(page: pdfium.PdfPage) -> Iterator[PageObject]:
    """Paths and pictures with the matrix of the form XObjects they stand in, as (object, type, matrix)."""
    count, get = raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject
    stack = [(get(page.raw, i), pdfium.PdfMatrix(), 0) for i in range(count(page.raw))]
    while stack:
        item, matrix, depth = stack.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _FORM_DEPTH:
            inner = _matrix(item).multiply(matrix)
            for i in range(raw.FPDFFormObj_CountObjects(item)):
                stack.append((raw.FPDFFormObj_GetObject(item, i), inner, depth + 1))
        elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
            yield item, kind, matrix


def _matrix(item: object) -> pdfium.PdfMatrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    return pdfium.PdfMatrix.from_raw(matrix)


def _image_cover(objects: Sequence[PageObject], view: _View) -> float:
    """The largest share of the page that one picture covers, 0 to 1."""
    best = 0.0
    for item, kind, outer in objects:
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            matrix = _matrix(item).multiply(outer)
            x0, y0, x1, y1 = view.box(*matrix.on_rect(0, 0, 1, 1))
            shown = max(0.0, min(x1, view.width) - max(x0, 0)) * max(0.0, min(y1, view.height) - max(y0, 0))
            best = max(best, shown / (view.width * view.height or 1))
    return best


def _segments(objects: Sequence[PageObject], view: _View) -> Iterator[Box]:
    """The thin boxes that drawn lines, stroked boxes and thin filled boxes make on the page as shown."""
    grounds: list[Box] = []
    sheets: list[Box] = []
    for item, kind, outer in objects:
        if kind != raw.FPDF_PAGEOBJ_PATH:
            continue
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, filled, stroked)
        strokes = bool(stroked.value) and not _is_white(item, raw.FPDFPageObj_GetStrokeColor)
        fills = bool(filled.value) and not _is_white(item, raw.FPDFPageObj_GetFillColor)
        for points in _subpaths(item, _matrix(item).multiply(outer)):
            if strokes:
                yield from (view.box(*a, *b) for a, b in itertools.pairwise(points))
            elif filled.value:
                xs, ys = [x for x, _ in points], [y for _, y in points]
                box = view.box(min(xs), min(ys), max(xs), max(ys))
                if min(box[2] - box[0], box[3] - box[1]) > THIN:
                    (grounds if fills else sheets).append(box)
                elif fills:
                    yield box
    yield from _gaps(grounds, sheets)


def _gaps(grounds: Sequence[Box], sheets: Sequence[Box]) -> Iterator[Box]:
    """The edges of white boxes on a dark one: the ground that shows between them is the ruling."""
    for x0, top, x1, bottom in sheets:
        if any(g[0] <= x0 and g[1] <= top and x1 <= g[2] and bottom <= g[3] for g in grounds):
            yield from ((x0, top, x1, top), (x0, bottom, x1, bottom), (x0, top, x0, bottom), (x1, top, x1, bottom))


def _is_white(item: object, get_color: object) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not get_color(item, red, green, blue, alpha):  # type: ignore[operator]
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= _WHITE


def _subpaths(item: object, matrix: pdfium.PdfMatrix) -> Iterator[list[Point]]:
    """The corner points of each subpath, in the page's user space; a closed one ends where it began."""
    points: list[Point] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points
            points = [point]
        else:
            points.append(point)
        if raw.FPDFPathSegment_GetClose(segment) and len(points) > 1:
            points.append(points[0])
    if len(points) > 1:
        yield points


def _rules(segments: list[Box]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    dots: list[Box] = []
    for box in segments:
        x0, top, x1, bottom = box
        width, height = x1 - x0, bottom - top
        if width <= THIN and height <= THIN and abs(width - height) < _ROUND:
            dots.append(box)
        elif height <= THIN and width > height:
            horizontal.append(Rule((top + bottom) / 2, x0, x1))
        elif width <= THIN and height > width:
            vertical.append(Rule((x0 + x1) / 2, top, bottom))
    horizontal += _dotted([((top + bottom) / 2, x0, x1) for x0, top, x1, bottom in dots])
    vertical += _dotted([((x0 + x1) / 2, top, bottom) for x0, top, x1, bottom in dots])
    return tuple(horizontal), tuple(vertical)


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
