"""Page pictures with boxes around the cells: each picture stands in the file once and is shown wherever it helps."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from expectations.evidence import Cell, Finding
from expectations.places import place_label
from tasks.receipt.page.marks import Mark, accused
from tasks.receipt.page.pictures import Picture

_MARGIN = 26.0
"""Points around a place that is shown by itself."""
_EDGE = 0.09
"""Of the page's width: the blank edges, which are left out."""

_LEGEND = (("#2563eb", "已读"), ("#dc2626", "有误"), ("#d97706", "读取存疑"), ("#7c3aed", "人工更正"))


class Pages:
    """The pictures of a report's pages, its cells and their marks."""

    def __init__(
        self, pictures: Sequence[Picture], cells: Sequence[Cell], marks: Mapping[str, Mark], form: str
    ) -> None:
        self._pictures = {picture.number: picture for picture in pictures}
        self._cells = [cell for cell in cells if cell.page in self._pictures and cell.bbox]
        self._marks, self._form = marks, form

    def definitions(self) -> str:
        """Every picture once, for the others to refer to."""
        images = (
            f'<image id="page-{p.number}" width="{p.width:.1f}" height="{p.height:.1f}" '
            f'href="data:image/jpeg;base64,{b64encode(p.jpeg).decode()}"/>'
            for p in self._pictures.values()
        )
        hidden = 'width="0" height="0" style="position:absolute" aria-hidden="true"'
        return f"<svg {hidden}><defs>{''.join(images)}</defs></svg>"

    def all_pages(self) -> str:
        """Each page whole, with all its cells."""
        if not self._pictures:
            return ""
        legend = "".join(f'<span><i style="border-color:{color}"></i>{name}</span>' for color, name in _LEGEND)
        figures = "".join(map(self._page, self._pictures.values()))
        return f'<section><h2>原文</h2><p class="legend small">{legend}</p><div class="pages">{figures}</div></section>'

    def place(self, finding: Finding) -> str:
        """The lines of the pages where the cells of `finding` stand."""
        operands = {cell.address for cell in finding.cells} | set(accused(finding))
        return "".join(self._strips([cell for cell in self._cells if cell.address in operands]))

    def _strips(self, cells: Sequence[Cell]) -> Iterator[str]:
        for number in sorted({cell.page for cell in cells if cell.page}):
            picture = self._pictures[number]
            boxes = [cell.bbox for cell in cells if cell.page == number and cell.bbox]
            top = max(0.0, min(box[1] for box in boxes) - _MARGIN)
            bottom = min(picture.height, max(box[3] for box in boxes) + _MARGIN)
            left = min(_EDGE * picture.width, min(box[0] for box in boxes) - _MARGIN)
            right = max((1 - _EDGE) * picture.width, max(box[2] for box in boxes) + _MARGIN)
            view = (left, top, right - left, bottom - top)
            yield self._svg("place", picture, view, [cell for cell in cells if cell.page == number])

    def _page(self, picture: Picture) -> str:
        view = (0.0, 0.0, picture.width, picture.height)
        cells = [cell for cell in self._cells if cell.page == picture.number]
        return (
            f"<figure><figcaption>第 {picture.number} 页</figcaption>{self._svg('page', picture, view, cells)}</figure>"
        )

    def _svg(self, style: str, picture: Picture, view: tuple[float, float, float, float], cells: Sequence[Cell]) -> str:
        box = " ".join(f"{value:.1f}" for value in view)
        ordered = sorted(cells, key=lambda cell: cell.address in self._marks)
        rects = "".join(map(self._rect, ordered))
        return (
            f'<svg class="{style}" viewBox="{box}" role="img" aria-label="第 {picture.number} 页">'
            f'<use href="#page-{picture.number}"/>{rects}</svg>'
        )

    def _rect(self, cell: Cell) -> str:
        assert cell.bbox
        x0, top, x1, bottom = cell.bbox
        style = f"cell {self._marks.get(cell.address, '')}".strip()
        label = escape(f"{place_label(cell.address, self._form)}：{cell.raw.strip() or '空白'}")
        return (
            f'<rect class="{style}" x="{x0:.1f}" y="{top:.1f}" width="{x1 - x0:.1f}" height="{bottom - top:.1f}">'
            f"<title>{label}</title></rect>"
        )
