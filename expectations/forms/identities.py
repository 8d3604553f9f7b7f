"""The sums that a form states or implies, derived from its rows and columns."""

from collections.abc import Iterator
from functools import cache

from expectations.forms.model import Form, Identity

_NOT_RESULTS = ("new", "carried_over", "total", "carried_forward")


@cache
def identities(form: Form) -> tuple[Identity, ...]:
    """Every identity of tables 3 and 4; table 2 has none. Counting a blank as 0 is the caller's part."""
    return (*_row_sums(form), *_column_sums(form), *_balances(form), *_dispute_sums(form))


def _row_sums(form: Form) -> Iterator[Identity]:
    parts = tuple(c.code for c in form.applicants if c.code != "total")
    for row in form.rows:
        where = f"table3.{row.code}"
        yield Identity("T3.ROW_SUM", where, tuple(f"{where}.{p}" for p in parts), (f"{where}.total",))


def _column_sums(form: Form) -> Iterator[Identity]:
    results = tuple(r.code for r in form.rows if r.code not in _NOT_RESULTS)
    for column in form.applicants:
        left = tuple(f"table3.{r}.{column.code}" for r in results)
        yield Identity("T3.COLUMN_SUM", f"table3.*.{column.code}", left, (f"table3.total.{column.code}",))


def _balances(form: Form) -> Iterator[Identity]:
    for column in form.applicants:
        left = tuple(f"table3.{r}.{column.code}" for r in ("new", "carried_over"))
        right = tuple(f"table3.{r}.{column.code}" for r in ("total", "carried_forward"))
        yield Identity("T3.BALANCE", f"table3.*.{column.code}", left, right)


def _dispute_sums(form: Form) -> Iterator[Identity]:
    parts = tuple(c.code for c in form.results if c.code != "total")
    for group in form.groups:
        where = f"table4.{group.code}"
        yield Identity("T4.ROW_SUM", where, tuple(f"{where}.{p}" for p in parts), (f"{where}.total",))
