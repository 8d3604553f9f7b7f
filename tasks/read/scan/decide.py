"""What is made of a picture's figures: sums decide, a second reader confirms, and what is not certain is a doubt.

Three applications, all read wrong in the same way, add up as well as the right ones: a table with few different
figures, and table 2, which has no sums, count only as far as a reader confirms them that shares nothing with the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, product

from expectations.blanks import is_blank_mark
from expectations.evidence import BBox, Cell, Doubt, Number
from expectations.forms import FORMS, Identity, TableName, identities
from tasks.read.cross_check import CrossCheck
from tasks.read.figures import parse_figure
from tasks.read.rows import TableReading
from tasks.read.scan.seen import ENGINE, FigureSeen
from tasks.read.values import FIGURES

BY_SUMS = "ocr+sums"
"""The engine of a cell of which the sums say which of the readers is right."""
OF_PICTURES = (ENGINE, BY_SUMS)
_DASH = "-"
"""No digit is as flat; a slash is nearly as slim as a 1."""
_SURE = 0.9
"""Confidence in a figure that no sum guards."""
_LEGIBLE = 0.5
_FEW_KINDS, _FEW = 3, 3
"""A table whose non-zero figures are so few different ones, or which counts so few applications, guards nothing."""
_WEAK = 0.15
"""Of a table's figures: where readers differ about more of them, the picture is too bad."""
_MOST_TRIED = 12
"""Cells with other proposals that are tried in pairs."""

Place = tuple[int | None, BBox | None]


@dataclass(frozen=True, slots=True)
class Witness:
    """What was seen at each place, by which readers; `has_second`: there is one that shares nothing with the first."""

    figures: Mapping[Place, FigureSeen] = field(repr=False)
    second: Mapping[Place, tuple[str, ...]] = field(repr=False)
    has_second: bool
    poor: Mapping[int, str] = field(default_factory=dict)
    """By page why its picture is too poor to be trusted, in Chinese."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A table as it counts, what is held against it, and the cells of which the sums decided."""

    table: TableReading
    check: CrossCheck
    repaired: tuple[Cell, ...] = ()


def decided(name: TableName, table: TableReading, witness: Witness) -> Decided:
    """The table `name` as far as its pictures bear it out."""
    return _Decision(name, table, witness).made()


@dataclass(frozen=True)
class _Seen:
    """A cell with its readers: what each makes of it."""

    cell: Cell
    figure: FigureSeen | None
    second: tuple[str, ...]

    @property
    def is_printed(self) -> bool:
        """Whether it is no picture's, but print of a digital page."""
        return self.cell.engine != ENGINE

    @cached_property
    def proposals(self) -> tuple[str, ...]:
        """What readers propose in its place."""
        if self.figure is None or not self.figure.text or self.is_mark_for_all:
            return ()
        texts = (self.figure.again, *self.second)
        own = self._value(self.cell.raw)
        return tuple(t for t in dict.fromkeys(texts) if t and self._value(t) is not None and self._value(t) != own)

    @property
    def is_mark_for_all(self) -> bool:
        """Whether it is a dash, or has the shape of a slash and another reader sees a mark for none."""
        if self.figure is None or not self.figure.is_mark:
            return False
        return self.figure.text == _DASH or any(
            text and is_blank_mark(text) for text in (self.figure.again, *self.second)
        )

    def _value(self, text: str) -> Number | None:
        return parse_figure(text, FIGURES[self.cell.address])

    @property
    def is_unread(self) -> bool:
        if self.is_printed:
            return False
        if self.cell.is_blank and self.figure is not None:
            return not self.is_confirmed
        if self.cell.value is None:
            return True
        is_poor = self.figure is not None and self.figure.confidence < _LEGIBLE
        return is_poor and not self.is_confirmed and self.is_disputed

    @property
    def is_confirmed(self) -> bool:
        """Whether a reader that shares nothing with the first has the same.

        It has at first sight, or where the first is sure, in every other look in which it sees something.
        """
        if self.is_printed:
            return self.cell.is_seen_twice
        if self.cell.is_blank:
            return self.figure is not None and self._is_none(self.figure)
        if self.cell.value is None or not self.second:
            return False
        first, *others = (self._value(text) for text in self.second)
        if first == self.cell.value:
            return True
        return self.is_agreed_by_crops and bool(others) and all(value == self.cell.value for value in others)

    def _is_none(self, figure: FigureSeen) -> bool:
        """Whether there is surely nothing, or a mark for that."""
        return self.is_mark_for_all if figure.pixels else not figure.is_unsure

    @property
    def is_agreed_by_crops(self) -> bool:
        """Whether another crop gives the same, and both are sure of it."""
        figure = self.figure
        return bool(
            figure
            and figure.text
            and self._value(figure.again) == self.cell.value
            and min(figure.confidence, figure.again_confidence) >= _SURE
        )

    @property
    def is_agreed(self) -> bool:
        """Whether two readings have the same: by other crops, or where nothing is to be read."""
        if self.figure is None or not self.figure.text:
            return self.is_confirmed
        return self.is_agreed_by_crops

    @property
    def is_disputed(self) -> bool:
        """Whether a reader says something else."""
        return bool(self.proposals)

    def described(self, why: str, rule: str) -> Doubt:
        others = "、".join(self.proposals) or "没有读出"
        return Doubt(
            self.cell.address,
            self.cell.raw.strip() or "空白",
            f"{others}；{why}" if why else others,
            (self.cell,),
            rule,
        )


class _Decision:
    def __init__(self, name: TableName, table: TableReading, witness: Witness) -> None:
        self._name, self._witness, self._form = name, witness, FORMS[table.form]
        self._seen = {c.address: self._with_readers(c) for c in table.cells}
        self._table = table
        self._repaired: dict[str, Cell] = {}
        prefix = "T3." if name == "table3" else "T4."
        self._sums = [i for i in identities(self._form) if i.rule.startswith(prefix)] if name != "table2" else []

    def _with_readers(self, cell: Cell) -> _Seen:
        place = (cell.page, cell.bbox)
        figure = self._witness.figures.get(place)
        second = self._witness.second.get(place, ())
        if figure:
            cell = replace(
                cell, confidence=round(figure.confidence, 4), second_raw=next(filter(None, reversed(second)), None)
            )
        return _Seen(cell, figure, second)

    def made(self) -> Decided:
        doubts = [*self._missing(), *self._unread(), *self._poor()]
        failing = self._failing()
        if failing and not any(doubt.rule == "READ.ROWS_MISSING" for doubt in doubts):
            self._repair(failing)
            failing = self._failing()
        doubts += self._disputed(failing)
        doubts += self._unguarded(failing)
        cells = tuple(self._repaired.get(a) or seen.cell for a, seen in self._seen.items())
        unsure = {doubt.where for doubt in doubts}
        confirmed = frozenset(a for a in self._certain(failing) if a not in unsure)
        table = replace(self._table, cells=cells)
        return Decided(table, CrossCheck(tuple(doubts), confirmed), tuple(self._repaired.values()))

    def _missing(self) -> Iterator[Doubt]:
        """Rows that were not read whole: those of the form, and the table where most are missing."""
        wanted: dict[str, int] = {}
        for figure in self._form.figures(self._name):
            row = figure.address.rpartition(".")[0]
            wanted[row] = wanted.get(row, 0) + (figure.address not in self._seen)
        missing = {row: count for row, count in wanted.items() if count}
        if len(missing) * 2 > len(wanted):
            yield Doubt(self._name, f"读出 {len(self._seen)} 格", "图片中的表没有读全", (), "READ.ROWS_MISSING")
        for row, count in missing.items():
            cells = tuple(s.cell for a, s in self._seen.items() if a.startswith(f"{row}."))
            yield Doubt(row, f"缺 {count} 格", "图片中的这一行没有读全", cells, "READ.ROWS_MISSING")

    def _unread(self) -> Iterator[Doubt]:
        for seen in self._seen.values():
            if seen.is_unread:
                yield seen.described("", "READ.CELL_UNREAD")

    def _poor(self) -> Iterator[Doubt]:
        pages = {seen.cell.page for seen in self._seen.values() if not seen.is_printed}
        for page in sorted(p for p in pages if p is not None and p in self._witness.poor):
            cells = tuple(s.cell for s in self._seen.values() if s.cell.page == page)
            yield Doubt(self._name, f"第 {page} 页", self._witness.poor[page], cells, "READ.LOW_RESOLUTION")

    def _values(self) -> dict[str, int]:
        """Every count as sums take it: what is blank is nothing, what is no count is left out."""
        found: dict[str, int] = {}
        for address, seen in self._seen.items():
            value = (self._repaired.get(address) or seen.cell).value
            if isinstance(value, int):
                found[address] = value
            elif seen.cell.is_blank:
                found[address] = 0
        return found

    def _failing(self) -> list[Identity]:
        values = self._values()
        return [i for i in self._sums if _fails(i, values)]

    def _repair(self, failing: Sequence[Identity]) -> None:
        """Take what another reader proposes, if that alone, in one or two cells, makes every sum hold."""
        values = self._values()
        suspects = [a for i in failing for a in (*i.left, *i.right) if a in self._seen and self._seen[a].is_disputed]
        suspects = list(dict.fromkeys(suspects))[:_MOST_TRIED]
        for count in (1, 2):
            solutions = [
                dict(zip(chosen, texts, strict=True))
                for chosen in combinations(suspects, count)
                for texts in product(*(self._seen[a].proposals for a in chosen))
                if self._holds_with(values, dict(zip(chosen, texts, strict=True)))
            ]
            if len(solutions) == 1:
                for address, text in solutions[0].items():
                    self._repaired[address] = self._as_proposed(address, text)
            if solutions:
                return

    def _holds_with(self, values: Mapping[str, int], changes: Mapping[str, str]) -> bool:
        changed = dict(values)
        for address, text in changes.items():
            value = parse_figure(text, FIGURES[address])
            if not isinstance(value, int):
                return False
            changed[address] = value
        return not any(_fails(i, changed) for i in self._sums)

    def _as_proposed(self, address: str, text: str) -> Cell:
        cell = self._seen[address].cell
        return replace(cell, value=parse_figure(text, FIGURES[address]), raw=text, engine=BY_SUMS, second_raw=cell.raw)

    def _disputed(self, failing: Sequence[Identity]) -> Iterator[Doubt]:
        """Operands of sums that do not hold, of which readers say different things: the sum may hold on paper."""
        told: set[str] = set()
        certain = self._certain(failing)
        for identity in failing:
            for address in (*identity.left, *identity.right):
                seen = self._seen.get(address)
                if seen and address not in told and (seen.is_disputed or address not in certain):
                    told.add(address)
                    yield seen.described("合计不符", "READ.SUM_DISPUTED")

    def _certain(self, failing: Sequence[Identity]) -> set[str]:
        """The cells that two readings have: by the second reader, or by another crop where a sum with them holds."""
        broken = {(i.rule, i.where) for i in failing}
        proved = {
            a
            for i in self._sums
            if (i.rule, i.where) not in broken and all(x in self._seen for x in (*i.left, *i.right))
            for a in (*i.left, *i.right)
        }
        return {
            a
            for a, s in self._seen.items()
            if not s.is_unread and (s.is_confirmed or (a in proved and s.is_agreed) or a in self._repaired)
        }

    def _unguarded(self, failing: Sequence[Identity]) -> Iterator[Doubt]:
        """Figures that no sum proves, unless an independent reader confirms them."""
        if self._name == "table2":
            for seen in self._seen.values():
                if not seen.is_unread and not (seen.is_confirmed and (seen.is_printed or self._is_sure(seen))):
                    yield seen.described(self._why(), "READ.UNCONFIRMED")
            return
        failed = {a for i in failing for a in (*i.left, *i.right)}
        pictured = [s for s in self._seen.values() if not s.is_printed]
        weak = [s for s in pictured if s.is_disputed and s.cell.address not in self._repaired]
        if len(weak) > _WEAK * len(pictured):
            cells = tuple(s.cell for s in weak)
            yield Doubt(self._name, f"{len(weak)} 格", "两种读法不同", cells, "READ.UNCONFIRMED")
        for seen in self._alone():
            if seen.cell.address not in failed and not seen.is_unread and not seen.is_confirmed:
                yield seen.described(self._why(), "READ.UNCONFIRMED")

    def _alone(self) -> Iterator[_Seen]:
        """The cells of a table with sums that these do not guard."""
        filled = [s for s in self._seen.values() if s.cell.value]
        if self._name == "table4":
            filled = [s for s in filled if s.cell.address not in self._repaired]
        else:
            values = self._values()
            total = values.get("table3.new.total", 0) + values.get("table3.carried_over.total", 0)
            if len({s.cell.value for s in filled}) > _FEW_KINDS and total > _FEW:
                return
        yield from filled
        yield from (s for s in self._seen.values() if s.cell.value == 0 and not self._is_sure(s))

    def _is_sure(self, seen: _Seen) -> bool:
        if seen.figure is None or not seen.figure.text or seen.cell.is_blank:
            return seen.is_confirmed
        return seen.figure.confidence >= _SURE

    def _why(self) -> str:
        return "没有合计可以证实" if self._witness.has_second else "没有合计可以证实，也没有安装第二种识别程序"


def _fails(identity: Identity, values: Mapping[str, int]) -> bool:
    """Whether a sum of which every operand is known does not hold."""
    if not all(a in values for a in (*identity.left, *identity.right)):
        return False
    return sum(values[a] for a in identity.left) != sum(values[a] for a in identity.right)
