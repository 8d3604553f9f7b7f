"""A cell that waits for a person, as a card: its picture, what was read there, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from expectations.evidence import Cell
from expectations.forms import FORMS, Form
from expectations.places import column_label, place_label
from flows.desk.page_pictures import Sizes
from flows.desk.sheets import ENGINES, told
from tasks.judge.offers import CellKind, CellOffer, proposal
from tasks.receipt.as_json import number
from tasks.values import Report

_ABOVE, _BELOW = 64.0, 74.0
"""Points of the page that are shown around a figure: its line and those beside it."""
_EDGE = 0.06
_UNKNOWN, _BESIDE = 200.0, 30.0
"""Around a figure that was not read: as far as one can tell where it must be."""
_ZOOM = 5.0

Box = tuple[float, float, float, float]
"""Left, top, width, height in points."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of a page; `box` is the figure's place in it, where that is known."""

    page: int
    width: float
    height: float
    crop: Box
    box: Box | None

    @property
    def zoom(self) -> Box | None:
        """The figure and hardly anything else: of a wide cell its middle."""
        if self.box is None:
            return None
        left, top, width, height = self.box
        shown = min(width, 9 * height) + 2 * _ZOOM
        return left + width / 2 - shown / 2, top - _ZOOM, shown, height + 2 * _ZOOM


@dataclass(frozen=True, slots=True)
class Card:
    """One cell; `value` is what stands in the field at first, `line` its row where there is no picture."""

    address: str
    label: str
    kind: CellKind
    raw: str | None
    value: str
    readings: tuple[str, str] | None
    suggestion: str | None
    reasons: Sequence[tuple[str, str]]
    """Message and rule."""
    engine: str
    view: View | None
    line: Sequence[tuple[str, str, bool]]


def cards(offers: Sequence[CellOffer], report: Report, form: str, sizes: Sizes) -> list[Card]:
    """In the order of the form, as a reader meets them."""
    cells = {cell.address: cell for cell in report.cells}
    order = {figure.address: number for number, figure in enumerate(FORMS[form].figures())}
    wanted = sorted(offers, key=lambda offer: order.get(offer.address, len(order)))
    return [_card(offer, cells, form, sizes) for offer in wanted]


def card_of(address: str, report: Report, form: str, sizes: Sizes) -> Card:
    """Of a cell that a person wants to look at. Raises LookupError if the form has none such."""
    cells = {cell.address: cell for cell in report.cells}
    if address not in {figure.address for figure in FORMS[form].figures()}:
        raise LookupError(address)
    return _card(CellOffer(address, "accused" if address in cells else "missed"), cells, form, sizes)


def _card(offer: CellOffer, cells: Mapping[str, Cell], form: str, sizes: Sizes) -> Card:
    cell = cells.get(offer.address)
    return Card(
        offer.address,
        place_label(offer.address, form),
        "missed" if cell is None else offer.kind,
        None if cell is None else cell.raw.strip(),
        _proposed(offer, cell),
        offer.readings,
        None if offer.suggestion is None else str(number(offer.suggestion)),
        [(finding.message, finding.rule) for finding in offer.reasons],
        ENGINES.get(cell.engine, cell.engine) if cell else "",
        _view(offer.address, cell, cells, FORMS[form], sizes),
        _line(offer.address, cells, form),
    )


def _proposed(offer: CellOffer, cell: Cell | None) -> str:
    """What stands in the field: of what is not in doubt, also that it is blank."""
    if cell and offer.kind != "doubted" and cell.is_blank:
        return told(cell)
    value = proposal(offer, cell)
    return "" if value is None else str(number(value))


def _view(address: str, cell: Cell | None, cells: Mapping[str, Cell], form: Form, sizes: Sizes) -> View | None:
    box = _box(cell)
    if cell and cell.page and box and cell.page <= len(sizes):
        return _around(cell.page, box[1] - _ABOVE, box[1] + box[3] + _BELOW, box, sizes)
    before, after = _read_beside(address, cells, form)
    near, top = _box(before), _box(after)
    if before and before.page and near and before.page <= len(sizes):
        end = top[1] + top[3] if after and top and after.page == before.page else near[1] + near[3] + _UNKNOWN
        return _around(before.page, near[1] - _BESIDE, max(end, near[1] + near[3]) + _BESIDE, None, sizes)
    if after and after.page and top and after.page <= len(sizes):
        return _around(after.page, top[1] - _UNKNOWN, top[1] + top[3] + _BESIDE, None, sizes)
    return None


def _around(page: int, top: float, bottom: float, box: Box | None, sizes: Sizes) -> View:
    width, height = sizes[page - 1]
    top, bottom = max(0.0, top), min(height, bottom)
    left = min(_EDGE * width, box[0] - 4) if box else _EDGE * width
    right = max((1 - _EDGE) * width, box[0] + box[2] + 4) if box else (1 - _EDGE) * width
    return View(page, width, height, (left, top, right - left, bottom - top), box)


def _box(cell: Cell | None) -> Box | None:
    if cell is None or cell.bbox is None:
        return None
    x0, top, x1, bottom = cell.bbox
    return x0, top, x1 - x0, bottom - top


def _read_beside(address: str, cells: Mapping[str, Cell], form: Form) -> tuple[Cell | None, Cell | None]:
    """The last cell before it and the first one after it that were read, in its table."""
    table = [figure.address for figure in form.figures() if figure.address.split(".")[0] == address.split(".")[0]]
    if address not in table:
        return None, None
    at = table.index(address)
    before = next((cells[a] for a in reversed(table[:at]) if a in cells and cells[a].bbox), None)
    after = next((cells[a] for a in table[at:] if a in cells and cells[a].bbox), None)
    return before, after


def _line(address: str, cells: Mapping[str, Cell], form: str) -> list[tuple[str, str, bool]]:
    """The row that the cell stands in: head, text, and whether it is the cell itself."""
    row = address.rsplit(".", 1)[0]
    found = []
    for figure in FORMS[form].figures():
        if figure.address.rsplit(".", 1)[0] == row:
            cell = cells.get(figure.address)
            text = "未读到" if cell is None else cell.raw.strip() or "空白"
            found.append((column_label(figure.address, form), text, figure.address == address))
    return found
