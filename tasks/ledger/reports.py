"""Which reports stand, agency by agency."""

from __future__ import annotations

from sqlalchemy import select

from tasks.ledger.database import Database
from tasks.ledger.tables import versions
from tasks.ledger.values import PlaceName

Years = dict[int, tuple[PlaceName, int]]
"""Of each year where its report stands, and the object that it is of."""


class Reports(Database):
    """Questions about what is current."""

    def reports_by_agency(self, sought: str = "", after: str = "", limit: int = 50) -> dict[str, Years]:
        """The agencies whose name has `sought` in it, those after `after`, in the order of their names."""
        v = versions.c
        standing = select(v.agency).where(v.is_current, v.is_named, v.agency.is_not(None), v.agency > after)
        if sought:
            standing = standing.where(v.agency.contains(sought, autoescape=True))
        names = standing.distinct().order_by(v.agency).limit(limit)
        query = select(v.agency, v.year, v.place, v.object_id).where(v.is_current, v.is_named, v.agency.in_(names))
        found: dict[str, Years] = {}
        with self.reading() as connection:
            for row in connection.execute(query.order_by(v.agency, v.year.desc())):
                years = found.setdefault(row.agency, {})
                if row.place == "lake" or row.year not in years:
                    years[row.year] = (row.place, row.object_id)
        return found
