"""What was read of a report's tables, and what its text says of them: the one input of every rule on cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from expectations.evidence import Cell, Claim, Doubt
from expectations.forms import FORMS, TABLES, Figure, Form, TableName, form_for


@dataclass(frozen=True)
class TablesRead:
    """The cells of all tables found, each table's form, the report year, where reading is in doubt, and the claims."""

    cells: Sequence[Cell]
    forms: Mapping[TableName, str]
    year: int | None
    doubts: Sequence[Doubt] = ()
    claims: Sequence[Claim] = ()

    @cached_property
    def by_address(self) -> dict[str, tuple[Cell, ...]]:
        """Every cell of an address, for it may have been read more than once."""
        found: dict[str, tuple[Cell, ...]] = {}
        for cell in self.cells:
            found[cell.address] = (*found[cell.address], cell) if cell.address in found else (cell,)
        return found

    def form(self, table: TableName) -> Form:
        """The form that `table` is held against: its own, or for a missing table the year's, or the report's."""
        if table in self.forms:
            return FORMS[self.forms[table]]
        of_report = self.forms.get("table3") or next(iter(self.forms.values()), max(FORMS))
        return self._form_of_year or FORMS[of_report]

    def form_at(self, where: str) -> Form:
        """The form of the table that the address `where` lies in."""
        return self.form(next((t for t in TABLES if t == where.split(".")[0]), "table3"))

    def found(self, table: TableName) -> bool:
        """Whether anything of `table` was read."""
        return table in self.forms and any(cell.address.startswith(f"{table}.") for cell in self.cells)

    def serves_year(self, table: TableName) -> bool:
        """Whether `table` asks for just the figures that a report of this year must give."""
        if self.year is None:
            return True
        wanted = self._form_of_year
        return wanted is not None and _addresses(wanted, table) == _addresses(self.form(table), table)

    def doubted(self, figure: Figure) -> bool:
        """Whether a doubt covers `figure`: its table, its row, its column or the cell itself."""
        if not self._doubtful:
            return False
        column = f"{figure.table}.*.{figure.column}"
        covering = {figure.table, figure.address.rsplit(".", 1)[0], column, figure.address}
        return not covering.isdisjoint(self._doubtful)

    @cached_property
    def _form_of_year(self) -> Form | None:
        return form_for(self.year) if self.year is not None else None

    @cached_property
    def _doubtful(self) -> frozenset[str]:
        return frozenset(d.where for d in self.doubts) | {c.address for d in self.doubts for c in d.cells}


def _addresses(form: Form, table: TableName) -> tuple[str, ...]:
    return tuple(figure.address for figure in form.figures(table))
