"""DOCX: tables by their grid (python-docx resolves merged cells), text by paragraphs."""

from __future__ import annotations

import io
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.table import Table

from tasks.errors import CorruptFile
from tasks.read.docx_names import running_heads, styled
from tasks.read.grid import Grid, GridCell
from tasks.read.medium import Medium
from tasks.read.spans import MIN_CELLS
from tasks.read.tables import read_tables

_TABLE, _PARAGRAPH, _DELETED = qn("w:tbl"), qn("w:p"), qn("w:del")
_TEXT, _BREAK, _TAB, _CELL = qn("w:t"), qn("w:br"), qn("w:tab"), qn("w:tc")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_docx(body: bytes) -> Medium:
    """A Word document; nested tables are read in their place."""
    document = _opened(body)
    root = document.element.body
    grids = [_grid(Table(table, document)) for table in root.iter(_TABLE) if _holds_data(table)]
    lines = tuple(styled(line, p) for p in root.iter(_PARAGRAPH) if not _in_table(p) for line in _text(p).split("\n"))
    names = running_heads(document)
    return Medium(read_tables(grids), lines, "".join(_pieces(root)), "cells", "stream", names=names)


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


def _in_table(paragraph: BaseOxmlElement) -> bool:
    table = next(paragraph.iterancestors(_TABLE), None)
    return table is not None and _holds_data(table)


def _holds_data(table: BaseOxmlElement) -> bool:
    """Whether a table is one, and not the frame of a page or of a title."""
    return next(table.iterdescendants(_TABLE), None) is None and sum(1 for _ in table.iter(_CELL)) >= MIN_CELLS


def _grid(table: Table) -> Grid:
    places: dict[BaseOxmlElement, list[tuple[int, int]]] = {}
    rows = table.rows
    for index, row in enumerate(rows):
        for column, cell in enumerate(row.cells, row.grid_cols_before):
            places.setdefault(cell._tc, []).append((index, column))
    return Grid(tuple(_cell(tc, at) for tc, at in places.items()), len(rows), None, "cells")


def _cell(tc: BaseOxmlElement, at: list[tuple[int, int]]) -> GridCell:
    rows, columns = [row for row, _ in at], [column for _, column in at]
    left, right = min(columns), max(columns)
    return GridCell(_text(tc).strip(), min(rows), max(rows), left, right, float(left), right + 1.0)


def _text(element: BaseOxmlElement) -> str:
    return "".join(_pieces(element)).strip("\n")


def _pieces(element: BaseOxmlElement) -> Iterator[str]:
    """The text below `element` in file order: without deletions and fallbacks, a line break after every paragraph."""
    for child in element:
        if child.tag in (_FALLBACK, _DELETED):
            continue
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in (_BREAK, _TAB):
            yield "\n" if child.tag == _BREAK else " "
        else:
            yield from _pieces(child)
    if element.tag == _PARAGRAPH:
        yield "\n"
