"""Table 3 without rules: seven columns under the applicants, a row beside each label."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import inf

from expectations.evidence import Doubt
from expectations.forms import FORMS, Form
from expectations.forms.common import RESULTS_OF_YEAR
from tasks.read.aligned.places import UNCLEAR, Block, Strip, block_of, blocks, cell_at, strip_of, strips
from tasks.read.aligned.words import Word, WordRow, row_key
from tasks.read.labels import LIKELY, key, similarity
from tasks.read.rows import TableReading

_APPLICANTS = FORMS["2021"].applicants
_NAMES = [(a.label, *a.aliases) for a in _APPLICANTS]
_HEADING = "申请人情况"
_SPANNING = frozenset({_HEADING, key(_APPLICANTS[1].group)})
_FIRST_ROW = "一本年新收"
_HEADING_LINES = 12
_LINE = 1.5
"""Of a word's height: lines of a label are not farther apart."""
_ONE_LABEL = 0.4
"""Of a word's height: what is not farther apart may be one label, though it reaches over a column's edge."""
_NUMBERED = re.compile(r"[1-9１-９][.．、]")
_BESIDE_GROUPS = {
    form.code: [r.label for r in form.rows if r.group in ("", RESULTS_OF_YEAR)] for form in FORMS.values()
}
"""By form the rows whose labels reach over the column of the groups."""


def read_table3(rows: Sequence[WordRow]) -> TableReading | None:
    """The table of the form that explains the labels better; None where the headings are not all there."""
    columns: list[Strip] = []
    cut: list[WordRow] = []
    lines: list[WordRow] = []
    figures: list[tuple[Word, int | None]] = []
    for _, page in groupby(rows, key=lambda row: row[0].page.number):
        heading, body = _split(list(page), is_cut=bool(cut))
        columns = _columns(heading) or _columns([*cut, *heading]) or columns
        cut = [] if columns else [*cut, *heading]
        if not (columns or (cut and not body)):
            return None
        for row in [*_rest_of_label(heading, columns), *body] if lines else body:
            first = _first_figure(row, columns[0])
            lines.append(row[:first])
            figures += [(w, strip_of(w, columns)) for w in row[first:] if w.is_figure]
    lines = [line for line in lines if line]
    return _reading(lines, figures, columns) if lines else None


def _rest_of_label(heading: Sequence[WordRow], columns: Sequence[Strip]) -> Sequence[WordRow]:
    """The last lines below a heading that is repeated, where they stand left of its columns: a label goes on there."""
    last = max((n for n, row in enumerate(heading, 1) if row[-1].x1 > columns[0].left), default=0)
    return heading[last:]


def _columns(heading: Sequence[WordRow]) -> list[Strip]:
    return strips((w for row in heading for w in row if key(w.text) not in _SPANNING), _NAMES)


def _first_figure(row: WordRow, column: Strip) -> int:
    """How many words of a line belong to its label: a figure may begin a little left of its column's heading."""
    first = next((n for n, word in enumerate(row) if word.x1 > column.left), len(row))
    last = row[first - 1] if first else None
    if last and last.is_figure and first > 1 and column.distance(last) < last.x0 - row[first - 2].x1:
        return first - 1
    return first


def _split(page: Sequence[WordRow], *, is_cut: bool) -> tuple[Sequence[WordRow], Sequence[WordRow]]:
    """The lines of a page's heading, and those below; a label that begins a line above its figures is below too.

    Of a heading that a page break has cut the rest stands on top of the page.
    """
    first = next((n for n, row in enumerate(page) if _HEADING in row_key(row)), 0 if is_cut else None)
    if first is None:
        return (), page
    last = next((n for n, row in enumerate(page) if n > first and _is_body(row)), first + _HEADING_LINES)
    if last < len(page):
        figures = next((w for w in page[last] if w.is_figure), page[last][0])
        while last > first + (not is_cut) and _begins_label(page[last - 1], figures):
            last -= 1
    return page[:last], page[last:]


def _begins_label(row: WordRow, figures: Word) -> bool:
    """Whether a line is but the beginning of the label that `figures` stand beside, half a line or a line lower."""
    return row[-1].x1 < figures.x0 and 0 < figures.y - row[0].y < _LINE * figures.height


def _is_body(row: WordRow) -> bool:
    return _FIRST_ROW in row_key(row) or any(word.is_figure for word in row)


def _fragments(lines: Sequence[WordRow], form: Form) -> Iterator[WordRow]:
    """The print of the labels, line by line, without the groups that stand to their left."""
    edge = _left_of_labels(lines)
    for line in lines:
        first = next((n for n, word in enumerate(line) if word.x1 > edge), len(line))
        while 0 < first < len(line) and line[first].x0 < edge and _touch(line[first - 1], line[first]):
            first -= 1
        yield from (part for part in (_spanning(line[:first], form), line[first:]) if part)


def _touch(word: Word, following: Word) -> bool:
    return following.x0 - word.x1 < _ONE_LABEL * following.height


def _left_of_labels(lines: Sequence[WordRow]) -> float:
    """Where the column of the grouped labels begins: each of them has a number."""
    return min((w.x0 for line in lines for w in line if _NUMBERED.match(w.text)), default=-inf)


def _spanning(words: WordRow, form: Form) -> WordRow:
    """The last of `words`, if they are the label of a row that begins where the groups stand."""
    for start in range(len(words)):
        text = "".join(w.text for w in words[start:])
        if max(similarity(text, label) for label in _BESIDE_GROUPS[form.code]) >= LIKELY:
            return words[start:]
    return []


def _reading(
    lines: Sequence[WordRow], figures: Sequence[tuple[Word, int | None]], columns: Sequence[Strip]
) -> TableReading:
    form, (found, _) = max(
        ((f, blocks(list(_fragments(lines, f)), [r.names for r in f.rows])) for f in FORMS.values()),
        key=lambda c: c[1][1],
    )
    placed: dict[tuple[int, int], list[Word]] = defaultdict(list)
    astray: list[Word] = []
    for word, column in figures:
        row = block_of(word, found)
        if row is None or column is None:
            astray.append(word)
        else:
            placed[row, column].append(word)
    cells = tuple(
        cell_at(f"table3.{form.rows[block.label].code}.{a.code}", placed[n, m], columns[m], block.words)
        for n, block in enumerate(found)
        for m, a in enumerate(_APPLICANTS)
    )
    labels = tuple((form.rows[block.label].code, block.text) for block in found)
    return TableReading(form.code, cells, tuple(_doubts(astray, found, form)), labels)


def _doubts(astray: Sequence[Word], rows: Sequence[Block], form: Form) -> Iterator[Doubt]:
    """Figures beside or between the rows that stand in no row or column for certain."""
    for word in astray:
        near = [block for block in rows if block.distance(word) <= word.height]
        if near:
            yield Doubt(f"table3.{form.rows[near[0].label].code}", word.text, UNCLEAR)
        elif any(w.page is word.page and w.y > word.y for block in rows for w in block.words):
            yield Doubt("table3", word.text, UNCLEAR)
