"""`python -m flows.services.ledger_database`: the database that NIANBAO_DATABASE_URL names, and its tables.

A PostgreSQL that was set up for Prefect alone, be it years ago, gets a database of its own for the ledger.
"""

from __future__ import annotations

import psycopg
from psycopg.errors import DuplicateDatabase, UniqueViolation
from psycopg.sql import SQL, Identifier

from tasks.ledger import Ledger

_ALWAYS_THERE = "postgres"


def main() -> None:
    """Make what is not there yet; may run again, and twice at a time."""
    ledger = Ledger.open()
    if ledger.is_postgresql:
        _make_database(ledger)
    ledger.migrate()


def _make_database(ledger: Ledger) -> None:
    url = ledger.url
    address = url.set(drivername="postgresql", database=_ALWAYS_THERE).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [url.database]).fetchone()
        if found is None:
            try:
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(str(url.database))))
            except (DuplicateDatabase, UniqueViolation):  # somebody else was quicker
                return


if __name__ == "__main__":
    main()
