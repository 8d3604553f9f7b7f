"""HTML: tables by their own rows and spans, text by blocks; what a browser does not show is taken out first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree, html

from expectations.evidence import Doubt
from tasks.errors import CorruptFile, TooLarge
from tasks.read.characters import checked
from tasks.read.grid import Grid
from tasks.read.html_names import page_names, particulars, tagged
from tasks.read.medium import Medium
from tasks.read.scan.seen import PictureSeen
from tasks.read.spans import MAX_SPAN, MIN_CELLS, SpanCell, spanned_grid
from tasks.read.stream import Stream
from tasks.read.tables import read_tables
from tasks.read.visible.marks import OBJECT, settled, unmarked
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
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{10000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MOST_ATTRIBUTES = 1000
_DEPTH = 400
_MOST_ELEMENTS = 300_000
"""Of a page; a report, with all that a site puts around it, has a tenth of that."""


def read_html(text: str, seen: Sequence[PictureSeen] = ()) -> Medium:
    """A web page, or what a word processor saves as one; `seen` is what its pictures show, if somebody looked."""
    root = _parsed(text)
    names = page_names(root)
    floating = keep_visible(root)
    _put_feet_last(root)
    names += particulars(root)
    shown = _put_in_place(root, seen)
    stream = Stream(checked(" ".join(root.itertext(etree.Element))))
    grids = [
        grid
        for element in root.iter(etree.Element)
        for grid in shown.get(element) or ([_grid(element)] if element.tag == "table" and _holds_data(element) else ())
    ]
    marked = [line for line in _running_text(root).split("\n") if line.strip()]
    lines = tagged((text for line in marked if (text := unmarked(line)).strip()), root)
    tables = read_tables(grids)
    pictured = pictured_tables(marked, tables)
    doubts = tuple(Doubt("sections", f"浮于页面的数：{text[:20]}", "不知属于表中哪一格") for text in floating[:1])
    return Medium(tables, lines, stream, "cells", "stream", doubts=doubts, names=names, pictured=pictured)


def picture_sources(text: str) -> list[str]:
    """The sources of the pictures that a web page has in itself and shows, in order."""
    root = _parsed(text)
    keep_visible(root)
    return [element.get("src") or "" for element in _pictures(root)]


def _pictures(root: html.HtmlElement) -> Iterator[html.HtmlElement]:
    return (e for e in root.iter("img") if e.text == OBJECT and (e.get("src") or "").lstrip()[:5].lower() == "data:")


def _put_in_place(root: html.HtmlElement, seen: Sequence[PictureSeen]) -> dict[html.HtmlElement, list[Grid]]:
    """Put the lines that pictures show in the place of these; and the grids of each."""
    by_number = {picture.page: picture for picture in seen}
    found: dict[html.HtmlElement, list[Grid]] = {}
    for number, element in enumerate(list(_pictures(root)) if seen else (), start=1):
        picture = by_number.get(number)
        if picture:
            found[element] = [one.grid for one in picture.grids]
            element.tag, element.text = "div", None
            for line in picture.lines:
                etree.SubElement(element, "p").text = line.line.text
    return found


def _parsed(text: str) -> html.HtmlElement:
    """The page as a tree. Raises Rejected for one that is not to be read."""
    if any(_attributes(tag[0]) > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise TooLarge("标签的属性过多")
    parser = html.HTMLParser(remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*>", "", text), parser)
    except etree.LxmlError as error:
        raise CorruptFile("网页没有内容") from error
    if root.xpath("count(//*)") > _MOST_ELEMENTS:
        raise TooLarge("网页内容过多")
    return root


def _put_feet_last(root: html.HtmlElement) -> None:
    """A table's foot is shown below its body, wherever it is written; one of several rows above may stand first."""
    for foot in list(root.iter("tfoot")):
        table = foot.getparent()
        if table is not None and table.tag == "table":
            tail, foot.tail = foot.tail, None
            table.append(foot)
            foot.tail = tail


def _attributes(tag: str) -> int:
    """About how many attributes a tag has: the parser holds each against all before it."""
    bare = _QUOTED.sub("", tag)
    return max(bare.count("="), len(bare.split()))


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
    text = _running_text(cell) if len(cell) else _folded(cell.text)
    return SpanCell(settled(text.strip()), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: html.HtmlElement, name: str) -> int:
    digits = re.match(r"\s*(\d{1,4})", cell.get(name) or "")
    span = int(digits[1]) if digits else 1
    return MAX_SPAN if name == "rowspan" and not span else span


def _running_text(element: html.HtmlElement) -> str:
    """The text with a line break around every block, white space folded as browsers do."""
    pieces: list[str] = []
    _collect(element, 0, pieces)
    return "".join(pieces)


def _collect(element: html.HtmlElement, depth: int, pieces: list[str]) -> None:
    if depth > _DEPTH or not isinstance(element.tag, str):
        return
    edge = "\n" if element.tag in _BLOCKS else ""
    pieces.append(edge)
    if depth == 0 or element.tag != "table" or not _holds_data(element):
        pieces.append(_folded(element.text))
        for child in element:
            _collect(child, depth + 1, pieces)
            pieces.append(_folded(child.tail))
    pieces.append(edge)


def _folded(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f\xa0]+", " ", text or "")
