"""The list of all objects, as people look through it: searched, filtered, counted, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, select, true, tuple_
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from tasks.ledger.asking import Asking, Place, in_query
from tasks.ledger.tables import AnyText, landed, object_rules, objects, searched
from tasks.ledger.values import ObjectOutcome, ObjectRow

ON_THE_WAY = "open"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Conditions, which all must hold; `text` is parts of the file's name or the agency's, `outcome` may be `open`."""

    text: str = ""
    year: int | None = None
    outcome: str | None = None
    reason: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An object and its place in the list."""

    row: ObjectRow
    place: Place


class Listing(Asking):
    """Questions about the whole of the list; one index holds all that it can be searched by."""

    def listed(
        self, wanted: Wanted, *, before: Place | None = None, after: Place | None = None, limit: int = 50
    ) -> list[Listed]:
        """What is wanted, the newest first: the page that follows `before`, or ends before `after`."""
        at, i = _order(wanted)
        query = self._that(select(at.label("at"), i.label("i")), wanted).limit(limit)
        if after is not None:
            query = query.where(tuple_(at, i) > in_query(after)).order_by(at, i)
        else:
            query = query.order_by(at.desc(), i.desc())
            if before is not None:
                query = query.where(tuple_(at, i) < in_query(before))
        with self.reading() as connection:
            places = [(row.at, row.i) for row in connection.execute(query)]
        rows = self.get([i for _, i in places])
        found = [Listed(rows[place[1]], place) for place in places if place[1] in rows]
        return found[::-1] if after is not None else found

    def every(self, wanted: Wanted, together: int = 500) -> Iterator[Listed]:
        """All that is wanted, the newest first, whatever comes meanwhile."""
        page = self.listed(wanted, limit=together)
        while page:
            yield from page
            page = self.listed(wanted, before=page[-1].place, limit=together)

    def tally(self, wanted: Wanted) -> dict[str, int]:
        """How many there are of each outcome, whichever of them is wanted; `open` is what is on its way."""
        kinds = (ON_THE_WAY, *get_args(ObjectOutcome))
        counts = [func.count().filter(_is(kind)).label(kind) for kind in kinds]
        others = Wanted(wanted.text, wanted.year, None, wanted.reason, wanted.rule)
        with self.reading() as connection:
            found = connection.execute(self._that(select(*counts), others)).one()
        return dict(found._mapping)

    def reasons(self) -> list[str]:
        """Why objects were kept back."""
        c = objects.c
        with self.reading() as connection:
            return sorted(connection.execute(select(c.reason).where(c.reason.is_not(None)).distinct()).scalars())

    def _that(self, query: Select[Any], wanted: Wanted) -> Select[Any]:
        c, r = objects.c, object_rules.c
        if wanted.rule is None:
            query = query.select_from(objects)
        else:
            query = query.select_from(object_rules.join(objects)).where(r.rule == wanted.rule)
        wanted_text = searched(None, wanted.text).split()
        only = _scanned if wanted_text and not self.is_postgresql else _as_it_is
        for column, value in ((c.year, wanted.year), (c.reason, wanted.reason)):
            if value is not None:
                query = query.where(only(column) == value)
        if wanted.outcome is not None:
            query = query.where(_is(wanted.outcome, only))
        find = func.strpos if self.is_postgresql else func.instr
        return query.where(*(find(c.searched, literal(part, AnyText)) > 0 for part in wanted_text))


def _as_it_is(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column


def _scanned(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQLite shall not look for it in an index that lacks the text: that is read from the table then, row by row."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def _is(kind: str, only: Callable[[ColumnElement[Any]], ColumnElement[Any]] = _as_it_is) -> ColumnElement[bool]:
    c = objects.c
    if kind == ON_THE_WAY:
        return only(c.is_open) == true()
    return and_(only(c.outcome) == kind, only(c.is_open) == false())


def _order(wanted: Wanted) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What the list is ordered by: with a rule, the index of the rules has it."""
    if wanted.rule is not None:
        return object_rules.c.landed, object_rules.c.object_id
    return landed, objects.c.id
