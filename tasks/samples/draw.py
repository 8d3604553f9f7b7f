"""Drawing on reportlab's canvas, top down, with page breaks."""

from __future__ import annotations

import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tasks.samples.layout import Layout
from tasks.samples.table import SampleTable, TableCell

FONT = "STSong-Light"
"""A font that PDF readers bring along: nothing is embedded, as in many real reports."""

_LEADING = 1.35


class Paper:
    """Pages of one sample; `top` is how far down the present page is used, in points."""

    def __init__(self, layout: Layout) -> None:
        if FONT not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.layout, self.buffer = layout, io.BytesIO()
        self.canvas = Canvas(self.buffer, invariant=1)
        self.number = 0
        self.new_page()

    def new_page(self, *, landscape: bool = False) -> None:
        """Go on at the top of a new page."""
        if self.number:
            self._finish_page()
        self.number += 1
        self.width, self.height = (A4[1], A4[0]) if landscape else A4
        shift = self.layout.shift
        size = self.width + shift, self.height + shift
        # reportlab swaps the sides of a page that it turns by a right angle
        self.canvas.setPageSize(size if self.layout.rotate % 180 == 0 else size[::-1])
        if shift:
            self.canvas.setCropBox((shift, shift, self.width + shift, self.height + shift))
            self.canvas.translate(shift, shift)
        if self.layout.rotate:
            self.canvas.setPageRotation(self.layout.rotate)
        self.top = self.layout.margin

    def save(self) -> bytes:
        """Finish, and return the PDF."""
        self._finish_page()
        self.canvas.save()
        return self.buffer.getvalue()

    def line(self, text: str, size: float | None = None, *, centred: bool = False, underlined: bool = False) -> None:
        """A paragraph, broken into lines of the page's width."""
        size = size or self.layout.font_size * 1.3
        room = self.width - 2 * self.layout.margin
        for part in _broken(text, room, size):
            self._need(size * 1.8)
            width = pdfmetrics.stringWidth(part, FONT, size)
            x = (self.width - width) / 2 if centred else self.layout.margin
            self._text(part, x, self.top + size, size)
            if underlined:
                self._rule(x, self.top + size * 1.2, x + width, self.top + size * 1.2)
            self.top += size * 1.8

    def space(self, points: float) -> None:
        """Leave room, at most to the page's end."""
        self.top = min(self.top + points, self.height - self.layout.margin)

    def table(self, table: SampleTable) -> None:
        """Draw a table, cut at page ends between rows; with the header again where the layout repeats it."""
        heights = self._heights(table)
        first = 0
        while first < table.rows:
            last, used = first, 0.0
            room = self.height - self.layout.margin - self.top
            repeats = first > 0 and self.layout.repeat_header
            used += sum(heights[: table.head]) if repeats else 0
            while last < table.rows and used + heights[last] <= room:
                used += heights[last]
                last += 1
            if last <= (table.head if first == 0 else first) and self.top > self.layout.margin:
                self.new_page(landscape=self.width > self.height)
                continue
            last = max(last, first + 1)
            part, part_heights = table.part(first, last), heights[first:last]
            if repeats:
                part, part_heights = part.below(table.part(0, table.head)), heights[: table.head] + part_heights
            self._draw(part, part_heights)
            first = last
            if first < table.rows:
                self.new_page(landscape=self.width > self.height)
        self.top += self.layout.font_size

    def _heights(self, table: SampleTable) -> list[float]:
        """Row heights in which the cells of single rows fit; what spans rows widens its last row if it must."""
        heights = [self.layout.font_size * _LEADING + 2 * self.layout.padding] * table.rows
        for cell in sorted(table.cells, key=lambda c: c.row1 - c.row0):
            need = len(self._lines(table, cell)) * self.layout.font_size * _LEADING + 2 * self.layout.padding
            short = need - sum(heights[cell.row0 : cell.row1 + 1])
            if short > 0:
                heights[cell.row1] += short
        return heights

    def _edges(self, table: SampleTable) -> list[float]:
        room = self.width - 2 * self.layout.margin
        unit = room / sum(table.widths)
        edges = [self.layout.margin]
        for width in table.widths:
            edges.append(edges[-1] + width * unit)
        return edges

    def _lines(self, table: SampleTable, cell: TableCell) -> list[str]:
        if cell.vertical:
            return list(cell.text)
        edges = self._edges(table)
        return _broken(cell.text, edges[cell.col1 + 1] - edges[cell.col0] - 4, self.layout.font_size)

    def _draw(self, table: SampleTable, heights: list[float]) -> None:
        edges = self._edges(table)
        tops = [self.top]
        for height in heights:
            tops.append(tops[-1] + height)
        for cell in sorted(table.cells, key=lambda c: (c.row0, c.col0)):
            box = edges[cell.col0], tops[cell.row0], edges[cell.col1 + 1], tops[cell.row1 + 1]
            self._cell(self._lines(table, cell), box)
        self.top = tops[-1]

    def _cell(self, lines: list[str], box: tuple[float, float, float, float]) -> None:
        x0, top, x1, bottom = box
        self._frame(x0, top, x1, bottom)
        leading = self.layout.font_size * _LEADING
        y = (top + bottom - leading * len(lines)) / 2
        for line in lines:
            width = pdfmetrics.stringWidth(line, FONT, self.layout.font_size)
            self._text(line, (x0 + x1 - width) / 2, y + self.layout.font_size, self.layout.font_size)
            y += leading

    def _frame(self, x0: float, top: float, x1: float, bottom: float) -> None:
        if self.layout.rules == "none":
            return
        flat = ((x0, top, x1, top), (x0, bottom, x1, bottom))
        upright = ((x0, top, x0, bottom), (x1, top, x1, bottom))
        for side in flat if self.layout.rules == "horizontal" else (*flat, *upright):
            self._rule(*side)

    def _rule(self, x0: float, top: float, x1: float, bottom: float) -> None:
        y0, y1 = self.height - top, self.height - bottom
        if self.layout.rules == "boxes":
            self.canvas.rect(x0 - 0.25, y1 - 0.25, x1 - x0 + 0.5, y0 - y1 + 0.5, stroke=0, fill=1)
            return
        self.canvas.setLineWidth(0.5)
        self.canvas.setDash(*([3, 2],) if self.layout.rules == "dashes" else ())
        self.canvas.line(x0, y0, x1, y1)

    def _text(self, text: str, x: float, baseline: float, size: float) -> None:
        """Draw `text`. PDFium leaves out a Chinese character drawn alone in a font that is nowhere: a space follows."""
        text += " " if len(text) == 1 and not text.isascii() else ""
        self.canvas.setFont(FONT, size)
        for nudge in (0.0, 0.3) if self.layout.double_struck else (0.0,):
            self.canvas.drawString(x + nudge, self.height - baseline, text)

    def _need(self, height: float) -> None:
        if self.top + height > self.height - self.layout.margin:
            self.new_page(landscape=self.width > self.height)

    def _finish_page(self) -> None:
        layout = self.layout
        self.canvas.setFont(FONT, 9)
        if layout.page_numbers:
            self.canvas.drawCentredString(self.width / 2, layout.margin / 2, f"- {self.number} -")
        if layout.running_head:
            self.canvas.drawCentredString(self.width / 2, self.height - layout.margin / 2, layout.running_head)
        if layout.watermark:
            self.canvas.saveState()
            self.canvas.setFillGray(0.9)
            self.canvas.setFont(FONT, 48)
            self.canvas.translate(self.width / 2, self.height / 2)
            self.canvas.rotate(40)
            self.canvas.drawCentredString(0, 0, layout.watermark)
            self.canvas.restoreState()
        self.canvas.showPage()


def _broken(text: str, room: float, size: float) -> list[str]:
    """`text` in lines no wider than `room`, broken between any two characters as Chinese text is."""
    lines = [""]
    for char in text:
        if lines[-1] and pdfmetrics.stringWidth(lines[-1] + char, FONT, size) > room:
            lines.append("")
        lines[-1] += char
    return lines
