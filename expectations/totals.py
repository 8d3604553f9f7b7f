"""What the sums of a form count for each cell: a blank as 0, a blank total as the sum of its parts."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.evidence import Cell
from expectations.forms import Form, identities


def counted(form: Form, sound: Mapping[str, Cell]) -> dict[str, int]:
    """The number to count for every address; an address that is absent must not be judged by any sum.

    `sound` holds the cells that were read exactly once, without doubt, and are counts or blank. A blank total is
    derived only where all its parts are known, those parts first that are blank totals themselves.
    """
    sums = {i.total: i.left for i in reversed(identities(form)) if i.total}
    blank_totals = [total for total in sums if total in sound and sound[total].is_blank]
    known = {address: int(cell.value or 0) for address, cell in sound.items() if address not in blank_totals}
    while ready := [t for t in blank_totals if t not in known and all(part in known for part in sums[t])]:
        known |= {total: sum(known[part] for part in sums[total]) for total in ready}
    return known
