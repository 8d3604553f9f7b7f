"""A PDF as a medium: tables by geometry, text by lines, and the stream in drawing order."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from itertools import groupby

from expectations.evidence import Cell
from tasks.read.aligned import read_aligned
from tasks.read.ink import unexplained
from tasks.read.lines import Aside, furniture, page_lines, running_heads, table_spans
from tasks.read.medium import Medium
from tasks.read.page import Page
from tasks.read.pdf import opened, pdf_pages
from tasks.read.ruled import ruled_grids
from tasks.read.second_engine import confirm_characters
from tasks.read.surest import Tables, surest
from tasks.read.tables import read_tables

_SCANNED = 0.6


def read_pdf(body: bytes) -> Medium:
    """A PDF that opens without a password."""
    with opened(body) as drawn:
        pages = pdf_pages(drawn)
        grids = [grid for page in pages for grid in ruled_grids(page)]
        spans = table_spans(pages, grids)
        aside = furniture(pages, spans)
        stream = _stream(pages, aside)
        ruled = read_tables(grids)
        tables = surest(ruled, lambda: read_aligned(pages, aside), stream)
        doubtful = unexplained(drawn, pages, _unguarded(tables))
    doubts = confirm_characters(body, doubtful)
    lines = tuple(page_lines(pages, spans, aside))
    heads = running_heads(pages, aside)
    return Medium(tables, lines, stream, "lines" if ruled else "words", "stream", _is_scan(pages), doubts, heads)


def _unguarded(tables: Tables) -> Iterator[Cell]:
    """The cells that no identity guards: table 2, and the groups of table 4 that are blank throughout."""
    if "table2" in tables:
        yield from tables["table2"].cells
    if "table4" in tables:
        for _, group in groupby(tables["table4"].cells, key=lambda c: c.address.rsplit(".", 1)[0]):
            cells = tuple(group)
            if all(cell.is_blank for cell in cells):
                yield from cells


def _stream(pages: Sequence[Page], aside: Aside) -> str:
    """The text in drawing order, without page numbers and running heads."""
    return "\n".join(_drawn(page, aside[page.number]) for page in pages)


def _drawn(page: Page, aside: Container[int]) -> str:
    pairs = zip(page.gaps, page.chars, strict=True)
    text = "".join(gap + char.text for i, (gap, char) in enumerate(pairs) if i not in aside)
    if page.turn != 180:
        return text
    # PDFium puts what stands in one line in order from the left, which is the end of a line that stands on its head
    return "\n".join(" ".join(reversed(line.split(" "))) for line in text.split("\n"))


def _is_scan(pages: Sequence[Page]) -> bool:
    """Whether most pages are pictures: what text lies under them was guessed by some other program."""
    scanned = [page for page in pages if page.image_cover > _SCANNED and not (page.horizontal and page.vertical)]
    return len(scanned) * 2 > len(pages)
