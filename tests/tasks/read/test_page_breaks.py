"""Page breaks that go through a row, as Word and LibreOffice make them: line by line, through heads and labels."""

import io

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tasks.read.grid import Grid, GridCell
from tasks.read.stream import Stream
from tasks.read.table3 import DataRow, joined_rows
from tests.tasks.read.made import outcome, parts

FONT, SIZE, LINE, LEFT, WIDTH = "STSong-Light", 8, 11, 40, 515


def printed(form, room, start, prose="认真落实《条例》，公开平台运行平稳。"):
    """A report without any rules, in pages that have `room` for so many lines; figures stand beside a label's middle.

    `start` empty lines stand above the tables.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(LEFT * 2 + WIDTH, (room + 1) * LINE + 80), invariant=1)
    lines = [line for part in parts(form) for line in _lines(part, prose, start)]
    for first in range(0, len(lines), room):
        canvas.setFont(FONT, SIZE)
        for n, line in enumerate(lines[first : first + room], 1):
            for x, text in line:
                canvas.drawString(x, (room + 1 - n) * LINE + 40, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _lines(part, prose, start):
    if isinstance(part, str):
        is_prose = part.startswith("认真")
        return [[(LEFT, prose if is_prose else part)], *([[]] * start if is_prose else [])]
    unit = WIDTH / sum(part.widths)
    edges = [LEFT + unit * sum(part.widths[:n]) for n in range(len(part.widths) + 1)]
    broken = {
        cell: _broken(cell.text, int((edges[cell.col1 + 1] - edges[cell.col0] - 3) / SIZE)) for cell in part.cells
    }
    lines = []
    places = []
    for row in range(part.rows):
        height = max(len(text) for cell, text in broken.items() if cell.row0 == cell.row1 == row)
        places.append((len(lines), height))
        lines += [[] for _ in range(height)]
    for cell, text in broken.items():
        first, last = places[cell.row0][0], sum(places[cell.row1])
        above = (last - first - len(text)) // 2
        for n, line in enumerate(text[: last - first], first + max(0, above)):
            lines[n].append((edges[cell.col0], line))
    return lines


def _broken(text, width):
    return [text] if text.isdigit() else [text[n : n + width] for n in range(0, len(text), width)] or [""]


@pytest.mark.parametrize("room", [30, 45])
@pytest.mark.parametrize("form", ["2021", "2019"])
def test_wherever_the_page_breaks(form, room):
    results = {start: outcome("报告.pdf", printed(form, room, start), form) for start in range(0, room, 3)}
    assert set(results.values()) == {"exact"}, results


def test_a_sentence_with_the_words_that_open_a_table():
    body = printed("2021", 60, 0, prose="严格审查，确保信息内容准确、权威。")
    assert outcome("报告.pdf", body, "2021") == "exact"


def test_a_figure_before_a_group_written_downwards_is_no_number_of_it():
    """PDFium has 三 before the row and the rest of 三、本年度办理结果 after it where a page breaks."""
    text = "申请人情况\n三 （一）予以公开 1 1 0 0 0 0 2\n、\n本\n年\n（二）部分公开 0 0 0 0 0 0 0\n"
    (found,) = Stream(text).rows("table3")["table3.granted"]
    assert found[0].figures == ("1", "1", "0", "0", "0", "0", "2")


def test_a_label_is_read_to_its_end_though_a_shorter_name_of_it_ends_before():
    """Else what stands behind it is a text of its own, and the figures below that are none of the row's."""
    text = "申请人情况\n2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请 2 0 0 2 0 0 4\n"
    (found,) = Stream(text).rows("table3", "2021")["table3.other.no_payment"]
    assert found[0].figures == ("2", "0", "0", "2", "0", "0", "4")


def test_a_label_that_a_page_break_cut_is_one_row_with_its_figures_where_they_stand():
    rows = [_row("（二）部分公开（区分处理的，", "", 1), _row("只计这一情形，不计其他情形）", "7", 2)]
    (joined,) = joined_rows(rows)
    assert joined.label == "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"
    assert (joined.grid.page, joined.figures["total"].text) == (2, "7")


def _row(label, text, page):
    return DataRow(label, {"total": GridCell(text, 0, 0, 0, 0, 0.0, 1.0)}, Grid((), 1, page, "lines"), page > 1)
