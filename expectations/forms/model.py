"""The shape in which a statutory form is written down as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

Kind = Literal["count", "amount"]
TableName = Literal["table2", "table3", "table4"]
TABLES: tuple[TableName, ...] = ("table2", "table3", "table4")


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of table 2: what is counted of an item. `unit` is as printed on the form."""

    code: str
    label: str
    kind: Kind = "count"
    signed: bool = False
    unit: str = "件"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of table 2: a class of information that article 20 of the Regulation (条例) tells to publish."""

    code: str
    label: str
    article: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of table 3; `group` is the label of the merged cell (or heading) that it stands under, if any.

    `aliases` are shorter labels that were met in genuine reports.
    """

    code: str
    label: str
    group: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every label that the row goes by, the form's own first."""
        return (self.label, *self.aliases)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of table 3 (an applicant) or of a group of table 4 (a result); `aliases` were met in genuine reports."""

    code: str
    label: str
    group: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group of table 4: five columns under one heading."""

    code: str
    label: str
    parent: str = ""

    @property
    def full_label(self) -> str:
        """The label with the heading that it stands under."""
        return f"{self.parent}·{self.label}" if self.parent else self.label


@dataclass(frozen=True, slots=True)
class Section:
    """One of the report's six sections; `aliases` are headings that were met in genuine reports."""

    number: str
    heading: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One statutory number: where it stands in the form and what it may be."""

    address: str
    table: TableName
    row: str
    column: str
    label: str
    kind: Kind = "count"
    signed: bool = False
    unit: str = "件"

    def __hash__(self) -> int:
        return hash(self.address)


@dataclass(frozen=True, slots=True)
class Identity:
    """Sum of `left` = sum of `right`, both cell addresses, which the form states or implies; `where` names the line."""

    rule: str
    where: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def total(self) -> str | None:
        """The address of the total that `left` are the parts of, if that is what the form states."""
        return self.right[0] if len(self.right) == 1 else None


@dataclass(frozen=True)
class Form:
    """A statutory form: `code` is the year of its notice, `first_year`..`last_year` the report years that it is for."""

    code: str
    notice: str
    first_year: int
    last_year: int | None
    items: tuple[Item, ...]
    rows: tuple[Row, ...]
    applicants: tuple[Column, ...]
    groups: tuple[Group, ...]
    results: tuple[Column, ...]
    sections: tuple[Section, ...]

    def serves(self, year: int) -> bool:
        """Whether a report on `year` must be made in this form."""
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)

    def figures(self, table: TableName | None = None) -> tuple[Figure, ...]:
        """Every number of the form, or of one table, in reading order."""
        return _figures(self, table)

    def __hash__(self) -> int:
        return hash(self.code)


@cache
def _figures(form: Form, table: TableName | None) -> tuple[Figure, ...]:
    every = (*_table2(form), *_table3(form), *_table4(form))
    return tuple(figure for figure in every if table in (None, figure.table))


def _table2(form: Form) -> Iterator[Figure]:
    for item in form.items:
        for m in item.measures:
            address = f"table2.{item.code}.{m.code}"
            yield Figure(address, "table2", item.code, m.code, f"{item.label}·{m.label}", m.kind, m.signed, m.unit)


def _table3(form: Form) -> Iterator[Figure]:
    for row in form.rows:
        for column in form.applicants:
            address = f"table3.{row.code}.{column.code}"
            yield Figure(address, "table3", row.code, column.code, f"{row.label}·{column.label}")


def _table4(form: Form) -> Iterator[Figure]:
    for group in form.groups:
        for column in form.results:
            address = f"table4.{group.code}.{column.code}"
            yield Figure(address, "table4", group.code, column.code, f"{group.label}·{column.label}")
