"""Table 2 without rules: items below a heading that names their measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS, Form
from expectations.forms.model import Item
from tasks.read.aligned.places import UNCLEAR, Block, block_of, blocks, cell_at, stacked, strip_of, strips
from tasks.read.aligned.words import Word, WordRow, row_key
from tasks.read.rows import TableReading

_HEADING = "信息内容"
_ARTICLE = "第二十条第"


def read_table2(rows: Sequence[WordRow]) -> TableReading | None:
    """The table of the form that explains the labels better; None where no item has its heading above it."""
    lines = [row for row in rows if _ARTICLE not in row_key(row)]
    stacks = stacked(w for row in lines for w in row)
    if len(stacks) < 2:
        return None
    right = max(w.x1 for w in stacks[0])
    labels = [part for row in lines if (part := [w for w in row if w.x1 <= right])]
    others = [w for row in lines for w in row if w.x1 > right]
    form, (found, _) = max(
        ((f, blocks(labels, [(name,) for name, _ in _lines(f)])) for f in FORMS.values()), key=lambda c: c[1][1]
    )
    reading = _reading(form, found, others)
    return reading if reading.cells else None


def _lines(form: Form) -> list[tuple[str, tuple[Item, ...]]]:
    """The labels of the first column, each with the items that it stands for: a heading for all below it."""
    found: list[tuple[str, tuple[Item, ...]]] = []
    for _, items in groupby(form.items, key=lambda item: item.article):
        below = tuple(items)
        found += [(_HEADING, below), *((item.label, (item,)) for item in below)]
    return found


def _reading(form: Form, rows: Sequence[Block], words: Sequence[Word]) -> TableReading:
    names = _lines(form)
    beside: dict[int | None, list[Word]] = defaultdict(list)
    for word in words:
        beside[block_of(word, rows)].append(word)
    read: list[Cell | Doubt] = []
    labels: list[tuple[str, str]] = []
    heading: list[Word] = []
    for n, block in enumerate(rows):
        label, items = names[block.label]
        if label == _HEADING:
            heading = beside[n]
        else:
            read += _figures(items[0], block, beside[n], heading)
            labels.append((items[0].code, block.text))
    cells = tuple(part for part in read if isinstance(part, Cell))
    return TableReading(form.code, cells, tuple(part for part in read if isinstance(part, Doubt)), tuple(labels))


def _figures(item: Item, row: Block, words: Sequence[Word], heading: Sequence[Word]) -> Iterator[Cell | Doubt]:
    """The item's figures, each under its measure; a word that stands under none for certain is a doubt."""
    columns = strips(heading, [(m.label,) for m in item.measures])
    if not columns:
        return
    placed: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        column = strip_of(word, columns)
        if column is None:
            yield Doubt(f"table2.{item.code}", word.text, UNCLEAR)
        else:
            placed[column].append(word)
    for n, measure in enumerate(item.measures):
        yield cell_at(f"table2.{item.code}.{measure.code}", placed[n], columns[n], row.words)
