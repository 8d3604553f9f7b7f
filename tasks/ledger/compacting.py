"""What a compaction asks the ledger beside its changes: how much there is, and to be the only one at it."""

from __future__ import annotations

import fcntl
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from tasks.ledger.database import Database
from tasks.ledger.tables import versions
from tasks.ledger.values import LedgerAwayError, LedgerError


class BusyError(LedgerError):
    """Another process does the same just now."""

    code = "LEDGER.BUSY"


def current_by_year(ledger: Database) -> dict[int, int]:
    """How many reports of each year are current in the lake."""
    v = versions.c
    query = select(v.year, func.count()).where(v.place == "lake", v.is_current).group_by(v.year).order_by(v.year)
    with ledger.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


@contextmanager
def exclusive(ledger: Database, name: str) -> Iterator[Callable[[], None]]:
    """Nobody else who uses this ledger does `name` meanwhile; it ends with the process, whatever becomes of that.

    The value raises LedgerAwayError if it can no longer be sure of that: ask before what must not be done twice.
    Raises BusyError.
    """
    with (_on_postgresql if ledger.is_postgresql else _beside_sqlite)(ledger, name) as still_held:
        yield still_held


@contextmanager
def _on_postgresql(ledger: Database, name: str) -> Iterator[Callable[[], None]]:
    number = int.from_bytes(hashlib.sha256(f"nianbao|{name}".encode()).digest()[:8], "big", signed=True)
    try:
        with ledger.apart() as connection:
            if not connection.execute(select(func.pg_try_advisory_lock(number))).scalar_one():
                raise BusyError(f"另一个进程正在进行：{name}")

            one_at_a_time = threading.Lock()

            def still_held() -> None:
                try:
                    with one_at_a_time:
                        connection.execute(select(1))
                except DBAPIError as error:
                    raise LedgerAwayError(f"账本的数据库暂时连不上：{error.orig}") from error

            try:
                yield still_held
            finally:
                if not connection.invalidated:
                    connection.execute(select(func.pg_advisory_unlock(number)))
    except DBAPIError as error:
        raise LedgerAwayError(f"账本的数据库暂时连不上：{error.orig}") from error


@contextmanager
def _beside_sqlite(ledger: Database, name: str) -> Iterator[Callable[[], None]]:
    """A lock on a file beside the ledger's, for whoever shares that shares its machine."""
    path = Path(f"{ledger.url.database}.{name.replace('/', '-')}.lock")
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"另一个进程正在进行：{name}") from error
        yield lambda: None
