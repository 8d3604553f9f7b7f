"""Where a table without rules has its columns and rows: where the headings and the labels stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf

from expectations.evidence import Cell
from tasks.read.aligned.fit import fit
from tasks.read.aligned.words import Word, WordRow, surrounding
from tasks.read.grid import Grid, GridCell
from tasks.read.labels import Names
from tasks.read.values import cell_of

ENGINE = "words"
UNCLEAR = "位置不能确定属于哪一格"
"""What a doubt says of a figure between columns or rows."""
_CLEARLY = 0.5
"""A word beside all columns belongs to the nearest if that is at most so much as far as the next."""
_APART = 1.0
"""Points: what is not farther apart than this stands in one column."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The stretch of a page's width that the words of a column cover."""

    left: float
    right: float

    def distance(self, word: Word) -> float:
        return max(0.0, self.left - word.x1, word.x0 - self.right)


@dataclass(frozen=True, slots=True)
class Block:
    """The words that print the label with index `label`; a page break may cut them."""

    label: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return "".join(w.text for w in self.words)

    def distance(self, word: Word) -> float:
        """Points from the middle of `word` to those of the label's lines, 0 between them; infinite on another page."""
        here = [w.y for w in self.words if w.page is word.page]
        return max(0.0, min(here) - word.y, word.y - max(here)) if here else inf


def stacked(words: Iterable[Word]) -> list[list[Word]]:
    """Words grouped by the stretches of width that they cover together, from left to right."""
    stacks: list[list[Word]] = []
    right = -inf
    for word in sorted(words, key=lambda w: w.x0):
        if word.x0 - right > _APART:
            stacks.append([])
        stacks[-1].append(word)
        right = max(right, word.x1)
    return stacks


def strips(words: Iterable[Word], names: Names) -> list[Strip]:
    """Where the columns that headings name stand; empty unless every name is found, in order."""
    stacks = stacked(words)
    fits = fit(["".join(w.text for w in _reading_order(stack)) for stack in stacks], names)
    if len(fits) != len(names):
        return []
    headings = [[w for stack in stacks[f.start : f.end] for w in stack] for f in fits]
    return [Strip(box[0], box[2]) for box in map(surrounding, headings)]


def blocks(fragments: Sequence[WordRow], names: Names) -> tuple[list[Block], float]:
    """The labels that fragments of print make, in order, and how many of them in all (a likeness counts in part)."""
    fits = fit(["".join(w.text for w in words) for words in fragments], names)
    found = [Block(f.label, tuple(w for words in fragments[f.start : f.end] for w in words)) for f in fits]
    return found, sum(f.score for f in fits)


def strip_of(word: Word, columns: Sequence[Strip]) -> int | None:
    """The column that `word` stands in; None if that is not clear."""
    hits = [n for n, strip in enumerate(columns) if not strip.distance(word)]
    if hits:
        return hits[0] if len(hits) == 1 else None
    return _nearest([strip.distance(word) for strip in columns])


def block_of(word: Word, rows: Sequence[Block]) -> int | None:
    """The row that `word` stands in, as an index; None if that is not clear."""
    distances = [block.distance(word) for block in rows]
    nearest = min(distances, default=inf)
    return _nearest(distances) if nearest <= 2 * word.height else None


def _nearest(distances: Sequence[float]) -> int | None:
    first, *others = sorted(range(len(distances)), key=lambda n: distances[n])
    if others and distances[first] >= _CLEARLY * distances[others[0]]:
        return None
    return first


def cell_at(address: str, words: Sequence[Word], column: Strip, row: Sequence[Word]) -> Cell:
    """The figure that `words` print; where there are none, the blank place beside the label `row`."""
    page = (words or row)[0].page
    box = surrounding(words) if words else _crossing(column, [w for w in row if w.page is page])
    text = "\n".join(" ".join(w.text for w in line) for line in _lines(words))
    place = GridCell(text, 0, 0, 0, 0, box[0], box[2], page.as_displayed(box))
    return cell_of(address, place, Grid((), 0, page.number, ENGINE))


def _crossing(column: Strip, row: Sequence[Word]) -> tuple[float, float, float, float]:
    _, top, _, bottom = surrounding(row)
    return column.left, top, column.right, bottom


def _lines(words: Iterable[Word]) -> list[WordRow]:
    ordered = _reading_order(words)
    return [list(line) for _, line in groupby(ordered, key=lambda w: (w.page.number, round(w.y / w.height)))]


def _reading_order(words: Iterable[Word]) -> list[Word]:
    return sorted(words, key=lambda w: (w.page.number, round(w.y), w.x0))
