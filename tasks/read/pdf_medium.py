"""A PDF as a medium: tables by geometry, text by lines, and the stream in drawing order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import add, itemgetter

from tasks.read.aligned import read_aligned
from tasks.read.lines import Aside, Line, PageRow, free_rows, furniture, page_lines, running_heads, table_spans
from tasks.read.medium import Medium
from tasks.read.page import Page
from tasks.read.pdf import pdf_pages
from tasks.read.pdf_file import opened_pages
from tasks.read.pictured import is_picture, pictured_tables
from tasks.read.risks import risk_signs
from tasks.read.ruled import ruled_grids
from tasks.read.second_engine import confirm_characters, confirm_units
from tasks.read.sight import Sight, look_at_names, look_at_tables
from tasks.read.stream import Stream
from tasks.read.surest import Tables, surest
from tasks.read.tables import read_tables

_NAMING = re.compile(r"公开.*(?:报告|年报)|(?:20\d\d|二[〇○零].{2})年.*(?:报告|年报)")
_SIGNED = 3
_LONGEST = 60
"""Characters: a longer line is no title or signature."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The pages of a PDF, and what was made of them."""

    pages: tuple[Page, ...]
    tables: Tables
    rows: tuple[PageRow, ...] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    heads: tuple[Line, ...] = field(repr=False)
    stream: Stream = field(repr=False)
    engine: str


def read_pdf(body: bytes) -> Medium:
    """A PDF that opens without a password. What nobody can see in it is left out, and in doubt."""
    with opened_pages(body) as drawn:
        reading = _reading(pdf_pages(drawn))
        seen = (
            look_at_tables(drawn, reading.pages, reading.tables),
            look_at_names(drawn, reading.pages, _naming(reading)),
        )
    if any(sight.hidden for sight in seen):
        reading = _reading(_visible(reading.pages, seen))
    unheard = [cell for sight in seen for cell in sight.unheard]
    beside = [cell for sight in seen for cell in sight.beside]
    doubts = (
        *(doubt for sight in seen for doubt in sight.doubts),
        *confirm_characters(body, unheard),
        *confirm_units(body, beside),
    )
    return Medium(
        seen[0].with_gaps(reading.tables),
        reading.lines,
        reading.stream,
        reading.engine,
        "stream",
        _is_scan(reading.pages),
        doubts,
        reading.heads,
        pictured_tables(reading.pages, reading.rows, reading.lines, reading.tables),
        reading.rows,
        reading.pages,
        risk_signs(reading.pages),
        has_scans=any(is_picture(page) for page in reading.pages),
    )


def _visible(pages: tuple[Page, ...], seen: Sequence[Sight]) -> tuple[Page, ...]:
    for sight in seen:
        pages = sight.without_hidden(pages)
    return pages


def _reading(pages: tuple[Page, ...]) -> _Reading:
    grids = [grid for page in pages for grid in ruled_grids(page)]
    spans = table_spans(pages, grids)
    aside = furniture(pages, spans)
    stream = _stream(pages, aside)
    ruled = read_tables(grids)
    tables = surest(ruled, lambda: read_aligned(pages, aside), stream)
    rows = tuple(free_rows(pages, spans, aside))
    heads = running_heads(pages, aside)
    return _Reading(pages, tables, rows, tuple(page_lines(rows)), heads, stream, "lines" if ruled else "words")


def _naming(reading: _Reading) -> Iterator[PageRow]:
    """The lines that may be the title, and the last ones, which may be signature and date."""
    last = len(reading.rows) - _SIGNED
    for n, (row, line) in enumerate(zip(reading.rows, reading.lines, strict=True)):
        if len(row[1]) <= _LONGEST and (n >= last or _NAMING.search(line.plain)):
            yield row


def _stream(pages: Sequence[Page], aside: Aside) -> Stream:
    """The text in drawing order, without page numbers and running heads."""
    return Stream("\n".join(in_drawing_order(page, aside[page.number]) for page in pages))


def in_drawing_order(page: Page, aside: Iterable[int]) -> str:
    """The text of a page as the file draws it, without what stands `aside`."""
    pieces = list(map(add, page.gaps, map(itemgetter(0), page.chars)))
    for index in aside:
        pieces[index] = ""
    text = "".join(pieces)
    if page.turn != 180:
        return text
    # PDFium puts what stands in one line in order from the left, which is the end of a line that stands on its head
    return "\n".join(" ".join(reversed(line.split(" "))) for line in text.split("\n"))


def _is_scan(pages: Sequence[Page]) -> bool:
    """Whether most pages are pictures: what text lies under them was guessed by some other program."""
    return 2 * sum(map(is_picture, pages)) > len(pages)
