"""HTML: tables by their own rows and spans, text by blocks; read with lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from tasks.errors import CorruptFile
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
_DEPTH = 400


def read_html(text: str) -> Medium:
    """A web page, or what a word processor saves as one."""
    try:
        root = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*>", "", text))
    except etree.LxmlError as error:
        raise CorruptFile("网页没有内容") from error
    names = page_names(root)
    _prune(root)
    grids = [_grid(table) for table in root.iter("table") if _holds_data(table)]
    lines = tagged((line for line in "".join(_running_text(root)).split("\n") if line.strip()), root)
    return Medium(read_tables(grids), lines, " ".join(root.itertext()), "cells", "stream", names=names)


def _prune(root: html.HtmlElement) -> None:
    """Take out what a reader of the page does not see."""
    for element in list(root.iter()):
        is_tag = isinstance(element.tag, str)
        if (
            not is_tag
            or element.tag in _SKIPPED
            or _HIDDEN.search(element.get("style") or "")
            or element.get("hidden") is not None
        ) and element.getparent() is not None:
            element.drop_tree() if is_tag else _drop_comment(element)


def _drop_comment(comment: etree._Element) -> None:
    parent, before = comment.getparent(), comment.getprevious()
    if comment.tail and parent is not None:
        if before is not None:
            before.tail = (before.tail or "") + comment.tail
        else:
            parent.text = (parent.text or "") + comment.tail
    if parent is not None:
        comment.tail = None
        parent.remove(comment)


def _grid(table: html.HtmlElement) -> Grid:
    rows = ([_cell(cell) for cell in row.iter("td", "th")] for row in table.iter("tr"))
    return spanned_grid(rows, "cells")


def _holds_data(table: html.HtmlElement) -> bool:
    """Whether a table is one, and not the frame of a page or of a title."""
    return next(table.iterdescendants("table"), None) is None and sum(1 for _ in table.iter("td", "th")) >= MIN_CELLS


def _cell(cell: html.HtmlElement) -> SpanCell:
    return SpanCell("".join(_running_text(cell)).strip(), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name) or "")
    return int(digits[1]) if digits else 1


def _running_text(element: html.HtmlElement, depth: int = 0) -> Iterator[str]:
    """The text with a line break around every block, white space folded as browsers do."""
    if depth > _DEPTH:
        return
    block = element.tag not in _INLINE
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
