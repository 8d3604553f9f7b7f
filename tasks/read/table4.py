"""Table 4: one row of figures under three groups of five results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from expectations.blanks import is_blank_mark
from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS
from tasks.read.grid import GridCell
from tasks.read.labels import key
from tasks.read.rows import GridRow, TableReading
from tasks.read.torn_heads import with_whole_heads
from tasks.read.values import cell_of

_FORM = FORMS["2021"]
ADDRESSES = tuple(f.address for f in _FORM.figures("table4"))
_RESULTS = {key(name): c.code for c in _FORM.results for name in (c.label, *c.aliases)}
_GROUPS = {key(g.label): g.code for g in _FORM.groups}


def read_table4(rows: list[GridRow]) -> TableReading | None:
    """The figures of table 4, which is the same in both forms; None if there is no row of figures under its header."""
    heads: list[GridCell] = []
    found: dict[str, Cell] = {}
    rivals: list[Doubt] = []
    is_open = True
    for row in with_whole_heads(rows, {*_RESULTS, *_GROUPS}):
        named = [c for c in row.starting if key(c.text) in _RESULTS or key(c.text) in _GROUPS]
        heads = [*(heads if is_open else ()), *named]
        is_open = is_open or bool(named)
        if heads and not named and _is_figures(row.starting):
            read = {a: cell_of(a, cell, row.grid) for a, cell in _addressed(row.starting, heads).items()}
            rivals.extend(_again(found, read))
            found |= {a: cell for a, cell in read.items() if a not in found or found[a].is_blank}
            is_open = False
    return TableReading(_FORM.code, tuple(found.values()), rivals=tuple(rivals)) if found else None


def _again(first: Mapping[str, Cell], second: Mapping[str, Cell]) -> Iterator[Doubt]:
    """A second row of figures for the same heads: the same again is no matter, nor is the empty form beside it."""
    same = [a for a in second if a in first]
    differ = any(second[a].raw.strip() != first[a].raw.strip() for a in same)
    if differ and not any(all(one[a].is_blank for a in same) for one in (first, second)):
        shown = [" ".join(one[a].raw.strip() for a in same) for one in (first, second)]
        yield Doubt("table4", shown[0], f"另有一行：{shown[1]}", tuple(second.values()))


def _is_figures(cells: Sequence[GridCell]) -> bool:
    digits = [c for c in cells if any(ch.isdigit() for ch in c.text)]
    blanks = [c for c in cells if is_blank_mark(c.text)]
    return len(cells) >= len(_FORM.results) and len(digits) + len(blanks) >= len(cells) - 1


def _addressed(cells: Sequence[GridCell], heads: list[GridCell]) -> dict[str, GridCell]:
    """Each figure with the address that the heads above it give; by position if some are not to be read."""
    found: dict[str, GridCell] = {}
    for cell in cells:
        above = [key(h.text) for h in heads if h.left <= cell.middle <= h.right]
        group = next((_GROUPS[t] for t in reversed(above) if t in _GROUPS), None)
        result = next((_RESULTS[t] for t in reversed(above) if t in _RESULTS), None)
        if group and result:
            found[f"table4.{group}.{result}"] = cell
    if len(found) < len(cells) == len(ADDRESSES):
        return dict(zip(ADDRESSES, cells, strict=True)) if _in_order(heads) else {}
    return found


def _in_order(heads: list[GridCell]) -> bool:
    """Whether the results that the header names come in the form's order, over and over."""
    named = [_RESULTS[key(h.text)] for h in sorted(heads, key=lambda h: h.left) if key(h.text) in _RESULTS]
    expected = [c.code for c in _FORM.results] * len(_FORM.groups)
    groups = [_GROUPS[key(h.text)] for h in sorted(heads, key=lambda h: h.left) if key(h.text) in _GROUPS]
    order = [g.code for g in _FORM.groups]
    return (len(named) < len(expected) or named == expected) and groups == [g for g in order if g in groups]
