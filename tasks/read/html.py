"""HTML: tables by their own rows and spans, text by blocks; what a browser does not show is taken out first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from tasks.errors import CorruptFile
from tasks.read.grid import Grid
from tasks.read.lines import Line
from tasks.read.medium import Medium
from tasks.read.spans import MAX_SPAN, MIN_CELLS, SpanCell, spanned_grid
from tasks.read.tables import read_tables
from tasks.read.visible.marks import settled, unmarked
from tasks.read.visible.pictures import pictured_tables
from tasks.read.visible.web import keep_visible

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol",
    "optgroup", "p", "plaintext", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul", "xmp",
))  # fmt: skip
"""What stands on lines of its own; everything else, known or not, runs on in its line."""
_DEPTH = 400


def read_html(text: str) -> Medium:
    """A web page, or what a word processor saves as one."""
    try:
        root = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*>", "", text))
    except etree.LxmlError as error:
        raise CorruptFile("网页没有内容") from error
    keep_visible(root)
    grids = [_grid(table) for table in root.iter("table") if _holds_data(table)]
    marked = [line for line in "".join(_running_text(root)).split("\n") if line.strip()]
    lines = tuple(Line(text) for line in marked if (text := unmarked(line)).strip())
    tables = read_tables(grids)
    stream = " ".join(root.itertext())
    return Medium(tables, lines, stream, "cells", "stream", pictured=pictured_tables(marked, tables))


def table_lines(markup: str) -> str:
    """A table in the midst of plain text as lines of fields between bars; a merged cell leaves the others blank."""
    root = html.fragment_fromstring(markup, create_parent="div")
    keep_visible(root)
    lines: list[str] = []
    for table in root.iter("table"):
        if next(table.iterdescendants("table"), None) is None:
            grid = _grid(table)
            width = max((c.col1 for c in grid.cells), default=0) + 1
            for index in range(grid.rows):
                fields = {c.col0: " ".join(c.text.split()).replace("|", "｜") for c in grid.cells if c.row0 == index}
                lines.append("| " + " | ".join(fields.get(n, "") for n in range(width)) + " |")
    return "\n".join(lines)


def _grid(table: html.HtmlElement) -> Grid:
    rows = ([_cell(cell) for cell in row.iter("td", "th")] for row in table.iter("tr"))
    return spanned_grid(rows, "cells")


def _holds_data(table: html.HtmlElement) -> bool:
    """Whether a table is one, and not the frame of a page or of a title."""
    return next(table.iterdescendants("table"), None) is None and sum(1 for _ in table.iter("td", "th")) >= MIN_CELLS


def _cell(cell: html.HtmlElement) -> SpanCell:
    text = "".join(_running_text(cell)) if len(cell) else _folded(cell.text)
    return SpanCell(settled(text.strip()), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name) or "")
    span = int(digits[1]) if digits else 1
    return MAX_SPAN if name == "rowspan" and not span else span


def _running_text(element: html.HtmlElement, depth: int = 0) -> Iterator[str]:
    """The text with a line break around every block, white space folded as browsers do."""
    if depth > _DEPTH:
        return
    block = element.tag in _BLOCKS
    if block:
        yield "\n"
    if depth == 0 or element.tag != "table" or not _holds_data(element):
        yield _folded(element.text)
        for child in element:
            yield from _running_text(child, depth + 1)
            yield _folded(child.tail)
    if block:
        yield "\n"


def _folded(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f\xa0]+", " ", text or "")
