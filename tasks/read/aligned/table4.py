"""Table 4 without rules: fifteen columns under the results, one line of figures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile

from expectations.evidence import Doubt
from expectations.forms import FORMS
from tasks.read.aligned.places import UNCLEAR, Strip, cell_at, strip_of, strips
from tasks.read.aligned.words import Word, WordRow
from tasks.read.labels import key
from tasks.read.rows import TableReading
from tasks.read.table4 import ADDRESSES

_SPELT = re.compile(r"[〇零一二两三四五六七八九十百千]{1,5}[件宗起]?")
_FORM = FORMS["2021"]
_NAMES = [(c.label, *c.aliases) for _ in _FORM.groups for c in _FORM.results]
_GROUPS = frozenset(key(name) for g in _FORM.groups for name in (g.label, g.parent))


def read_table4(rows: Sequence[WordRow]) -> TableReading | None:
    """The table, if all its headings are there; figures may be blank."""
    first = next((n for n, row in enumerate(rows) if _is_figures(row)), len(rows))
    for last in range(first, 0, -1):
        columns = strips((w for row in rows[:last] for w in row if key(w.text) not in _GROUPS), _NAMES)
        if columns:
            break
    else:
        return None
    placed: dict[int, list[Word]] = defaultdict(list)
    doubts: list[Doubt] = list(_misplaced([w for row in rows[:last] for w in row], columns))
    for word in (w for row in takewhile(_is_figures, rows[first:]) for w in row):
        column = strip_of(word, columns)
        if column is None:
            doubts.append(Doubt("table4", word.text, UNCLEAR))
        else:
            placed[column].append(word)
    spelt = next((w.text for row in rows[: first + 1] for w in row if _SPELT.fullmatch(w.text)), "")
    if spelt:
        doubts.append(Doubt("table4", spelt, "用汉字写的数"))
    heading = [w for row in rows[:last] for w in row]
    cells = tuple(cell_at(a, placed[n], columns[n], heading[-1:]) for n, a in enumerate(ADDRESSES))
    return TableReading(_FORM.code, cells, tuple(doubts))


def _misplaced(heading: Sequence[Word], columns: Sequence[Strip]) -> Iterator[Doubt]:
    """Groups whose heads do not stand over their own five columns."""
    for number, group in enumerate(_FORM.groups):
        own = columns[number * len(_FORM.results) : (number + 1) * len(_FORM.results)]
        heads = [w for w in heading if key(w.text) == key(group.label)]
        if len(heads) != 1 or not own[0].left <= (heads[0].x0 + heads[0].x1) / 2 <= own[-1].right:
            yield Doubt(f"table4.{group.code}", group.label, UNCLEAR)


def _is_figures(row: WordRow) -> bool:
    return all(word.is_figure for word in row)
