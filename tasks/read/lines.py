"""The running text of a document as lines, whatever medium it comes from."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.read.grid import Grid
from tasks.read.page import Char, Page
from tasks.read.printed import char_rows, printed

PAGE_NUMBER = re.compile(r"\A\s*(?:第?\s*[-—–－·~]*\s*\d{1,3}\s*[-—–－·~]*\s*页?(?:\s*[/共]\s*\d{1,3}\s*页?)?)\s*\Z")
_MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `size` is its character height in points, 0 where there is no geometry."""

    text: str
    size: float = 0.0
    page: int | None = None

    @property
    def plain(self) -> str:
        """The text in NFKC without any spaces."""
        return "".join(unicodedata.normalize("NFKC", self.text).split())


def page_lines(pages: Sequence[Page], grids: Iterable[Grid]) -> list[Line]:
    """The lines of the pages outside the tables, without page numbers and running heads."""
    boxes: dict[int, list[tuple[float, float]]] = {}
    for grid in grids:
        tops = [c.bbox for c in grid.cells if c.bbox]
        if grid.page and tops and not pages[grid.page - 1].turn:
            boxes.setdefault(grid.page, []).append((min(b[1] for b in tops), max(b[3] for b in tops)))
    lines: list[Line] = []
    heads = _running_heads(pages)
    for page in pages:
        spans = boxes.get(page.number, [])
        free = [c for c in page.chars if not any(top <= c.y <= bottom for top, bottom in spans)]
        for row in char_rows(free):
            line = Line(printed(row), max(c.bottom - c.top for c in row), page.number)
            if not (_in_margin(row, page) and (PAGE_NUMBER.match(line.text) or line.plain in heads)):
                lines.append(line)
    return lines


def furniture(pages: Sequence[Page]) -> dict[int, frozenset[int]]:
    """Per page number the indices of characters that are page numbers or running heads."""
    heads = _running_heads(pages)
    found: dict[int, frozenset[int]] = {}
    for page in pages:
        indices = {id(c): i for i, c in enumerate(page.chars)}
        hit: set[int] = set()
        for row in char_rows(c for c in page.chars if _near_edge(c, page)):
            text = printed(row)
            if PAGE_NUMBER.match(text) or Line(text).plain in heads:
                hit.update(indices[id(c)] for c in row)
        found[page.number] = frozenset(hit)
    return found


def _near_edge(char: Char, page: Page) -> bool:
    return char.y < page.height * _MARGIN or char.y > page.height * (1 - _MARGIN)


def _in_margin(row: list[Char], page: Page) -> bool:
    return _near_edge(row[0], page)


def _running_heads(pages: Sequence[Page]) -> frozenset[str]:
    """Texts that stand at the edge of at least three pages, or of both pages of two."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({Line(printed(row)).plain for row in char_rows(c for c in page.chars if _near_edge(c, page))})
    return frozenset(text for text, times in seen.items() if len(text) > 3 and times >= max(2, len(pages) // 2))
