"""The running text of a document as lines, whatever medium it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tasks.read.characters import nfkc
from tasks.read.grid import Grid
from tasks.read.page import Char, Page
from tasks.read.printed import char_rows, line

_PAGE_NUMBER = re.compile(r"\A(?:第?\s*[-—–－·~]*\s*\d{1,3}\s*[-—–－·~]*\s*页?(?:\s*[/共]\s*\d{1,3}\s*页?)?)\Z")
_LONGEST_NUMBER = 40
_LONGEST_LINE = 200
_MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `size` is its character height in points, 0 where there is no geometry.

    `tag` is what the medium says that it is: `h1`, `h2`, `h3` a heading, `title` a title, `a` nothing but links.
    """

    text: str
    size: float = 0.0
    page: int | None = None
    tag: str = ""

    @property
    def plain(self) -> str:
        """The text in NFKC without any spaces."""
        return _plain(self.text) if len(self.text) <= _LONGEST_LINE else _plain_of(self.text)


def _plain_of(text: str) -> str:
    return "".join(nfkc(text).split())


_plain = lru_cache(maxsize=4096)(_plain_of)
"""Every line is asked for its plain text again and again; a paragraph too long for a line is not kept."""


def is_page_number(text: str) -> bool:
    """Whether a line is nothing but the number of its page."""
    text = text.strip()
    return len(text) <= _LONGEST_NUMBER and bool(_PAGE_NUMBER.match(text))


Aside = Mapping[int, frozenset[int]]
"""Per page number the indices of characters that belong to no text: page numbers and running heads."""


Spans = Mapping[int, Sequence[tuple[float, float]]]
"""Per page number the stretches, top to bottom, that tables cover."""


PageRow = tuple[int, list[Char]]
"""A page number, and characters that stand in one line there."""


def table_spans(pages: Sequence[Page], grids: Iterable[Grid]) -> Spans:
    """Where the tables stand; nothing for turned pages, whose boxes are kept as displayed."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for grid in grids:
        boxes = [c.bbox for c in grid.cells if c.bbox]
        if grid.page and boxes and not pages[grid.page - 1].turn:
            spans.setdefault(grid.page, []).append((min(b[1] for b in boxes), max(b[3] for b in boxes)))
    return spans


def page_lines(rows: Iterable[PageRow]) -> list[Line]:
    """The lines that rows of characters print."""
    return [Line(line(row), max(c.bottom - c.top for c in row), number) for number, row in rows]


def free_rows(pages: Sequence[Page], spans: Spans, aside: Aside) -> list[PageRow]:
    """The rows of characters of the pages outside the tables."""
    rows: list[PageRow] = []
    for page in pages:
        left_out = aside[page.number]
        free = [c for n, c in enumerate(page.chars) if n not in left_out]
        for top, bottom in spans.get(page.number, ()):
            free = [c for c in free if not top <= c.y <= bottom]
        rows += [(page.number, row) for row in char_rows(free)]
    return rows


def running_heads(pages: Sequence[Page], aside: Aside) -> tuple[Line, ...]:
    """What was left out as furniture, but for page numbers: each text once."""
    rows = (row for page in pages for row in char_rows(page.chars[n] for n in sorted(aside[page.number])))
    texts = dict.fromkeys(map(line, rows))
    return tuple(Line(text, tag="head") for text in texts if len(text) > 3 and not is_page_number(text))


def _is_in(char: Char, spans: Sequence[tuple[float, float]]) -> bool:
    return any(top <= char.y <= bottom for top, bottom in spans)


def furniture(pages: Sequence[Page], spans: Spans) -> Aside:
    """What stands at the edges outside tables: page numbers, and texts that at least half of the pages repeat there."""
    edges = {page.number: _edge_rows(page, spans.get(page.number, ()), len(pages)) for page in pages}
    seen = Counter(text for rows in edges.values() for text in {Line(text).plain for text, _ in rows})
    often = max(2, len(pages) // 2)
    heads = {text for text, times in seen.items() if times >= often and len(text) > 3 and not text.isdigit()}
    return {
        number: frozenset(
            index for text, indices in rows if is_page_number(text) or Line(text).plain in heads for index in indices
        )
        for number, rows in edges.items()
    }


def _edge_rows(page: Page, tables: Sequence[tuple[float, float]], pages: int) -> list[tuple[str, list[int]]]:
    """The lines at the page's top and bottom, less `2/5` at their ends, with the indices of their characters."""
    of_pages = re.compile(rf"(?<=\D){page.number}\s*/\s*{pages}\Z")
    low, high = page.height * _MARGIN, page.height * (1 - _MARGIN)
    near = {id(c): n for n, c in enumerate(page.chars) if not low <= c.y <= high and not _is_in(c, tables)}
    rows = char_rows(page.chars[n] for n in near.values())
    return [(of_pages.sub("", line(row)), [near[id(c)] for c in row]) for row in rows]
