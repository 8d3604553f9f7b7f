"""Page pictures with boxes around the cells: each picture stands in the file once and is shown wherever it helps."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from expectations.evidence import Cell
from expectations.places import place_label
from tasks.receipt.pictures import Picture

_MARGIN = 26.0
"""Points around a place that is shown by itself."""
_EDGE = 0.09
"""Of the page's width: the blank edges, which are left out."""

LEGEND = (("#2563eb", "已读"), ("#dc2626", "有误"), ("#d97706", "读取存疑"), ("#7c3aed", "人工更正"))


@dataclass(frozen=True, slots=True)
class View:
    """A part of a page, and its cells by their mark, unmarked ones first: outline and label of each."""

    number: int
    box: str
    cells: Sequence[tuple[str, Sequence[tuple[str, str]]]]


class Pages:
    """The pictures of a report's pages, its cells and their marks."""

    def __init__(self, pictures: Sequence[Picture], cells: Sequence[Cell], marks: Mapping[str, str], form: str) -> None:
        self._pictures = {picture.number: picture for picture in pictures}
        self._cells = [cell for cell in cells if cell.page in self._pictures and cell.bbox]
        self._marks, self._form = marks, form
        self._outlined = {cell.address: self._outline(cell) for cell in self._cells}

    def pictures(self) -> list[tuple[int, str, str, str]]:
        """Every picture once, for the views to refer to: number, width, height, JPEG in base64."""
        return [
            (p.number, f"{p.width:.1f}", f"{p.height:.1f}", b64encode(p.jpeg).decode("ascii"))
            for p in self._pictures.values()
        ]

    def whole(self) -> list[View]:
        """Each page, with all its cells."""
        return [
            self._view(picture, (0.0, 0.0, picture.width, picture.height), self._cells)
            for picture in self._pictures.values()
        ]

    def around(self, addresses: Collection[str]) -> list[View]:
        """The lines of the pages where these cells stand."""
        return list(self._strips([cell for cell in self._cells if cell.address in addresses]))

    def _strips(self, cells: Sequence[Cell]) -> Iterator[View]:
        for number in sorted({cell.page for cell in cells if cell.page}):
            picture = self._pictures[number]
            boxes = [cell.bbox for cell in cells if cell.page == number and cell.bbox]
            top = max(0.0, min(box[1] for box in boxes) - _MARGIN)
            bottom = min(picture.height, max(box[3] for box in boxes) + _MARGIN)
            left = min(_EDGE * picture.width, min(box[0] for box in boxes) - _MARGIN)
            right = max((1 - _EDGE) * picture.width, max(box[2] for box in boxes) + _MARGIN)
            yield self._view(picture, (left, top, right - left, bottom - top), cells)

    def _view(self, picture: Picture, box: tuple[float, ...], cells: Sequence[Cell]) -> View:
        by_mark: dict[str, list[tuple[str, str]]] = {"": []}
        for cell in cells:
            if cell.page == picture.number:
                by_mark.setdefault(self._marks.get(cell.address, ""), []).append(self._outlined[cell.address])
        return View(picture.number, " ".join(f"{value:.1f}" for value in box), list(by_mark.items()))

    def _outline(self, cell: Cell) -> tuple[str, str]:
        assert cell.bbox
        x0, top, x1, bottom = cell.bbox
        label = f"{place_label(cell.address, self._form)}：{cell.raw.strip() or '空白'}"
        return f"M{x0:.1f} {top:.1f}H{x1:.1f}V{bottom:.1f}H{x0:.1f}Z", label
