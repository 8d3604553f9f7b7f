"""A report beside those of the same agency on the year before and the year after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.evidence import Cell, Number
from expectations.forms import FORMS, Form
from flows.desk.helper import reading
from tasks.ledger import ObjectRow, open_ledger
from tasks.settings import buckets_from_env
from tasks.storage import s3_client
from tasks.values import Report

if TYPE_CHECKING:
    from tasks.receipt.stored import Neighbour


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in each of the years; None where a report does not have it."""

    label: str
    values: Sequence[Number | None]


@dataclass(frozen=True, slots=True)
class Beside:
    """Years with the object of each, and lines under headings."""

    years: Sequence[tuple[int, int, str]]
    """Year, object, place."""
    groups: Sequence[tuple[str, Sequence[Line]]]
    notes: Sequence[str]
    """What the rules between years say."""


def beside(row: ObjectRow, report: Report) -> Beside | None:
    """None if there is neither a year before nor one after."""
    if not (report.agency and report.year and row.report_id):
        return None
    others = reading.call(_neighbours, report.agency, report.year)
    if not others:
        return None
    this = (report.year, row.id, "lake" if row.outcome == "validated" else "quarantine")
    every = sorted([this, *((one.year, one.object_id, one.place) for one in others)])
    cells = {one.year: one.cells for one in others} | {report.year: {cell.address: cell for cell in report.cells}}
    form = FORMS[report.form or max(FORMS)]
    notes = [str(one.content["message"]) for one in open_ledger().relations(report.year, [row.report_id])]
    return Beside(every, [*_groups(form, [cells[year] for year, _, _ in every])], list(dict.fromkeys(notes)))


def _groups(form: Form, cells: Sequence[Mapping[str, Cell]]) -> list[tuple[str, list[Line]]]:
    table2 = [(f"{i.label}·{m.label}", f"table2.{i.code}.{m.code}") for i in form.items for m in i.measures]
    table3 = [(row.label, f"table3.{row.code}.total") for row in form.rows]
    table4 = [(f"{group.full_label}·{c.label}", f"table4.{group.code}.{c.code}") for group in form.groups
              for c in form.results]  # fmt: skip
    groups = (("表二 主动公开", table2), ("表三 依申请公开（总计列）", table3), ("表四 复议、诉讼", table4))
    return [(title, [Line(label, [_value(of, address) for of in cells]) for label, address in lines])
            for title, lines in groups]  # fmt: skip


def _value(cells: Mapping[str, Cell], address: str) -> Number | None:
    return cells[address].value if address in cells else None


def _neighbours(agency: str, year: int) -> list[Neighbour]:
    from tasks.receipt.stored import neighbours

    return neighbours(s3_client(), buckets_from_env(), open_ledger(), agency, year)
