"""DOCX: tables by their grid with merged cells resolved, text by paragraphs; opened by python-docx."""

from __future__ import annotations

import io
import re

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from tasks.errors import CorruptFile, TooLarge
from tasks.read.characters import checked
from tasks.read.docx_names import running_heads, styled
from tasks.read.grid import Grid, GridCell
from tasks.read.medium import Medium
from tasks.read.spans import MAX_SPAN, MIN_CELLS
from tasks.read.tables import read_tables

_TABLE, _ROW, _CELL, _PARAGRAPH, _DELETED = qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:p"), qn("w:del")
_TEXT, _BREAK, _TAB = qn("w:t"), qn("w:br"), qn("w:tab")
_ROW_PROPERTIES, _BEFORE, _CELL_PROPERTIES = qn("w:trPr"), qn("w:gridBefore"), qn("w:tcPr")
_SPAN, _MERGE, _VALUE = qn("w:gridSpan"), qn("w:vMerge"), qn("w:val")
_DIGITS = re.compile(r"\d{1,6}")
_MOST_ELEMENTS = 300_000
"""Of the document's XML; a report has a tenth of that."""
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_docx(body: bytes) -> Medium:
    """A Word document; nested tables are read in their place."""
    document = _opened(body)
    root = document.element.body
    if root.xpath("count(//*)") > _MOST_ELEMENTS:
        raise TooLarge("DOCX 内容过多")
    stream = checked(_text_of(root))
    tables = {table: None for table in root.iter(_TABLE) if _holds_data(table)}
    outside = (p for p in root.iter(_PARAGRAPH) if next(p.iterancestors(_TABLE), None) not in tables)
    lines = tuple(styled(line, p) for p in outside for line in _text(p).split("\n"))
    names = running_heads(document)
    return Medium(read_tables([_grid(table) for table in tables]), lines, stream, "cells", "stream", names=names)


def _opened(body: bytes) -> Document:
    """The document. Raises CorruptFile for what is no sound package; the library has no error for that."""
    try:
        document = docx.Document(io.BytesIO(body))
        if document.element.body is None:
            raise ValueError("no body")
    except MemoryError:
        raise
    except Exception as error:
        raise CorruptFile("不是完整的 DOCX") from error
    return document


def _holds_data(table: BaseOxmlElement) -> bool:
    """Whether a table is one, and not the frame of a page or of a title."""
    return next(table.iterdescendants(_TABLE), None) is None and sum(1 for _ in table.iter(_CELL)) >= MIN_CELLS


def _grid(table: BaseOxmlElement) -> Grid:
    """The cells of a table; those that a merge joins, one above the other, are one."""
    places: list[list[int]] = []
    texts: list[str] = []
    above: dict[int, int] = {}
    count = 0
    for index, row in enumerate(table.iterchildren(_ROW)):
        column = _number(row.find(f"{_ROW_PROPERTIES}/{_BEFORE}"), 0)
        here: dict[int, int] = {}
        for tc in row.iterchildren(_CELL):
            end = column + max(1, _number(tc.find(f"{_CELL_PROPERTIES}/{_SPAN}"), 1))
            merge = tc.find(f"{_CELL_PROPERTIES}/{_MERGE}")
            goes_on = merge is not None and merge.get(_VALUE, "continue") == "continue"
            if goes_on and column in above:
                cell = above[column]
                places[cell][1], places[cell][3] = index, max(places[cell][3], end - 1)
            else:
                cell = len(places)
                places.append([index, index, column, end - 1])
                texts.append(_text(tc).strip())
            here[column], column = cell, end
        above, count = here, index + 1
    cells = (
        GridCell(text, row0, row1, col0, col1, float(col0), col1 + 1.0)
        for text, (row0, row1, col0, col1) in zip(texts, places, strict=True)
    )
    return Grid(tuple(cells), count, None, "cells")


def _number(element: BaseOxmlElement | None, otherwise: int) -> int:
    """What a property says, within reason."""
    digits = _DIGITS.match(element.get(_VALUE, "")) if element is not None else None
    return min(int(digits[0]), MAX_SPAN) if digits else otherwise


def _text(element: BaseOxmlElement) -> str:
    return _text_of(element).strip("\n")


def _text_of(element: BaseOxmlElement) -> str:
    """The text below `element` in file order: without deletions and fallbacks, a line break after every paragraph."""
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: BaseOxmlElement, pieces: list[str]) -> None:
    for child in element:
        if child.tag in (_FALLBACK, _DELETED):
            continue
        if child.tag == _TEXT:
            pieces.append(child.text or "")
        elif child.tag in (_BREAK, _TAB):
            pieces.append("\n" if child.tag == _BREAK else " ")
        else:
            _collect(child, pieces)
    if element.tag == _PARAGRAPH:
        pieces.append("\n")
