"""Numbers that add up, for any statutory form."""

from __future__ import annotations

import random
from decimal import Decimal

from expectations.evidence import Number
from expectations.forms import Form

Figures = dict[str, Number]
"""Every figure of a form by its address."""

_NOT_RESULTS = ("new", "carried_over", "total", "carried_forward")


def consistent_figures(form: Form, rng: random.Random, size: int = 30) -> Figures:
    """Figures of which every identity of the form holds; `size` is about how large a busy cell gets."""
    figures: Figures = {}
    for figure in form.figures("table2"):
        if figure.kind == "amount":
            figures[figure.address] = Decimal(rng.randrange(0, size * 1000)) / 100
        else:
            figures[figure.address] = rng.randrange(-5 if figure.signed else 0, size * 10)
    _applications(form, rng, size, figures)
    _disputes(form, rng, size, figures)
    return figures


def _applications(form: Form, rng: random.Random, size: int, figures: Figures) -> None:
    results = [row.code for row in form.rows if row.code not in _NOT_RESULTS]
    parts = [column.code for column in form.applicants if column.code != "total"]
    for part in parts:
        column = {row: _figure(rng, size) for row in results}
        column["total"] = sum(column.values())
        column["carried_forward"] = _figure(rng, size)
        handled = column["total"] + column["carried_forward"]
        column["carried_over"] = rng.randrange(0, handled + 1) // 5
        column["new"] = handled - column["carried_over"]
        figures |= {f"table3.{row}.{part}": value for row, value in column.items()}
    for row in form.rows:
        figures[f"table3.{row.code}.total"] = sum(figures[f"table3.{row.code}.{part}"] for part in parts)


def _disputes(form: Form, rng: random.Random, size: int, figures: Figures) -> None:
    for group in form.groups:
        parts = [f"table4.{group.code}.{column.code}" for column in form.results if column.code != "total"]
        figures |= {part: _figure(rng, size) for part in parts}
        figures[f"table4.{group.code}.total"] = sum(figures[part] for part in parts)


def _figure(rng: random.Random, size: int) -> int:
    """Mostly nothing, as in real reports."""
    return rng.choice((0, 0, 0, 1, 2, rng.randrange(0, size + 1)))
