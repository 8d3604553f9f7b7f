"""Table 3 as an error-locating code: the single cell that explains every identity that fails, and none that holds."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.evidence import Suspect
from expectations.forms import Form, identities
from expectations.forms.model import Identity


def locate(form: Form, values: Mapping[str, int]) -> Suspect | None:
    """The one cell that, changed to `balancing_value`, would make every identity of table 3 hold.

    `values` holds every cell of the table as the sums count it. None if nothing fails, if more than one cell is wrong,
    or if the cell would have to be negative. No two cells stand in the same identities, so there is never a choice.
    """
    table = [identity for identity in identities(form) if identity.rule.startswith("T3.")]
    gaps = {identity: _gap(identity, values) for identity in table}
    failing = {identity for identity, gap in gaps.items() if gap}
    for figure in form.figures("table3"):
        touched = {identity for identity in table if figure.address in (*identity.left, *identity.right)}
        if touched == failing:
            return _suspect(figure.address, gaps, failing, values)
    return None


def _gap(identity: Identity, values: Mapping[str, int]) -> int:
    return sum(values[a] for a in identity.left) - sum(values[a] for a in identity.right)


def _suspect(
    address: str, gaps: Mapping[Identity, int], failing: set[Identity], values: Mapping[str, int]
) -> Suspect | None:
    """Any failing identity gives the value: they depend on each other, so their gaps are of one size."""
    identity = next(iter(failing))
    change = -gaps[identity] if address in identity.left else gaps[identity]
    balancing = values[address] + change
    return Suspect(address, balancing) if balancing >= 0 else None
