"""A PDF with pages or tables that are pictures: what was seen in these takes its place among what the others print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from expectations.evidence import BBox
from expectations.forms import TableName
from tasks.read.aligned import read_aligned
from tasks.read.grid import Grid
from tasks.read.lines import Line, free_rows, furniture, is_page_number, page_lines, running_heads, table_spans
from tasks.read.medium import Medium
from tasks.read.page import Page
from tasks.read.pdf import pdf_pages
from tasks.read.pdf_file import opened_pages
from tasks.read.pdf_medium import in_drawing_order
from tasks.read.rows import TableReading
from tasks.read.ruled import ruled_grids
from tasks.read.scan.seen import ENGINE, LineSeen, PictureSeen
from tasks.read.second_engine import confirm_characters
from tasks.read.sight import look_at_tables
from tasks.read.stream import Stream
from tasks.read.surest import Tables, surest
from tasks.read.tables import read_tables

_EDGE = 0.08
"""Of a page's height: running heads and page numbers stand there."""
_ALIKE = 0.045
"""Of a table's width: so much a sheet may be wider in a scan than the one before it."""


def read_pictured_pdf(body: bytes, seen: Sequence[PictureSeen]) -> Medium:
    """The PDF as a medium. Nothing that lies under a picture is read, only what the picture shows."""
    by_page: dict[int, list[PictureSeen]] = {}
    for picture in seen:
        by_page.setdefault(picture.page, []).append(picture)
    with opened_pages(body) as drawn:
        pages = tuple(_beside(page, by_page.get(page.number, ())) for page in pdf_pages(drawn))
        grids_of = {page.number: ruled_grids(page) for page in pages}
        grids = _aligned(
            one for page in pages for one in _in_order(page, grids_of[page.number], by_page.get(page.number, ()))
        )
        spans = table_spans(pages, (grid for of_page in grids_of.values() for grid in of_page))
        aside = furniture(pages, spans)
        rows = free_rows(pages, spans, aside)
        heads = _repeated(seen, pages)
        lines = _merged(list(zip(rows, page_lines(rows), strict=True)), seen, heads, pages)
        texts = [in_drawing_order(page, aside[page.number]) for page in pages]
        stream = Stream("\n".join(_whole(page, text, by_page, lines) for page, text in zip(pages, texts, strict=True)))
        tables = read_tables(grids)
        printed = {name: table for name, table in tables.items() if all(c.engine != ENGINE for c in table.cells)}
        sight = look_at_tables(drawn, pages, printed) if printed else None
    tables = {name: _with_second_engine(body, table) for name, table in tables.items()}
    surer = surest(printed, lambda: read_aligned(pages, aside), stream)
    tables = {**{n: t for n, t in surer.items() if n not in tables or n in printed}, **_others(tables, printed)}
    doubts = [*sight.doubts, *confirm_characters(body, sight.unheard)] if sight else []
    return Medium(
        sight.with_gaps(tables) if sight else tables,
        tuple(line for line, _ in lines),
        stream,
        ENGINE,
        "",
        doubts=tuple(doubts),
        names=(*running_heads(pages, aside), *(Line(text, tag="head") for text in sorted(heads))),
        again=tuple(again for _, again in lines),
        seen=tuple(sorted(by_page)),
    )


def _with_second_engine(body: bytes, table: TableReading) -> TableReading:
    """A table that is part print, part picture: its printed figures as the second engine confirms them."""
    own = [cell for cell in table.cells if cell.engine != ENGINE]
    if not own or len(own) == len(table.cells):
        return table
    doubts = confirm_characters(body, own)
    doubted = {doubt.where for doubt in doubts}
    cells = tuple(
        cell if cell.engine == ENGINE or cell.address in doubted else replace(cell, is_seen_twice=True)
        for cell in table.cells
    )
    return replace(table, cells=cells, doubts=(*table.doubts, *doubts))


def _others(tables: Tables, printed: Mapping[TableName, object]) -> Tables:
    return {name: table for name, table in tables.items() if name not in printed}


def _beside(page: Page, pictures: Sequence[PictureSeen]) -> Page:
    """The page without what lies under its pictures."""
    if not pictures:
        return page
    boxes = [picture.box for picture in pictures]
    hidden = {
        c for c in page.chars if any(_holds(box, page.as_displayed((c.x0, c.top, c.x1, c.bottom))) for box in boxes)
    }
    left = page.without(hidden)
    horizontal = tuple(r for r in page.horizontal if not _covered(page, (r.start, r.at, r.end, r.at), boxes))
    vertical = tuple(r for r in page.vertical if not _covered(page, (r.at, r.start, r.at, r.end), boxes))
    return replace(left, horizontal=horizontal, vertical=vertical)


def _covered(page: Page, box: BBox, boxes: Sequence[BBox]) -> bool:
    return any(_holds(one, page.as_displayed(box)) for one in boxes)


def _holds(box: BBox, other: BBox) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _in_order(page: Page, printed: Sequence[Grid], pictures: Sequence[PictureSeen]) -> Iterator[tuple[int, Grid]]:
    """All tables of a page from top to bottom, printed ones and those in pictures; and on which page of its sheet."""
    placed = [(min(cell.bbox[1] for cell in grid.cells if cell.bbox), grid) for grid in printed]
    placed += [(one.y, one.grid) for picture in pictures for one in picture.grids]
    return ((int(y // _height(page)), grid) for y, grid in sorted(placed, key=lambda one: one[0]))


def _height(page: Page) -> float:
    return page.width if page.turn in (90, 270) else page.height


def _aligned(grids: Iterable[tuple[int, Grid]]) -> list[Grid]:
    """The tables, each pictured one placed as the one before it: no two sheets lie alike on the glass.

    A part of a table that lacks one of its outer columns is less wide than the whole by more than sheets differ.
    """
    found: list[Grid] = []
    before = 0, 0
    for side, grid in grids:
        if found and grid.engine == ENGINE and (grid.page or 0, side) != before:
            (left, right), (start, end) = _sides(found[-1]), _sides(grid)
            scale = (right - left) / (end - start) if end > start else 0.0
            if abs(scale - 1) < _ALIKE:
                cells = (
                    c._replace(left=left + (c.left - start) * scale, right=left + (c.right - start) * scale)
                    for c in grid.cells
                )
                grid = replace(grid, cells=tuple(cells))
        found.append(grid)
        before = grid.page or 0, side
    return found


def _sides(grid: Grid) -> tuple[float, float]:
    return min(cell.left for cell in grid.cells), max(cell.right for cell in grid.cells)


def _repeated(seen: Sequence[PictureSeen], pages: Sequence[Page]) -> set[str]:
    """The texts that at least half of the pictured pages have at their edges."""
    count = Counter(text for picture in seen for text in {_at_edge(line, pages) for line in picture.lines} if text)
    often = max(2, len(seen) // 2)
    return {text for text, times in count.items() if times >= often and len(text) > 3}


def _at_edge(line: LineSeen, pages: Sequence[Page]) -> str:
    page = pages[(line.line.page or 1) - 1]
    height = _height(page)
    return "" if _EDGE * height < line.y % height < (1 - _EDGE) * height else line.line.plain


def _merged(
    printed: Sequence[tuple[tuple[int, Sequence[object]], Line]],
    seen: Sequence[PictureSeen],
    heads: set[str],
    pages: Sequence[Page],
) -> list[tuple[Line, Line]]:
    """All running text in order, each line by both of its readings: what is printed is the same in both."""
    placed: list[tuple[int, float, Line, Line]] = []
    for (number, row), line in printed:
        placed.append((number, min(char.top for char in row), line, line))  # type: ignore[attr-defined]
    for picture in seen:
        for one in picture.lines:
            edge = _at_edge(one, pages)
            if edge and (edge in heads or is_page_number(edge)):
                continue
            placed.append((picture.page, one.y, one.line, replace(one.line, text=one.again)))
    placed.sort(key=lambda one: one[:2])
    return [(line, again) for _, _, line, again in placed]


def _whole(page: Page, printed: str, by_page: Mapping[int, object], lines: Sequence[tuple[Line, Line]]) -> str:
    """The text of a page in file order; that of its pictures behind it."""
    if page.number not in by_page:
        return printed
    return "\n".join([printed, *(line.text for line, _ in lines if line.page == page.number)])
