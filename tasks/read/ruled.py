"""Grids from ruling lines: neighbouring elementary cells are joined where less than 60 % of their border is ruled."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tasks.read.grid import Grid, GridCell
from tasks.read.page import Char, Page, Rule
from tasks.read.printed import printed

SNAP = 3.0
"""Points: rules closer than this are one line."""
RULED = 0.6
"""The share of a border that must be ruled for it to part two cells."""


def ruled_grids(page: Page) -> list[Grid]:
    """The tables of a page that have ruling lines, from top to bottom."""
    found = (_Region(horizontal, vertical).grid(page) for horizontal, vertical in _regions(page))
    return [grid for grid in found if grid is not None]


def _regions(page: Page) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Rules grouped by the vertical stretches of the page that they cover without a gap."""
    spans = [(r.at - SNAP, r.at + SNAP, r, True) for r in page.horizontal]
    spans += [(r.start - SNAP, r.end + SNAP, r, False) for r in page.vertical]
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    end = float("-inf")
    for top, bottom, rule, flat in sorted(spans, key=lambda s: s[:2]):
        if top > end and (horizontal or vertical):
            yield horizontal, vertical
            horizontal, vertical = [], []
        (horizontal if flat else vertical).append(rule)
        end = max(end, bottom)
    if horizontal or vertical:
        yield horizontal, vertical


class _Region:
    """One stretch of ruled page: its lines, its elementary cells, and which of them belong together."""

    def __init__(self, horizontal: list[Rule], vertical: list[Rule]) -> None:
        xs = [r.at for r in vertical] + _extremes(horizontal)
        ys = [r.at for r in horizontal] + _extremes(vertical)
        self.xs, self.ys = _snapped(xs), _snapped(ys)
        self.vertical = _by_line(vertical, self.xs)
        self.horizontal = _by_line(horizontal, self.ys)
        self.columns, self.rows = len(self.xs) - 1, len(self.ys) - 1
        self.is_table = len(vertical) >= 2 and self.columns >= 2 and self.rows >= 1
        self.parent = list(range(max(0, self.columns * self.rows)))

    def grid(self, page: Page) -> Grid | None:
        if not self.is_table:
            return None
        self._join()
        roots = [self._root(cell) for cell in range(len(self.parent))]
        chars = self._chars_by_cell(page.chars, roots)
        members: dict[int, list[int]] = defaultdict(list)
        for cell, root in enumerate(roots):
            members[root].append(cell)
        cells = tuple(self._cell(page, group, chars.get(root, [])) for root, group in members.items())
        return Grid(cells, self.rows, page.number, "lines")

    def _root(self, cell: int) -> int:
        while self.parent[cell] != cell:
            cell = self.parent[cell]
        return cell

    def _join(self) -> None:
        for row in range(self.rows):
            for column in range(self.columns):
                cell = row * self.columns + column
                if column + 1 < self.columns and not self._is_ruled_right(row, column):
                    self.parent[self._root(cell + 1)] = self._root(cell)
                if row + 1 < self.rows and not self._is_ruled_below(row, column):
                    self.parent[self._root(cell + self.columns)] = self._root(cell)

    def _is_ruled_right(self, row: int, column: int) -> bool:
        return _is_ruled(self.vertical[column + 1], self.ys[row], self.ys[row + 1])

    def _is_ruled_below(self, row: int, column: int) -> bool:
        return _is_ruled(self.horizontal[row + 1], self.xs[column], self.xs[column + 1])

    def _chars_by_cell(self, chars: Sequence[Char], roots: Sequence[int]) -> dict[int, list[Char]]:
        found: dict[int, list[Char]] = defaultdict(list)
        xs, ys, columns = self.xs, self.ys, self.columns
        for char in chars:
            if ys[0] <= char.y < ys[-1] and 0 <= (column := bisect_right(xs, char.x) - 1) < columns:
                found[roots[(bisect_right(ys, char.y) - 1) * columns + column]].append(char)
        return found

    def _cell(self, page: Page, group: list[int], chars: list[Char]) -> GridCell:
        row0, col0 = divmod(group[0], self.columns)
        row1, col1 = row0, col0
        if len(group) > 1:
            columns = [c % self.columns for c in group]
            row1, col0, col1 = group[-1] // self.columns, min(columns), max(columns)
        box = (self.xs[col0], self.ys[row0], self.xs[col1 + 1], self.ys[row1 + 1])
        return GridCell(printed(chars), row0, row1, col0, col1, box[0], box[2], page.as_displayed(box))


def _extremes(rules: list[Rule]) -> list[float]:
    """The outermost ends of the rules: a border that a page break or a lazy program left open."""
    return [min(r.start for r in rules), max(r.end for r in rules)] if rules else []


def _snapped(values: list[float]) -> list[float]:
    lines: list[list[float]] = []
    for value in sorted(values):
        if lines and value - lines[-1][-1] <= SNAP:
            lines[-1].append(value)
        else:
            lines.append([value])
    return [sum(line) / len(line) for line in lines]


def _by_line(rules: list[Rule], lines: list[float]) -> list[list[tuple[float, float]]]:
    """For each line the stretches that are ruled, from the first to the last, with no gap as of a dashed line."""
    found: list[list[tuple[float, float]]] = [[] for _ in lines]
    for rule in rules:
        after = min(max(1, bisect_right(lines, rule.at)), len(lines) - 1)
        nearest = after if lines[after] - rule.at < rule.at - lines[after - 1] else after - 1
        found[nearest].append((rule.start - SNAP / 2, rule.end + SNAP / 2))
    return [list(_merged(spans)) for spans in found]


def _merged(spans: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """What the spans cover together."""
    if not spans:
        return
    spans.sort()
    start, end = spans[0]
    for a, b in spans:
        if a > end:
            yield start, end
            start = a
        end = max(end, b)
    yield start, end


def _is_ruled(spans: list[tuple[float, float]], start: float, end: float) -> bool:
    """Whether the spans cover enough of start..end."""
    covered = 0.0
    for a, b in spans:
        if a <= start and end <= b:
            return True
        low, high = a if a > start else start, b if b < end else end
        if high > low:
            covered += high - low
    return covered / (end - start) >= RULED
