"""Look at all figures of a PDF, and at what names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise, repeat

import pypdfium2 as pdfium

from tasks.read.eye.figures import Says, Told, careful, quick
from tasks.read.eye.glyphs import Boxes, Glyph, by_cell, rooms
from tasks.read.eye.memory import Memory
from tasks.read.eye.pages import CLOSE, Part, drawn, stretches
from tasks.read.eye.titles import told_of_line
from tasks.read.eye.values import Asked, Differs, Line, Looked
from tasks.read.pdf_file import opened
from tasks.values import Printed


def look(body: bytes, cells: tuple[Asked, ...], naming: tuple[Printed, ...]) -> Looked:
    """What the pages of the PDF show of `cells`, and where they name the report. Raises CorruptFile."""
    told: dict[str, Told] = {}
    with opened(body) as document:
        numbers = {cell.page for cell in cells} | {place.page for place in naming}
        pages = {number: document[number - 1] for number in numbers}
        for number, group in groupby(sorted(cells, key=lambda c: c.page), key=lambda c: c.page):
            told |= _page(pages[number], list(group))
        lines = [_line(pages[place.page], place) for place in naming]
    return Looked(
        frozenset(address for address, one in told.items() if one.says is Says.AGREES),
        frozenset(address for address, one in told.items() if one.says is Says.SILENT),
        tuple(Differs(address, one.seen) for address, one in told.items() if one.says is Says.DIFFERS),
        tuple(lines),
    )


@lru_cache(maxsize=1)
def memory() -> Memory:
    """What this process has seen so far."""
    return Memory()


def _page(page: pdfium.PdfPage, cells: Sequence[Asked]) -> dict[str, Told]:
    turn = _turn(cells)
    told: dict[str, Told] = {}
    for numbers in stretches(cell.bbox for cell in cells):
        together = [cells[n] for n in numbers]
        part = drawn(page, [cell.bbox for cell in together], turn)
        plain = _at_first_sight(part, together) if part else repeat(False)
        for cell, is_plain in zip(together, plain, strict=False):
            told[cell.address] = Told(Says.AGREES) if is_plain else _closer(page, cell, turn)
    return told


def _line(page: pdfium.PdfPage, place: Printed) -> Line:
    part = drawn(page, [place.bbox], place.turn)
    told = told_of_line(part, place.text) if part else Told(Says.SILENT)
    return Line(place.text, None if told.says is Says.SILENT else told.seen, told.says is Says.DIFFERS)


def _at_first_sight(part: Part, cells: Sequence[Asked]) -> Iterator[bool]:
    """Whether each plainly shows what was read."""
    for cell, (_, glyphs, texts) in zip(cells, _ink(part, cells), strict=True):
        yield quick(cell.raw, glyphs, texts)


def _closer(page: pdfium.PdfPage, cell: Asked, turn: int) -> Told:
    """One cell by itself, drawn larger."""
    part = drawn(page, [cell.bbox], turn, CLOSE)
    if part is None:
        return Told(Says.SILENT)
    [(room, glyphs, texts)] = _ink(part, [cell])
    if quick(cell.raw, glyphs, texts):
        return Told(Says.AGREES)
    return careful(part, room, cell.raw, glyphs, texts)


def _ink(part: Part, cells: Sequence[Asked]) -> Iterator[tuple[Boxes, list[Glyph] | None, list[str]]]:
    """The room of each cell in pixels, the pieces of ink in it, and what they show."""
    room = rooms(part, [cell.bbox for cell in cells], [cell.is_ruled for cell in cells])
    ink = list(by_cell(part, room))
    texts = iter(memory().texts([glyph for glyphs in ink for glyph in glyphs or ()]))
    for place, glyphs in zip(room, ink, strict=True):
        yield place, glyphs, [next(texts) for _ in glyphs or ()]


def _turn(cells: Iterable[Asked]) -> int:
    """What makes the page upright, in degrees clockwise: cells of a row follow each other from the left."""
    ways: Counter[int] = Counter()
    for before, after in pairwise(cells):
        if before.address.rpartition(".")[0] == after.address.rpartition(".")[0]:
            across, down = (after.bbox[n] + after.bbox[n + 2] - before.bbox[n] - before.bbox[n + 2] for n in (0, 1))
            if abs(across) != abs(down):
                ways[(0 if across > 0 else 180) if abs(across) > abs(down) else (270 if down > 0 else 90)] += 1
    return ways.most_common(1)[0][0] if ways else 0
