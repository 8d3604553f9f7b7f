"""One workbook with a sheet per table, written row by row in constant memory.

Numbers are numbers as long as Excel keeps all their digits, which are fifteen; longer ones are text. Times are UTC.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.worksheet import Worksheet

from tasks.analysis.export.csv_file import joined, plain
from tasks.analysis.export.extracts import Extract
from tasks.analysis.export.headers import Language, headers

SHEET_ROWS = 1_048_576
"""Rows that a sheet has in Excel, with its head."""

_CELL_CHARACTERS = 32_767
_CUT = "……（超出 Excel 单元格上限，已截断）"
_DIGITS = 15
_FIRST_YEAR = 1900
_NAME_CHARACTERS = 31
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_Value = str | bool | int | float | Decimal | date | None


def write_xlsx(path: Path, extracts: Iterable[Extract], language: Language) -> list[int]:
    """Write all tables; returns the number of rows of each. Raises OSError if the file cannot be written."""
    with tempfile.TemporaryDirectory(prefix="nianbao-xlsx-") as folder:
        book = Workbook(path, {**_OPTIONS, "tmpdir": folder})
        counts = [_Sheets(book, extract, language).write() for extract in extracts]
        try:
            book.close()
        except XlsxFileError as error:
            raise OSError(None, str(error), str(path)) from error
    return counts


class _Sheets:
    """The sheets of one table: as many as its rows need."""

    def __init__(self, book: Workbook, extract: Extract, language: Language) -> None:
        self._book = book
        self._extract = extract
        self._heads = headers(extract.schema, language)
        self._title = extract.label if language == "zh" else extract.name
        self._bold = book.add_format({"bold": True})
        self._date = book.add_format({"num_format": "yyyy-mm-dd"})
        self._instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet: Worksheet
        self._number = 0
        self._row = 0

    def write(self) -> int:
        rows = 0
        self._start()
        for batch in self._extract.batches():
            for values in zip(*map(_values, batch.columns), strict=True):
                if self._row == SHEET_ROWS:
                    self._finish()
                    self._start()
                self._write_row(values)
            rows += batch.num_rows
        self._finish()
        return rows

    def _start(self) -> None:
        self._number += 1
        suffix = f"（{self._number}）" if self._number > 1 else ""
        self._sheet = self._book.add_worksheet(f"{self._title[: _NAME_CHARACTERS - len(suffix)]}{suffix}")
        self._sheet.freeze_panes(1, 0)
        for column, head in enumerate(self._heads):
            self._sheet.set_column(column, column, min(2 * len(head) + 4, 40))
            self._sheet.write_string(0, column, _fitting(head), self._bold)
        self._row = 1

    def _finish(self) -> None:
        self._sheet.autofilter(0, 0, self._row - 1, len(self._heads) - 1)

    def _write_row(self, values: Iterable[_Value]) -> None:
        for column, value in enumerate(values):
            if value is not None:
                self._write_cell(column, value)
        self._row += 1

    def _write_cell(self, column: int, value: _Value) -> None:
        if isinstance(value, str):
            self._sheet.write_string(self._row, column, value)
        elif isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        elif isinstance(value, datetime):
            self._sheet.write_datetime(self._row, column, value, self._instant)
        elif isinstance(value, date):
            self._sheet.write_datetime(self._row, column, value, self._date)
        else:
            self._sheet.write_number(self._row, column, value)


def _values(column: pa.Array) -> list[_Value]:
    return [None if value is None else _value(value) for value in column.to_pylist()]


def _value(value: Any) -> _Value:  # noqa: ANN401 (whatever a column may hold)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return _number(value)
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, date) and value.year >= _FIRST_YEAR:
        return value.replace(tzinfo=None) if isinstance(value, datetime) else value
    return _fitting(joined(value))


def _number(value: int | Decimal) -> _Value:
    text = plain(Decimal(value))
    is_exact = len(text.lstrip("-0.").replace(".", "")) <= _DIGITS
    return Decimal(text) if is_exact else text


def _fitting(text: str) -> str:
    """The text as one cell can have it; Excel counts in UTF-16."""
    units = text.encode("utf-16-le")
    if len(units) > 2 * _CELL_CHARACTERS:
        text = units[: 2 * (_CELL_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
    return f" {text}" if text.startswith("<r>") else text  # XlsxWriter takes that for its own markup
