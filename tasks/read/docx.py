"""DOCX: tables by their grid, text by paragraphs; what Word does not show is taken out first."""

from __future__ import annotations

import io
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree

from expectations.evidence import Doubt
from tasks.errors import CorruptFile, TooLarge
from tasks.read.characters import checked
from tasks.read.docx_names import running_heads, styled
from tasks.read.figures import FIGURE
from tasks.read.grid import Grid, GridCell
from tasks.read.medium import Medium
from tasks.read.scan.seen import PictureSeen
from tasks.read.spans import MAX_SPAN, MIN_CELLS
from tasks.read.stream import Stream
from tasks.read.tables import read_tables
from tasks.read.visible.marks import OBJECT, settled, unmarked
from tasks.read.visible.pictures import pictured_tables
from tasks.read.visible.word import keep_visible
from tasks.read.visible.word_styles import Styles, value_of

_TABLE, _ROW, _CELL, _PARAGRAPH, _TEXT = qn("w:tbl"), qn("w:tr"), qn("w:tc"), qn("w:p"), qn("w:t")
_FOREIGN, _BOX, _FRAME = qn("w:altChunk"), qn("w:txbxContent"), qn("w:framePr")
_RUN, _BLIP, _SOURCE, _EMBED = qn("w:r"), qn("a:blip"), qn("a:srcRect"), qn("r:embed")
_IMAGE, _ID = "{urn:schemas-microsoft-com:vml}imagedata", qn("r:id")
_MOST_ELEMENTS = 300_000
"""Of the document's XML; a report has a tenth of that."""


Cut = tuple[int, int, int, int]
"""What Word leaves out of a picture at its left, top, right and bottom, in thousandths of a percent."""


class StoredPicture(NamedTuple):
    """A picture as a document stores it, and what is left out of it."""

    data: bytes
    cut: Cut = (0, 0, 0, 0)


def read_docx(body: bytes, seen: Sequence[PictureSeen] = (), engine: str = "cells") -> Medium:
    """A Word document; nested tables are read in their place. `seen` is what its pictures show, if somebody looked.

    `engine` is what its cells are said to be read by.
    """
    document = _opened(body)
    root = document.element.body
    names = running_heads(document)
    shown = _put_in_place(_shown_pictures(document), seen)
    stream = Stream(checked("".join(_pieces(root))))
    held = {table: None for table in root.iter(_TABLE) if _holds_data(table)}
    running = [(line, p) for p in root.iter(_PARAGRAPH) if not _is_inside(p, held) for line in _text(p).split("\n")]
    lines = tuple(styled(unmarked(line), p) for line, p in running)
    places = (e for e in root.iter(_TABLE, _RUN) if e in held or e in shown)
    tables = read_tables([grid for e in places for grid in shown.get(e) or [_grid(e, engine)]])
    foreign = tuple(Doubt("sections", "嵌入的另一文档", "其内容没有读出") for _ in root.iter(_FOREIGN))
    pictured = pictured_tables([line for line, _ in running], tables)
    doubts = (*foreign[:1], *_floating(root))
    return Medium(tables, lines, stream, engine, "stream", doubts=doubts, names=names, pictured=pictured)


def stored_pictures(body: bytes) -> list[StoredPicture]:
    """The pictures that a Word document shows, in order."""
    document = _opened(body)
    shown = [picture for _, pictures in _shown_pictures(document) for picture in pictures]
    return [StoredPicture(_blob(document, name), cut) for name, cut in shown]


def _shown_pictures(document: Document) -> list[tuple[BaseOxmlElement, list[tuple[str, Cut]]]]:
    """Leave what Word shows; and the runs with pictures that it shows, with the names of these and what is cut off."""
    root = document.element.body
    held = {run: pictures for run in root.iter(_RUN) if (pictures := list(_pictures_in(run)))}
    keep_visible(root, Styles(document.styles.element))
    return [(run, held[run]) for run in root.iter(_RUN) if run in held and OBJECT in _text(run)]


def _pictures_in(run: BaseOxmlElement) -> Iterator[tuple[str, Cut]]:
    """The pictures of a run; of two ways to show the same, one."""
    found: set[str] = set()
    for blip in run.iter(_BLIP, _IMAGE):
        name = blip.get(_EMBED) or blip.get(_ID)
        if name and name not in found:
            found.add(name)
            beside = blip.getparent().find(_SOURCE) if blip.getparent() is not None else None
            sides = [0 if beside is None else int(beside.get(side) or 0) for side in ("l", "t", "r", "b")]
            yield name, (sides[0], sides[1], sides[2], sides[3])


def _blob(document: Document, name: str) -> bytes:
    """The bytes of a picture by its name; none where the document has it elsewhere."""
    part = document.part.related_parts.get(name)
    return part.blob if part is not None else b""


def _put_in_place(
    shown: Sequence[tuple[BaseOxmlElement, Sequence[object]]], seen: Sequence[PictureSeen]
) -> dict[BaseOxmlElement, list[Grid]]:
    """Put the lines that pictures show in the place of these; and the grids of each run."""
    by_number = {picture.page: picture for picture in seen}
    found: dict[BaseOxmlElement, list[Grid]] = {}
    last = 0
    for run, pictures in shown:
        numbers, last = range(last + 1, last + 1 + len(pictures)), last + len(pictures)
        looked = [by_number[number] for number in numbers if number in by_number]
        if len(looked) < len(pictures):
            continue
        found[run] = [one.grid for picture in looked for one in picture.grids]
        lines = "\n".join(line.line.text for picture in looked for line in picture.lines)
        for text in run.iter(_TEXT):
            text.text = (text.text or "").replace(OBJECT, f"\n{lines}\n", 1).replace(OBJECT, "")
    return found


def _floating(root: BaseOxmlElement) -> Iterator[Doubt]:
    """A number alone in a text box or frame: it may lie over a cell of a table, or cover what that prints."""
    boxes = [(box, _text(box)) for box in root.iter(_BOX)]
    boxes += [(p, _text(p)) for p in root.iter(_PARAGRAPH) if p.find(f"{qn('w:pPr')}/{_FRAME}") is not None]
    for box, text in boxes:
        cell = next(box.iterancestors(_CELL), None)
        is_number = FIGURE.match(text.strip()) and any(c.isdigit() for c in text)
        if is_number and (cell is None or _text(cell).strip() != text.strip()):
            yield Doubt("sections", f"文本框中的数：{text.strip()[:20]}", "不知属于表中哪一格")
            return


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
    if document.element.body.xpath("count(//*)") > _MOST_ELEMENTS:
        raise TooLarge("DOCX 内容过多")
    return document


def _is_inside(paragraph: BaseOxmlElement, tables: Container[BaseOxmlElement]) -> bool:
    """Whether a paragraph is read with what holds it: a table, or the paragraph that a text box belongs to."""
    if next(paragraph.iterancestors(_TABLE), None) in tables:
        return True
    return next(paragraph.iterancestors(_PARAGRAPH), None) is not None


def _holds_data(table: BaseOxmlElement) -> bool:
    """Whether a table is one, and not the frame of a page or of a title."""
    return next(table.iterdescendants(_TABLE), None) is None and sum(1 for _ in table.iter(_CELL)) >= MIN_CELLS


def _grid(table: BaseOxmlElement, engine: str) -> Grid:
    """The cells where Word puts them; one that continues another, below or beside it, is a part of it."""
    cells: list[GridCell] = []
    open_above: dict[int, int] = {}
    rows = list(table.iterchildren(_ROW))
    for index, row in enumerate(rows):
        column = _number(row, "w:trPr/w:gridBefore", 0)
        begun: dict[int, int] = {}
        for tc in row.iterchildren(_CELL):
            end = column + max(1, _number(tc, "w:tcPr/w:gridSpan", 1))
            above, beside = open_above.get(column), next(reversed(begun.values()), None)
            if _continues(tc, "w:hMerge") and beside is not None:
                cells[beside] = cells[beside]._replace(col1=end - 1, right=float(end))
            elif _continues(tc, "w:vMerge") and above is not None:
                cells[above] = cells[above]._replace(row1=index)
                begun[column] = above
            else:
                begun[column] = len(cells)
                text = settled(_text(tc).strip())
                cells.append(GridCell(text, index, index, column, end - 1, float(column), float(end)))
            column = end
        open_above = begun
    return Grid(tuple(cells), len(rows), None, engine)


def _continues(tc: BaseOxmlElement, name: str) -> bool:
    merge = tc.find(f"{qn('w:tcPr')}/{qn(name)}")
    return merge is not None and value_of(merge) in (None, "continue")


def _number(element: BaseOxmlElement, path: str, otherwise: int) -> int:
    found = element.find("/".join(qn(name) for name in path.split("/")))
    text = "" if found is None else value_of(found) or ""
    return min(int(text), MAX_SPAN) if text.isdecimal() and len(text) < 6 else otherwise


def _text(element: BaseOxmlElement) -> str:
    return "".join(_pieces(element)).strip("\n")


def _pieces(element: BaseOxmlElement) -> Iterator[str]:
    """The text below `element` in file order, with a line break after every paragraph."""
    for _, part in etree.iterwalk(element, events=("end",), tag=(_TEXT, _PARAGRAPH)):
        yield "\n" if part.tag == _PARAGRAPH else part.text or ""
