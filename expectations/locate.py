"""Table 3 as an error-locating code: which single cell explains every identity that fails, and none that holds."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.evidence import Number, Suspect
from expectations.forms import Form, identities
from expectations.forms.model import Identity


def locate(form: Form, values: Mapping[str, Number]) -> tuple[Suspect, ...]:
    """The cells of which one alone, changed to `balancing_value`, would make every identity of table 3 hold.

    `values` gives each address its number, blanks as 0. One suspect is an answer, several are an ambiguity, none means
    that more than one cell is wrong (or that nothing fails).
    """
    table = [identity for identity in identities(form) if identity.rule.startswith("T3.")]
    gaps = {identity: _gap(identity, values) for identity in table}
    failing = {identity for identity, gap in gaps.items() if gap}
    if not failing:
        return ()
    found = (_explains(figure.address, table, gaps, failing, values) for figure in form.figures("table3"))
    return tuple(suspect for suspect in found if suspect)


def _gap(identity: Identity, values: Mapping[str, Number]) -> Number:
    return sum(values.get(a, 0) for a in identity.left) - sum(values.get(a, 0) for a in identity.right)


def _explains(
    address: str,
    table: list[Identity],
    gaps: Mapping[Identity, Number],
    failing: set[Identity],
    values: Mapping[str, Number],
) -> Suspect | None:
    touched = {identity for identity in table if address in identity.left or address in identity.right}
    if touched != failing:
        return None
    changes = {-gaps[i] if address in i.left else gaps[i] for i in touched}
    balancing = values.get(address, 0) + next(iter(changes))
    return Suspect(address, balancing) if len(changes) == 1 and balancing >= 0 else None
