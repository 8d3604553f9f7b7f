"""Tables without ruling lines: figures that stand in line below each other, labels by their nearness.

Taken only where ruling lines show no table. The header must confirm every column that is assumed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from expectations.forms import FORMS, TableName
from expectations.forms.model import Form, Item
from tasks.read.grid import Grid, GridCell
from tasks.read.labels import LIKELY, key, similarity
from tasks.read.lines import Aside
from tasks.read.page import Page
from tasks.read.rows import TableReading
from tasks.read.table3 import DataRow, best_similarity, recognise_rows
from tasks.read.table4 import ADDRESSES as TABLE4
from tasks.read.values import cell_of
from tasks.read.words import Word, WordRow, row_key, word_rows

ENGINE = "words"
_APPLICANTS = FORMS["2021"].applicants
_OPENINGS: dict[TableName, tuple[str, ...]] = {
    "table2": ("信息内容",),
    "table3": ("申请人情况",),
    "table4": ("行政复议行政诉讼", "未经复议直接起诉"),
}
_END = "存在的主要问题及改进情况"
_COLUMN_GAP = 8.0
_NEAR = 3.0


def read_aligned(pages: Sequence[Page], aside: Aside) -> dict[TableName, TableReading]:
    """The statutory tables that can be read from the places of words alone."""
    rows = [row for page in pages for row in word_rows(page, aside[page.number])]
    regions = _regions(rows)
    found: dict[TableName, TableReading | None] = {
        "table2": _table2(regions["table2"]),
        "table3": _table3(regions["table3"]),
        "table4": _table4(regions["table4"]),
    }
    return {name: table for name, table in found.items() if table}


def _regions(rows: Sequence[WordRow]) -> dict[TableName, list[WordRow]]:
    starts: list[int] = []
    for openings in _OPENINGS.values():
        begin = starts[-1] if starts else 0
        hits = (n for n in range(begin, len(rows)) if any(o in row_key(rows[n]) for o in openings))
        starts.append(next(hits, len(rows)))
    end = next((n for n in range(starts[-1], len(rows)) if _END in row_key(rows[n])), len(rows))
    bounds = [*starts, end]
    return {table: list(rows[bounds[n] : bounds[n + 1]]) for n, table in enumerate(_OPENINGS)}


def _cell(word: Word | None, column: int) -> GridCell:
    if word is None:
        return GridCell("", 0, 0, column, column, float(column), column + 1.0)
    box = word.page.as_displayed((word.x0, word.top, word.x1, word.bottom))
    return GridCell(word.text, 0, 0, column, column, word.x0, word.x1, box)


def _grid(row: WordRow) -> Grid:
    return Grid((), 0, row[0].page.number, ENGINE)


def _table2(rows: Sequence[WordRow]) -> TableReading | None:
    best: TableReading | None = None
    for form in FORMS.values():
        reading = _table2_of(form, rows)
        if reading.cells and (best is None or len(reading.cells) > len(best.cells)):
            best = reading
    return best


def _table2_of(form: Form, rows: Sequence[WordRow]) -> TableReading:
    heads: WordRow = []
    reading = TableReading(form.code, ())
    for row in rows:
        if similarity(row[0].text, "信息内容") >= LIKELY and len(row) > 1:
            heads = row[1:]
            continue
        item = next((i for i in form.items if similarity(row[0].text, i.label) >= LIKELY), None)
        if item is None or not _names(heads, item) or any(not w.is_figure for w in row[1:]):
            continue
        fields = _under(row[1:], heads)
        addresses = (f"table2.{item.code}.{m.code}" for m in item.measures)
        cells = tuple(
            cell_of(a, _cell(w, n), _grid(row)) for n, (a, w) in enumerate(zip(addresses, fields, strict=True))
        )
        reading = TableReading(form.code, reading.cells + cells, labels=(*reading.labels, (item.code, row[0].text)))
    return reading


def _names(heads: WordRow, item: Item) -> bool:
    if len(heads) != len(item.measures):
        return False
    return all(similarity(h.text, m.label) >= LIKELY for h, m in zip(heads, item.measures, strict=True))


def _under(words: Sequence[Word], heads: Sequence[Word]) -> list[Word | None]:
    """For each head the word that stands nearest to it."""
    found: list[Word | None] = [None] * len(heads)
    for word in words:
        found[min(range(len(heads)), key=lambda n: abs(heads[n].x - word.x))] = word
    return found


def _table3(rows: Sequence[WordRow]) -> TableReading | None:
    lines = [row for row in rows if sum(word.is_figure for word in row) >= len(_APPLICANTS) - 2]
    columns = _columns([word for row in lines for word in row if word.is_figure])
    if len(columns) != len(_APPLICANTS) or not _header_agrees(rows, lines, columns):
        return None
    data = []
    for row in lines:
        fields: list[Word | None] = [None] * len(columns)
        for word in (w for w in row if w.is_figure):
            fields[min(range(len(columns)), key=lambda n: abs(columns[n] - word.x))] = word
        figures = {a.code: _cell(w, n) for n, (a, w) in enumerate(zip(_APPLICANTS, fields, strict=True))}
        label = max(_labels(row, rows, lines, columns[0]), key=best_similarity)
        data.append(DataRow(label, figures, _grid(row), may_continue=False))
    return recognise_rows(data)


def _columns(figures: Sequence[Word]) -> list[float]:
    """The middles of the columns that the figures form."""
    groups: list[list[float]] = []
    for x in sorted(word.x for word in figures):
        if groups and x - groups[-1][-1] <= _COLUMN_GAP:
            groups[-1].append(x)
        else:
            groups.append([x])
    return [sum(group) / len(group) for group in groups]


def _header_agrees(rows: Sequence[WordRow], lines: Sequence[WordRow], columns: Sequence[float]) -> bool:
    """Whether above every column the characters of its applicant stand, wherever they are broken."""
    edges = [(a + b) / 2 for a, b in itertools.pairwise(columns)]
    first = next(n for n, row in enumerate(rows) if row is lines[0])
    above: list[str] = [""] * len(columns)
    for word in (word for row in rows[:first] for word in row):
        width = (word.x1 - word.x0) / max(1, len(word.text))
        for index, text in enumerate(word.text):
            x = word.x0 + (index + 0.5) * width
            above[sum(x > edge for edge in edges)] += text
    return all(set(key(a.label)) <= set(key(text)) for a, text in zip(_APPLICANTS, above, strict=True))


def _labels(line: WordRow, rows: Sequence[WordRow], lines: Sequence[WordRow], right: float) -> Iterator[str]:
    """What the label of a line of figures may be: its own words, or all words that are nearer to it than to others."""
    near: list[list[Word]] = []
    height = line[-1].bottom - line[-1].top
    for row in rows:
        words = [w for w in row if not w.is_figure and w.x1 < right and w.page is line[0].page]
        if words and abs(words[0].y - _y(line)) < _NEAR * height and line is _nearest(words[0], lines):
            near.append(words)
    own = [w for w in line if not w.is_figure and w.x1 < right]
    for words in (own, own[-1:]):
        yield "".join(w.text for w in words)
    yield "".join(w.text for words in near for w in words)
    yield "".join(words[-1].text for words in near)


def _y(line: WordRow) -> float:
    return next(word.y for word in line if word.is_figure)


def _nearest(word: Word, lines: Sequence[WordRow]) -> WordRow:
    return min((line for line in lines if line[0].page is word.page), key=lambda line: abs(_y(line) - word.y))


def _table4(rows: Sequence[WordRow]) -> TableReading | None:
    for row in rows:
        if len(row) == len(TABLE4) and all(word.is_figure for word in row):
            return TableReading(
                "2021",
                tuple(cell_of(a, _cell(w, n), _grid(row)) for n, (a, w) in enumerate(zip(TABLE4, row, strict=True))),
            )
    return None
