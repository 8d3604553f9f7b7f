"""Workbooks as offices and programs write them, of the sample maker's tables; and what else a sheet may hold."""

import io

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side

from tests.tasks.read.made import PLAIN, parts

_EDGE = Side(style="thin")
EDGED = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
SHEET_OF = {"二": "主动公开", "三": "依申请公开", "四": "复议诉讼"}


def workbook(form, layout=PLAIN, *, as_text=False, edged=True, by_table=False, wide=True, margin=0, title=None):
    """A workbook with the whole report: on one sheet, or with a sheet `by_table`.

    Figures are numbers unless `as_text`; `wide` merges the lines of text over all columns; `margin` columns stand empty
    before everything.
    """
    book = openpyxl.Workbook()
    sheet, row = book.active, 1
    for part in parts(form, layout, title):
        if isinstance(part, str):
            if by_table and part[0] in SHEET_OF and part[1] == "、":
                sheet, row = book.create_sheet(SHEET_OF[part[0]]), 1
            sheet.cell(row, 1 + margin, part).alignment = Alignment(wrap_text=True)
            if wide:
                sheet.merge_cells(start_row=row, end_row=row, start_column=1 + margin, end_column=10 + margin)
            row += 1
        else:
            row = _table(sheet, part, row, margin, as_text=as_text, edged=edged) + 1
    return book


def _table(sheet, table, row, margin, *, as_text, edged):
    for cell in table.cells:
        top, left = row + cell.row0, 1 + cell.col0 + margin
        bottom, right = row + cell.row1, 1 + cell.col1 + margin
        for r in range(top, bottom + 1) if edged else ():
            for c in range(left, right + 1):
                sheet.cell(r, c).border = EDGED
        sheet.cell(top, left).value = cell.text if as_text else _value(cell.text)
        if (top, left) != (bottom, right):
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=left, end_column=right)
    return row + table.rows


def _value(text):
    """Text as Excel takes what somebody types."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text or None


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def figure_cells(book):
    """The cells with numbers, in their order."""
    return [
        c for s in book for row in s.iter_rows() for c in row if isinstance(c.value, int | float) and c.data_type == "n"
    ]


__all__ = ["EDGED", "Font", "figure_cells", "saved", "workbook"]
