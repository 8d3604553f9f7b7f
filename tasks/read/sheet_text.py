"""The second, independent reading of a workbook: the text of its sheets in file order, straight from their XML.

Of the first reading (`tasks.read.xlsx`, by openpyxl) it shares how a number is printed in its format, and nothing else:
it finds sheets, strings, styles, merged and hidden cells by itself.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from lxml import etree

from tasks.errors import CorruptFile, TooLarge
from tasks.read.visible.marks import UNSURE
from tasks.read.visible.numbers import BUILT_IN, date_shown, is_date, number_shown

MOST_CELLS = 200_000
"""Of a workbook; a report has some five hundred."""
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
_OFF = ("0", "false")

Place = tuple[int, int]
"""Row and column, from 1."""


class SheetTexts(NamedTuple):
    """The text of the sheets that are shown, that of those that are hidden, and formulas without a value that counts.

    Excel works out anew what a program wrote that does not calculate; what is in the file is then not what is seen.
    """

    shown: str
    hidden: str
    uncomputed: frozenset[tuple[str, Place]]
    """By the name of the sheet."""


@dataclass(frozen=True)
class _Book:
    archive: zipfile.ZipFile
    strings: tuple[str, ...]
    formats: tuple[str, ...]
    """By the number of a cell's style."""

    def xml(self, name: str) -> etree._Element | None:
        try:
            return etree.fromstring(self.archive.read(name), _PARSER)
        except KeyError:
            return None


def sheet_texts(body: bytes) -> SheetTexts:
    """The text of a workbook. Raises CorruptFile where its parts are not to be understood, TooLarge for very many."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _texts(archive)
    except (etree.XMLSyntaxError, KeyError, IndexError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise CorruptFile("工作簿的结构不完整") from error


def _texts(archive: zipfile.ZipFile) -> SheetTexts:
    book = _Book(archive, (), ())
    workbook, links = book.xml("xl/workbook.xml"), book.xml("xl/_rels/workbook.xml.rels")
    if workbook is None or links is None:
        raise CorruptFile("工作簿的结构不完整")
    targets = {link.get("Id"): _path(link.get("Target") or "") for link in links}
    kinds = {(link.get("Type") or "").rpartition("/")[2]: _path(link.get("Target") or "") for link in links}
    strings = book.xml(kinds.get("sharedStrings", "xl/sharedStrings.xml"))
    styles = book.xml(kinds.get("styles", "xl/styles.xml"))
    book = _Book(archive, tuple(map(_string, () if strings is None else strings)), tuple(_formats(styles)))
    texts: dict[bool, list[str]] = {True: [], False: []}
    uncomputed: set[tuple[str, Place]] = set()
    is_due = any(to.get("fullCalcOnLoad", "0") not in _OFF for to in workbook.iterfind("{*}calcPr"))
    count = 0
    for sheet in workbook.iterfind("{*}sheets/{*}sheet"):
        link = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
        root = book.xml(targets[link])
        if root is None or etree.QName(root).localname != "worksheet":
            continue
        cells = root.findall("{*}sheetData/{*}row/{*}c")
        count += len(cells)
        if count > MOST_CELLS:
            raise TooLarge(f"单元格超过 {MOST_CELLS // 10_000} 万个")
        texts[sheet.get("state", "visible") == "visible"] += _shown(root, book)
        waiting = (c for c in cells if c.find("{*}f") is not None and (is_due or _is_bare(c)))
        uncomputed |= {(sheet.get("name") or "", _place(c.get("r"))) for c in waiting}
    return SheetTexts("\n".join(texts[True]), "\n".join(texts[False]), frozenset(uncomputed))


def _is_bare(cell: etree._Element) -> bool:
    """Whether a formula's cell has no value: some program wrote it, and none has worked it out."""
    return not cell.findtext("{*}v") and cell.get("t") != "str"


def _path(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _shown(root: etree._Element, book: _Book) -> Iterator[str]:
    """What the cells of a sheet print, row by row: no hidden rows and columns, nothing from under a merged cell."""
    hides_zeros = any(view.get("showZeros") in _OFF for view in root.iterfind("{*}sheetViews/{*}sheetView"))
    hidden = [
        range(int(column.get("min") or 1), int(column.get("max") or 1) + 1)
        for column in root.iterfind("{*}cols/{*}col")
        if _is_hidden(column, "width")
    ]
    merged = [
        [_place(end) for end in (m.get("ref") or "").split(":")] for m in root.iterfind("{*}mergeCells/{*}mergeCell")
    ]
    boxes = {pair[0]: pair[-1] for pair in merged}
    covered = list(boxes.items())
    row_number = 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        row_number = int(row.get("r") or row_number + 1)
        below = [(first, last) for first, last in covered if first[0] <= row_number <= last[0]]
        column = 0
        for cell in row.iterfind("{*}c"):
            reference = cell.get("r")
            place = _place(reference) if reference else (row_number, column + 1)
            column = place[1]
            is_under = any(f[1] <= column <= t[1] and place != f for f, t in below)
            is_wide = place in boxes and boxes[place] != place
            is_away = _is_hidden(row, "ht") or any(column in columns for columns in hidden)
            if not is_under and (is_wide or not is_away):
                text = _text(cell, book, hides_zeros=hides_zeros)
                if text:
                    yield text


def _is_hidden(element: etree._Element, size: str) -> bool:
    return element.get("hidden", "0") not in _OFF or float(element.get(size) or 1) == 0


def _text(cell: etree._Element, book: _Book, *, hides_zeros: bool) -> str:
    kind, value = cell.get("t", "n"), cell.findtext("{*}v") or ""
    if kind == "s":
        return book.strings[int(value)] if value else ""
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return "" if inline is None else _string(inline)
    if kind in ("str", "e", "d"):
        return _unescaped(value)
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(value, "")
    if not value.strip():
        return UNSURE if cell.find("{*}f") is not None else ""
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return value
    style = int(cell.get("s") or 0)
    code = book.formats[style] if style < len(book.formats) else "General"
    if is_date(code):
        return date_shown(number)
    return "" if hides_zeros and number == 0 else number_shown(number, code)


def _string(element: etree._Element) -> str:
    """A string with its runs, but for those that are raised, lowered or struck, and for reading aids."""
    pieces = [element.findtext("{*}t") or ""]
    for run in element.iterfind("{*}r"):
        raised = run.find("{*}rPr/{*}vertAlign")
        struck = run.find("{*}rPr/{*}strike")
        is_note = raised is not None and raised.get("val") in ("superscript", "subscript")
        is_struck = struck is not None and struck.get("val", "1") not in _OFF
        pieces += [] if is_note or is_struck else [run.findtext("{*}t") or ""]
    return _unescaped("".join(pieces))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _formats(styles: etree._Element | None) -> Iterator[str]:
    """The format of each cell style, in their order."""
    if styles is None:
        return
    own: Mapping[str | None, str] = {
        f.get("numFmtId"): f.get("formatCode") or "General" for f in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    for style in styles.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        yield own.get(number) or BUILT_IN.get(int(number), "General")


def _place(reference: str | None) -> Place:
    found = _REFERENCE.fullmatch(reference or "")
    if found is None:
        raise ValueError(f"no cell: {reference}")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return int(found[2]), column
