"""The pages of a report with a box for every figure, as templates show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expectations.evidence import GIVEN, Cell
from expectations.places import place_label
from flows.desk.page_pictures import Sizes
from tasks.receipt.as_json import number

ENGINES = {
    "lines": "按表格线读出",
    "words": "按文字位置读出",
    "cells": "按文件的表格读出",
    "fields": "按文字的分隔读出",
    GIVEN: "由人补上",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A figure's place, and all that is told of it."""

    address: str
    label: str
    raw: str
    value: str
    engine: str
    mark: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its picture's address is the report's, and `/page/<number>.jpg`."""

    number: int
    width: float
    height: float
    boxes: Sequence[Box]


def sheets(cells: Sequence[Cell], marks: Mapping[str, str], form: str, sizes: Sizes) -> list[Sheet]:
    """Every page that has figures."""
    placed = [cell for cell in cells if cell.page and cell.bbox and cell.page <= len(sizes)]
    numbers = sorted({cell.page for cell in placed if cell.page})
    return [
        Sheet(
            number,
            *sizes[number - 1],
            [box(cell, marks.get(cell.address, ""), form) for cell in placed if cell.page == number],
        )
        for number in numbers
    ]


def box(cell: Cell, mark: str, form: str) -> Box:
    """The figure's place, in points from the page's upper left corner."""
    assert cell.bbox
    x0, top, x1, bottom = cell.bbox
    engine = ENGINES.get(cell.engine, cell.engine) + ("，经人工更正" if cell.is_corrected and cell.as_read else "")
    label = place_label(cell.address, form)
    return Box(cell.address, label, cell.raw.strip(), told(cell), engine, mark, x0, top, x1 - x0, bottom - top)


def told(cell: Cell) -> str:
    """The value as people read it."""
    value = number(cell.value)
    return "空白" if value is None else str(value)
