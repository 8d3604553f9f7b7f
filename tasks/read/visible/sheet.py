"""What a spreadsheet program shows of a workbook's sheets: cells with their text, where they stand among those seen."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.colors import COLOR_INDEX

from tasks.errors import CorruptFile, TooLarge
from tasks.read.figures import FIGURE
from tasks.read.sheet_text import MOST_CELLS, Place
from tasks.read.visible.colours import Colour, look_alike
from tasks.read.visible.marks import OBJECT, UNSURE, lost, seen
from tasks.read.visible.numbers import day_shown, hides_text, number_shown
from tasks.read.visible.sheet_drawings import Drawing

_TINY = 1.0
_USUAL_SIZE, _USUAL_WIDTH = 11.0, 9.14
"""Points of the usual print, and the width of a column that has none of its own, in characters of that print."""
_PADDING = 0.5
"""Of a column's width no more than so much is lost at its edges."""
_BELOW = 200
"""Rows below the last cell where a picture may still stand."""
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_SIDES = ("left", "right", "top", "bottom")


class SheetCell(NamedTuple):
    """A (merged) cell: its text, its rows and columns among those that are seen, and whether it has an edge drawn."""

    text: str
    row0: int
    row1: int
    col0: int
    col1: int
    is_edged: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it is seen, row by row; rows without any cell are empty."""

    rows: tuple[tuple[SheetCell, ...], ...] = field(repr=False)


def shown_sheets(
    body: bytes, uncomputed: Collection[tuple[str, Place]], drawings: dict[str, tuple[Drawing, ...]]
) -> Iterator[Sheet]:
    """The sheets that are not hidden, in their order. Raises CorruptFile for a workbook that does not open."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(body), data_only=True, rich_text=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # the library has no error of its own for what it does not understand
        raise CorruptFile("不是完整的 XLSX") from error
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            waiting = frozenset(place for name, place in uncomputed if name == sheet.title)
            yield Sheet(tuple(_Seen(sheet, waiting, drawings.get(sheet.title, ())).rows()))


class _Seen:
    """One sheet: which of its rows and columns are seen, and how each cell looks."""

    def __init__(self, sheet: Any, uncomputed: frozenset[Place], drawings: tuple[Drawing, ...]) -> None:  # noqa: ANN401
        self._sheet, self._uncomputed, self._drawings = sheet, uncomputed, drawings
        self._spans: dict[Place, Place] = {(m.min_row, m.min_col): (m.max_row, m.max_col) for m in sheet.merged_cells}
        self._hides_zeros = any(view.showZeros is False for view in sheet.views.sheetView)
        self._unsure = list(_conditional(sheet))
        self._widths: dict[int, float] = {}
        self._gone: set[int] = set()
        for column in sheet.column_dimensions.values():
            for number in range(column.min or 0, min(column.max or 0, 16384) + 1):
                self._widths[number] = column.width
                if column.hidden or column.width == 0:
                    self._gone.add(number)

    def rows(self) -> Iterator[tuple[SheetCell, ...]]:
        last, wide = self._extent()
        columns = [n for n in range(1, wide + 1) if n not in self._gone]
        rows = [n for n in range(1, last + 1) if not self._is_gone_row(n)]
        if len(rows) * len(columns) > MOST_CELLS:
            raise TooLarge("表格过大")
        row_at, column_at = ({n: place for place, n in enumerate(seen_ones)} for seen_ones in (rows, columns))
        found: list[list[SheetCell]] = [[] for _ in rows]
        covered: set[Place] = set()
        for (row, column), (row1, column1) in self._spans.items():
            inside = [row_at[n] for n in range(row, min(row1, last) + 1) if n in row_at]
            across = [column_at[n] for n in range(column, min(column1, wide) + 1) if n in column_at]
            covered |= {(r, c) for r in inside for c in across}
            if inside and across:
                cell = self._cell(row, column, column1)
                found[inside[0]].append(SheetCell(*cell[:1], inside[0], inside[-1], across[0], across[-1], cell[1]))
        for row in rows:
            for column in columns:
                r, c = row_at[row], column_at[column]
                if (r, c) not in covered:
                    text, is_edged = self._cell(row, column, column)
                    found[r].append(SheetCell(text, r, r, c, c, is_edged))
        yield from (tuple(sorted(cells, key=lambda cell: cell.col0)) for cells in found)

    def _extent(self) -> Place:
        """The last row and column that hold or draw anything."""
        held = [(c.row, c.column) for c in self._sheet._cells.values() if c.value is not None or _is_edged(c)]
        last, wide = max((r for r, _ in held), default=0), max((c for _, c in held), default=0)
        near = [d for d in self._drawings if d.row0 <= last + _BELOW]
        return max([last, *(d.row0 for d in near)]), max([wide, *(d.col0 for d in near)])

    def _is_gone_row(self, number: int) -> bool:
        if number not in self._sheet.row_dimensions:
            return bool(self._sheet.sheet_format.zeroHeight)
        row = self._sheet.row_dimensions[number]
        return bool(row.hidden) or row.height == 0

    def _cell(self, row: int, column: int, last_column: int) -> tuple[str, bool]:
        """The text of a cell, with marks where it is not certain, and whether an edge of it is drawn."""
        cell = self._sheet._cells.get((row, column))
        begins = OBJECT if any((d.row0, d.col0) == (row, column) for d in self._drawings) else ""
        if cell is None:
            return begins, False
        text, is_edged = self._text(cell), _is_edged(cell)
        is_covered = (text or is_edged) and any(d.covers(row, column) for d in self._drawings)
        if (row, column) in self._uncomputed:
            text = f"{text.rstrip(UNSURE)}{UNSURE}"
        elif any(c.isdigit() for c in text):
            text += UNSURE if any(cell.coordinate in area for area in self._unsure) else ""
            text += UNSURE if self._is_cut(cell, text, last_column) else ""
        return text + (OBJECT if is_covered else begins), is_edged

    def _text(self, cell: Any) -> str:  # noqa: ANN401
        value, font = cell.value, cell.font
        if value is None:
            return ""
        if isinstance(value, CellRichText):
            text = "".join(_run(run) for run in value)
        elif isinstance(value, bool):
            text = "TRUE" if value else "FALSE"
        elif isinstance(value, int | float):
            if self._hides_zeros and value == 0:
                return ""
            text = number_shown(Decimal(repr(value)), cell.number_format)
        elif isinstance(value, datetime):
            text = day_shown(value)
        elif isinstance(value, date | time | timedelta):
            text = f"{value}{UNSURE}"
        else:
            text = lost(str(value)) if hides_text(cell.number_format) else str(value)
        text = seen(text.replace("_x000D_", "").replace("\r", ""))
        if font.strike or font.vertAlign in ("superscript", "subscript") or (font.sz or _USUAL_SIZE) <= _TINY:
            return lost(text)
        return _as_coloured(text, cell)

    def _is_cut(self, cell: Any, text: str, last_column: int) -> bool:  # noqa: ANN401
        """Whether a column is too narrow for a figure: it is then shown as #### or in part."""
        is_number = isinstance(cell.value, int | float)
        printed = text.rstrip(UNSURE)
        if cell.alignment.shrink_to_fit or (cell.alignment.wrap_text and not is_number) or cell.alignment.textRotation:
            return False
        if not is_number and not FIGURE.match(printed):
            return False
        usual = self._sheet.sheet_format.defaultColWidth or _USUAL_WIDTH
        room = sum(self._widths.get(n, usual) for n in range(cell.column, last_column + 1)) - _PADDING
        return len(printed) * (cell.font.sz or _USUAL_SIZE) / _USUAL_SIZE > room


def _is_edged(cell: Any) -> bool:  # noqa: ANN401
    border = cell.border
    return bool(border) and any((edge := getattr(border, side)) is not None and edge.style for side in _SIDES)


def _run(run: str | TextBlock) -> str:
    if isinstance(run, str):
        return run
    font = run.font
    is_gone = font.strike or font.vertAlign in ("superscript", "subscript") or (font.sz or _USUAL_SIZE) <= _TINY
    colour = _colour(font.color)
    is_gone = is_gone or (colour is not None and look_alike(colour, _WHITE))
    return lost(run.text) if is_gone else str(run.text)


def _as_coloured(text: str, cell: Any) -> str:  # noqa: ANN401
    """`text`, or what is left of it where its print has the colour of what is behind it."""
    colour, fill = cell.font.color, cell.fill
    kind = fill.patternType if fill is not None else None
    if kind == "solid" and colour is not None and colour == fill.fgColor:
        return lost(text)
    printed = _colour(colour) if colour is not None else _BLACK
    behind = _WHITE if kind is None else _colour(fill.fgColor) if kind == "solid" else None
    if printed is None:
        return text
    if behind is None:
        return text + UNSURE if lost(text) and kind != "solid" and look_alike(printed, _WHITE) else text
    return lost(text) if look_alike(printed, behind) else text


def _colour(colour: Any) -> Colour | None:  # noqa: ANN401
    """Red, green and blue; None for what the theme decides, but for its paper and ink."""
    if colour is None:
        return None
    code = colour.rgb if colour.type == "rgb" else None
    if colour.type == "indexed":
        code = (
            COLOR_INDEX[colour.indexed] if colour.indexed < len(COLOR_INDEX) else {65: "FFFFFFFF"}.get(colour.indexed)
        )
    if colour.type == "theme" and colour.theme in (0, 1):
        grey = round(255 * (1 + min(colour.tint, 0))) if colour.theme == 0 else round(255 * max(colour.tint, 0))
        return grey, grey, grey
    if not isinstance(code, str) or len(code) != 8:
        return None
    return int(code[2:4], 16), int(code[4:6], 16), int(code[6:], 16)


def _conditional(sheet: Any) -> Iterator[Any]:  # noqa: ANN401
    """The areas where a condition that nobody here evaluates may hide figures or print them otherwise."""
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            look = rule.dxf
            font = look.font if look is not None else None
            fill = look.fill if look is not None else None
            changes = look is not None and look.numFmt is not None
            changes = changes or (font is not None and bool(font.strike))
            colour = _colour(font.color) if font is not None else None
            behind = _colour(fill.bgColor) if fill is not None else None
            changes = changes or (colour is not None and look_alike(colour, behind or _WHITE))
            bar, icons = rule.dataBar, rule.iconSet
            changes = changes or any(one is not None and one.showValue is False for one in (bar, icons))
            if changes:
                yield area
                break
