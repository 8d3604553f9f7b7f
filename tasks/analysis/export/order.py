"""The order of an export's rows: year, agency, report, and within a report that of the statutory form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from itertools import pairwise

from expectations.forms import FORMS
from expectations.rules import RULES


def _merged(orders: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """One order that keeps each of `orders`, which agree about what they share."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for order in orders:
        for before, after in pairwise(order):
            sorter.add(after, before)
    return tuple(sorter.static_order())


_FORMS = FORMS.values()
_CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "disclosures": {
        "item": _merged([item.code for item in form.items] for form in _FORMS),
        "measure": _merged([m.code for m in item.measures] for form in _FORMS for item in form.items),
    },
    "applications": {"row": _merged([row.code for row in form.rows] for form in _FORMS)},
    "disputes": {"proceeding": _merged([group.code for group in form.groups] for form in _FORMS)},
    "cells": {"address": _merged([figure.address for figure in form.figures()] for form in _FORMS)},
    "findings": {"rule": tuple(RULES)},
    "sections": {"number": _merged([section.number for section in form.sections] for form in _FORMS)},
    "relations": {"rule": tuple(RULES)},
}
_THEN = {
    "cells": ("page", "top", "x0"),
    "findings": ("place", "message"),
    "decisions": ("at", "action", "address", "rule"),
    "relations": ("other_year", "other_agency", "other_report_id", "place", "message"),
}


def order_by(table: str) -> str:
    """The terms of ORDER BY; a code that no form has comes last."""
    ranks = [_rank(column, codes) for column, codes in _CODES.get(table, {}).items()]
    plain = [*_CODES.get(table, {}), *_THEN.get(table, ())]
    return ", ".join(["year", "agency", "report_id", *ranks, *(f'"{column}"' for column in plain)])


def _rank(column: str, codes: Iterable[str]) -> str:
    listed = ", ".join(f"'{code}'" for code in codes)
    return f'TRY_CAST("{column}" AS ENUM({listed})) NULLS LAST'
