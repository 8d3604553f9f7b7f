"""HTML: tables by their own rows and spans, text by blocks; read with lxml."""

from __future__ import annotations

import re

from lxml import etree, html

from tasks.errors import CorruptFile, TooLarge
from tasks.read.characters import checked
from tasks.read.grid import Grid
from tasks.read.html_names import page_names, tagged
from tasks.read.medium import Medium
from tasks.read.spans import MIN_CELLS, SpanCell, spanned_grid
from tasks.read.tables import read_tables

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SKIPPED = frozenset({"script", "style", "noscript", "template", "head", "select", "textarea"})
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "label",
        "o:p",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    }
)
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{10000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MOST_ATTRIBUTES = 1000
_DEPTH = 400
_MOST_ELEMENTS = 300_000
"""Of a page; a report, with all that a site puts around it, has a tenth of that."""


def read_html(text: str) -> Medium:
    """A web page, or what a word processor saves as one."""
    if any(_attributes(tag[0]) > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise TooLarge("标签的属性过多")
    parser = html.HTMLParser(remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*>", "", text), parser)
    except etree.LxmlError as error:
        raise CorruptFile("网页没有内容") from error
    if root.xpath("count(//*)") > _MOST_ELEMENTS:
        raise TooLarge("网页内容过多")
    names = page_names(root)
    _prune(root)
    stream = checked(" ".join(root.itertext(etree.Element)))
    grids = [_grid(table) for table in root.iter("table") if _holds_data(table)]
    lines = tagged((line for line in _running_text(root).split("\n") if line.strip()), root)
    return Medium(read_tables(grids), lines, stream, "cells", "stream", names=names)


def _attributes(tag: str) -> int:
    """About how many attributes a tag has: the parser holds each against all before it."""
    bare = _QUOTED.sub("", tag)
    return max(bare.count("="), len(bare.split()))


def _prune(root: html.HtmlElement) -> None:
    """Take out what a reader of the page does not see."""
    for element in list(root.iter(etree.Element)):
        if (
            element.tag in _SKIPPED or _HIDDEN.search(element.get("style") or "") or element.get("hidden") is not None
        ) and element.getparent() is not None:
            element.clear(keep_tail=True)  # to take it out of the tree would copy the text before it, each time
            element.tag = "span"


def _grid(table: html.HtmlElement) -> Grid:
    rows = ([_cell(cell) for cell in row.iter("td", "th")] for row in table.iter("tr"))
    return spanned_grid(rows, "cells")


def _holds_data(table: html.HtmlElement) -> bool:
    """Whether a table is one, and not the frame of a page or of a title."""
    return next(table.iterdescendants("table"), None) is None and sum(1 for _ in table.iter("td", "th")) >= MIN_CELLS


def _cell(cell: html.HtmlElement) -> SpanCell:
    return SpanCell(_running_text(cell).strip(), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name) or "")
    return int(digits[1]) if digits else 1


def _running_text(element: html.HtmlElement) -> str:
    """The text with a line break around every block, white space folded as browsers do."""
    pieces: list[str] = []
    _collect(element, 0, pieces)
    return "".join(pieces)


def _collect(element: html.HtmlElement, depth: int, pieces: list[str]) -> None:
    if depth > _DEPTH or not isinstance(element.tag, str):
        return
    edge = "" if element.tag in _INLINE else "\n"
    pieces.append(edge)
    if depth == 0 or element.tag != "table" or not _holds_data(element):
        pieces.append(_folded(element.text))
        for child in element:
            _collect(child, depth + 1, pieces)
            pieces.append(_folded(child.tail))
    pieces.append(edge)


def _folded(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f\xa0]+", " ", text or "")
