"""A PDF with ruled tables, drawn piece by piece so that any run can look like anything."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.plausible.document import Cell, Draft, Line, Run, Table

FONT = "STSong-Light"
SIZE = 8.0
_LEADING = 1.3
_PAD = 2.5
_CRAMPED = 0.7, 1.1, 0.9
"""The same where print fills its rows, and how low it stands in a line."""
_MARGIN = 50.0
_STROKES = {
    "0": ((0, 0, 1, 0, 1, 2, 0, 2, 0, 0),), "1": ((0.5, 0, 0.5, 2),), "2": ((0, 2, 1, 2, 1, 1, 0, 1, 0, 0, 1, 0),),
    "3": ((0, 2, 1, 2, 1, 0, 0, 0), (0, 1, 1, 1)), "4": ((0, 2, 0, 1, 1, 1), (1, 2, 1, 0)),
    "5": ((1, 2, 0, 2, 0, 1, 1, 1, 1, 0, 0, 0),), "6": ((1, 2, 0, 2, 0, 0, 1, 0, 1, 1, 0, 1),),
    "7": ((0, 2, 1, 2, 1, 0),), "8": ((0, 0, 1, 0, 1, 2, 0, 2, 0, 0), (0, 1, 1, 1)),
    "9": ((1, 1, 0, 1, 0, 2, 1, 2, 1, 0, 0, 0),), ".": ((0.4, 0, 0.6, 0),), "-": ((0, 1, 1, 1),),
}  # fmt: skip
"""Digits as a typesetter's outlines would have them, in a box of 1 by 2."""


def _width(text: str, size: float) -> float:
    return sum(size * (0.5 if ord(char) < 128 else 1.0) for char in text)


class _Paper:
    def __init__(self, draft: Draft) -> None:
        if FONT not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.draft, self.buffer = draft, io.BytesIO()
        self.wide = "landscape" in draft.options
        self.pad, self.leading, self.low = _CRAMPED if "cramped" in draft.options else (_PAD, _LEADING, 1.0)
        self.width, self.height = (A4[1], A4[0]) if self.wide else A4
        self.canvas = Canvas(self.buffer, pagesize=(self.width, self.height), invariant=1)
        self.y, self.number, self.fields = self.height - _MARGIN, 1, 0
        self.heads = [b for b in draft.blocks if isinstance(b, Line) and b.kind == "running_head"]

    def line(self, line: Line) -> None:
        size = {"title": 16.0, "heading": 12.0, "furniture": 8.0}.get(line.kind, 10.0)
        for part in _broken(line.runs, self.width - 2 * _MARGIN, size):
            if self.y - size * 1.7 < _MARGIN:
                self.page()
            wide = sum(_width(run.text, size) for run in part)
            left = {"title": (self.width - wide) / 2, "sign": self.width - _MARGIN - wide}.get(line.kind, _MARGIN)
            left = self.width - _MARGIN - wide if line.kind == "date" else left
            self.runs(part, left, self.y - size, size)
            self.y -= size * 1.7

    def table(self, table: Table, left: float = _MARGIN, room: float | None = None) -> None:
        unit = (room or self.width - 2 * _MARGIN) / sum(table.widths)
        edges = [left]
        for width in table.widths:
            edges.append(edges[-1] + width * unit)
        heights = self._heights(table, edges)
        drawn: set[int] = set()
        for first, last in self._parts(table, heights):
            if first and "repeat_head" in self.draft.options:
                self._part(table, heights, edges, 0, table.head, set())
            self._part(table, heights, edges, first, last, drawn)
        self.y -= SIZE

    def pair(self, one: Table, two: Table) -> None:
        """Two small tables beside each other."""
        top, room = self.y, (self.width - 2 * _MARGIN - 20) / 2
        ends = []
        for number, table in enumerate((one, two)):
            self.y = top
            self.table(table, _MARGIN + number * (room + 20), room)
            ends.append(self.y)
        self.y = min(ends)

    def _parts(self, table: Table, heights: list[float]) -> Iterable[tuple[int, int]]:
        """Rows that fit on this page, then those of the next ones."""
        first = 0
        while first < len(heights):
            repeats = first > 0 and "repeat_head" in self.draft.options
            room, last = self.y - _MARGIN - (sum(heights[: table.head]) if repeats else 0), first
            while last < len(heights) and heights[last] <= room:
                room -= heights[last]
                last += 1
            if last < len(heights) and last - first <= (table.head if first == 0 else 0):
                self.page()
                continue
            yield first, last
            first = last
            if first < len(heights):
                self.page()

    def _part(
        self, table: Table, heights: list[float], edges: list[float], first: int, last: int, drawn: set[int]
    ) -> None:
        tops = [self.y]
        for height in heights[first:last]:
            tops.append(tops[-1] - height)
        grid = table.grid()
        seen: set[int] = set()
        for r in range(first, last):
            for c, (cell, _) in enumerate(grid[r]):
                if id(cell) in seen:
                    continue
                seen.add(id(cell))
                below = sum(1 for row in grid[r:last] if c < len(row) and row[c][0] is cell)
                right = min(c + max(1, cell.cols), len(edges) - 1)
                box = edges[c], tops[r - first + below], edges[right], tops[r - first]
                self._cell(table, cell, box, id(cell) not in drawn)
                drawn.add(id(cell))
        self.y = tops[-1]

    def _cell(self, table: Table, cell: Cell, box: tuple[float, float, float, float], says: bool) -> None:
        x0, y0, x1, y1 = box
        if table.ruled:
            self.canvas.setLineWidth(0.5)
            self.canvas.rect(x0, y0, x1 - x0, y1 - y0)
        if not says:
            return
        parts = _broken(cell.runs, x1 - x0 - 2 * _PAD, SIZE)
        y = (y0 + y1 + len(parts) * SIZE * self.leading) / 2 - SIZE * self.low
        for part in parts:
            self.runs(part, (x0 + x1 - sum(_width(run.text, SIZE) for run in part)) / 2, y, SIZE)
            y -= SIZE * self.leading

    def _heights(self, table: Table, edges: list[float]) -> list[float]:
        heights = [SIZE * self.leading + 2 * self.pad] * len(table.rows)
        placed = {
            id(c): (r, k, c) for r, row in reversed(list(enumerate(table.grid()))) for k, (c, s) in enumerate(row) if s
        }
        for r, c, cell in sorted(placed.values(), key=lambda p: p[2].rows):
            right = min(c + max(1, cell.cols), len(edges) - 1)
            need = (
                len(_broken(cell.runs, edges[right] - edges[c] - 2 * _PAD, SIZE)) * SIZE * self.leading + 2 * self.pad
            )
            last = min(r + cell.rows, len(heights)) - 1
            heights[last] += max(0.0, need - sum(heights[r : last + 1]))
        return heights

    def runs(self, runs: Iterable[Run], x: float, y: float, size: float) -> None:
        for run in runs:
            self._run(run, x, y, size)
            x += _width(run.text, size * (0.6 if run.look in ("super", "sub") else 1.0)) if run.look not in _AWAY else 0

    def _run(self, run: Run, x: float, y: float, size: float) -> None:
        canvas, wide = self.canvas, _width(run.text, size)
        canvas.saveState()
        match run.look:
            case "super":
                self._text(run.text, x, y + size * 0.4, size * 0.6)
            case "sub":
                self._text(run.text, x, y - size * 0.2, size * 0.6)
            case "white":
                canvas.setFillGray(1)
                self._text(run.text, x, y, size)
            case "invisible":
                self._text(run.text, x, y, size, mode=3)
            case "zero_size":
                self._text(run.text, x, y, 0.2)
            case "away":
                self._text(run.text, -100, y, size)
            case "clear":
                canvas.setFillAlpha(0)
                self._text(run.text, x, y, size)
            case "covered":
                self._text(run.text, x, y, size)
                canvas.setFillGray(1)
                canvas.rect(x - 0.5, y - 1.5, wide + 1, size + 1, stroke=0, fill=1)
            case "clipped":
                path = canvas.beginPath()
                path.rect(x, y - 30, 1, 1)
                canvas.clipPath(path, stroke=0)
                self._text(run.text, x, y, size)
            case "struck":
                self._text(run.text, x, y, size)
                canvas.setLineWidth(0.6)
                canvas.line(x - 0.5, y + size * 0.32, x + wide + 0.5, y + size * 0.32)
            case "struck_box":
                self._text(run.text, x, y, size)
                canvas.rect(x - 0.5, y + size * 0.3, wide + 1, 0.6, stroke=0, fill=1)
            case "field":
                self.fields += 1
                canvas.acroForm.textfield(
                    name=f"n{self.fields}", value=run.text, x=x, y=y - 1, width=max(wide, 8) + 4, height=size + 2,
                    fontSize=size - 1, borderWidth=0,
                )  # fmt: skip
            case "picture":
                canvas.drawImage(_picture(run.text), x, y, wide, size * 0.9)
            case "curves":
                self._curves(run.text, x, y, size)
            case "form":
                self.fields += 1
                canvas.beginForm(f"f{self.fields}")
                self._text(run.text, x, y, size)
                canvas.endForm()
                canvas.doForm(f"f{self.fields}")
            case "red":
                canvas.setFillColorRGB(0.8, 0, 0)
                self._text(run.text, x, y, size)
            case "apart":
                for number, char in enumerate(run.text):
                    self._text(char, x + number * size * 0.9, y, size)
            case "turned":
                canvas.translate(x, y)
                canvas.rotate(90)
                self._text(run.text, 0, 0, size)
            case _:
                self._text(run.text, x, y, size)
        canvas.restoreState()

    def _text(self, text: str, x: float, y: float, size: float, mode: int | None = None) -> None:
        self.canvas.setFont(FONT, size)
        # PDF text has no place for these: no producer writes them
        self.canvas.drawString(x, y, text.translate(_UNPRINTED), mode=mode)

    def _curves(self, text: str, x: float, y: float, size: float) -> None:
        self.canvas.setLineWidth(0.7)
        for char in text:
            for stroke in _STROKES.get(char, ()):
                path = self.canvas.beginPath()
                path.moveTo(x + stroke[0] * size * 0.4, y + stroke[1] * size * 0.35)
                for px, py in zip(stroke[2::2], stroke[3::2], strict=True):
                    path.lineTo(x + px * size * 0.4, y + py * size * 0.35)
                self.canvas.drawPath(path)
            x += size * 0.5

    def page(self) -> None:
        """Finish this page."""
        self.canvas.setFont(FONT, 9)
        if "page_numbers" in self.draft.options:
            self.canvas.drawCentredString(self.width / 2, 25, f"— {self.number} —")
        for head in self.heads:
            self.canvas.drawCentredString(self.width / 2, self.height - 30, head.text)
        self.canvas.showPage()
        self.number, self.y = self.number + 1, self.height - _MARGIN


_AWAY = ("away", "clipped", "zero_size")
_UNPRINTED = dict.fromkeys(map(ord, "\u200b\ufeff\u200d\u202e\u202c"))


@cache
def _picture(text: str) -> ImageReader:
    image = Image.new("RGB", (8 * max(1, len(text)), 12), "white")
    ImageDraw.Draw(image).text((1, 0), text, fill="black")
    return ImageReader(image)


def _broken(runs: Iterable[Run], room: float, size: float) -> list[list[Run]]:
    """The runs in lines no wider than `room`; Chinese breaks anywhere, a number only where it is too wide."""
    lines: list[list[Run]] = [[]]
    used = 0.0
    for run in runs:
        if run.look == "break":
            lines.append([])
            used = 0.0
            continue
        whole = run.text.isascii() and _width(run.text, size) <= room
        for piece in (run.text,) if whole or run.look else run.text:
            wide = _width(piece, size) if run.look not in _AWAY else 0
            if used and used + wide > room:
                lines.append([])
                used = 0.0
            if lines[-1] and lines[-1][-1].look == run.look == "":
                lines[-1][-1] = Run(lines[-1][-1].text + piece)
            else:
                lines[-1].append(Run(piece, run.look))
            used += wide
    _leave_none_alone(lines)
    return lines


def _leave_none_alone(lines: list[list[Run]]) -> None:
    """No plain Chinese character stands alone in the last line, as typesetters have it."""
    if len(lines) > 1 and all(len(line) == 1 and line[0].look == "" for line in lines[-2:]):
        (above,), (last,) = lines[-2:]
        if len(last.text) == 1 and len(above.text) > 2 and not (above.text[-1] + last.text).isascii():
            lines[-2:] = [[Run(above.text[:-1])], [Run(above.text[-1] + last.text)]]


def _is_pair(block: Line | Table, following: list[Line | Table]) -> bool:
    return all(isinstance(b, Table) and b.name == "table2" for b in (block, *following)) and bool(following)


def pdf(draft: Draft) -> bytes:
    """The whole file."""
    paper = _Paper(draft)
    blocks = list(draft.blocks)
    while blocks:
        block = blocks.pop(0)
        if "side_by_side" in draft.options and _is_pair(block, blocks[:1]):
            paper.pair(block, blocks.pop(0))
            continue
        if isinstance(block, Table):
            paper.table(block)
        elif block.kind != "running_head":
            paper.line(block)
    paper.page()
    paper.canvas.save()
    return paper.buffer.getvalue()
