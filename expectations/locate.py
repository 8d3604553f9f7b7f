"""Table 3 as an error-locating code: the single cell that explains every identity that fails, and none that holds.

Where more than one cell is wrong, those that stand in failing identities alone are the candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations

from expectations.evidence import Suspect
from expectations.forms import Form, identities
from expectations.forms.model import Identity


def locate(form: Form, values: Mapping[str, int]) -> Suspect | None:
    """The one cell that, changed to `balancing_value`, would make every identity of table 3 hold.

    `values` holds every cell of the table as the sums count it. None if nothing fails, if more than one cell is wrong,
    or if the cell would have to be negative. No two cells stand in the same identities, so there is never a choice.
    """
    gaps, failing = _gaps(form, values)
    for address, touched in _touched(form).items():
        if touched == failing:
            return _suspect(address, gaps, failing, values)
    return None


def candidates(form: Form, values: Mapping[str, int]) -> tuple[str, ...]:
    """The cells that may be wrong where no single one explains everything, in the form's order.

    They are the cells all of whose identities fail; where there are none, two wrong cells make up for each other in an
    identity that they share (a row that adds up and yet is wrong): all cells of all such pairs.
    """
    _, failing = _gaps(form, values)
    if not failing:
        return ()
    touched = _touched(form)
    alone = tuple(address for address, of_one in touched.items() if of_one <= failing)
    return alone or _of_pairs(touched, failing)


def _of_pairs(touched: Mapping[str, frozenset[Identity]], failing: frozenset[Identity]) -> tuple[str, ...]:
    pairs = (pair for pair in combinations(touched, 2) if touched[pair[0]] ^ touched[pair[1]] == failing)
    found = {address for pair in pairs for address in pair}
    return tuple(address for address in touched if address in found)


@cache
def _touched(form: Form) -> dict[str, frozenset[Identity]]:
    """For every cell of table 3 the identities that it stands in."""
    table = [identity for identity in identities(form) if identity.rule.startswith("T3.")]
    return {
        figure.address: frozenset(i for i in table if figure.address in (*i.left, *i.right))
        for figure in form.figures("table3")
    }


def _gaps(form: Form, values: Mapping[str, int]) -> tuple[dict[Identity, int], frozenset[Identity]]:
    gaps = {i: _gap(i, values) for i in identities(form) if i.rule.startswith("T3.")}
    return gaps, frozenset(identity for identity, gap in gaps.items() if gap)


def _gap(identity: Identity, values: Mapping[str, int]) -> int:
    return sum(values[a] for a in identity.left) - sum(values[a] for a in identity.right)


def _suspect(
    address: str, gaps: Mapping[Identity, int], failing: frozenset[Identity], values: Mapping[str, int]
) -> Suspect | None:
    """All failing identities must ask for the same value."""
    changes = {-gaps[i] if address in i.left else gaps[i] for i in failing}
    balancing = values[address] + min(changes)
    return Suspect(address, balancing) if len(changes) == 1 and balancing >= 0 else None
