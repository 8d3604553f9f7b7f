"""A PDF as a medium: tables by geometry, text by lines, and the stream in drawing order."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.forms import TABLES
from tasks.read.aligned import read_aligned
from tasks.read.lines import furniture, page_lines
from tasks.read.medium import Medium
from tasks.read.page import Page
from tasks.read.pdf import pdf_pages
from tasks.read.ruled import ruled_grids
from tasks.read.tables import read_tables

_SCANNED = 0.6


def read_pdf(body: bytes) -> Medium:
    """A PDF that opens without a password."""
    pages = pdf_pages(body)
    grids = [grid for page in pages for grid in ruled_grids(page)]
    tables = read_tables(grids)
    if len(tables) < len(TABLES):
        tables = read_aligned(pages) | tables
    return Medium(tables, tuple(page_lines(pages, grids)), _stream(pages), "lines", "stream", _is_scan(pages))


def _stream(pages: Sequence[Page]) -> str:
    """The text in drawing order, without page numbers and running heads."""
    aside = furniture(pages)
    return "\n".join(
        "".join(
            gap + char.text
            for i, (gap, char) in enumerate(zip(page.gaps, page.chars, strict=True))
            if i not in aside[page.number]
        )
        for page in pages
    )


def _is_scan(pages: Sequence[Page]) -> bool:
    """Whether most pages are pictures: what text lies under them was guessed by some other program."""
    scanned = [page for page in pages if page.image_cover > _SCANNED and not (page.horizontal and page.vertical)]
    return len(scanned) * 2 > len(pages)
