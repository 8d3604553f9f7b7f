"""The kinds of edits by class: importing this registers them all."""

from tests.plausible.edits import columns, faults, identity, numerals, prose, rows, tables, visible
from tests.plausible.edits.kinds import KINDS, Kind, NotHere

__all__ = [
    "KINDS",
    "Kind",
    "NotHere",
    "columns",
    "faults",
    "identity",
    "numerals",
    "prose",
    "rows",
    "tables",
    "visible",
]
