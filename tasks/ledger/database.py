"""The ledger's database: SQLite in NIANBAO_HOME, or PostgreSQL as NIANBAO_DATABASE_URL says; its schema, by Alembic."""

from __future__ import annotations

import os
import re
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, ProgrammingError

from tasks.ledger.values import LedgerAwayError, LedgerError
from tasks.settings import settings

_MIGRATIONS = Path(__file__).parent / "migrations"
_HEAD = "0003"
_BUSY_SECONDS = 30
_ATTEMPTS = 8
_SETTLE_LOCK = 0x6E69616E62616F
"""The advisory lock of PostgreSQL under which standings change, and migrations run."""

_NOT_AWAY = re.compile(r"no such (table|column)|has no column|syntax error")

_known: weakref.WeakSet[Database] = weakref.WeakSet()
_inherited: list[Engine] = []
"""Engines of the parent process: a child must neither use nor close their connections."""

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D", bound="Database")


def database_url() -> str:
    """The address of the ledger's database."""
    return settings().database_url or f"sqlite:///{(settings().home / 'ledger.sqlite').absolute()}"


def ledger_exists() -> bool:
    """Whether there is a ledger, as far as that is known without making one."""
    url = _checked(database_url())
    return url.get_backend_name() == "postgresql" or Path(url.database or "").exists()


class Database:
    """Transactions on the ledger's database; safe to be carried over a fork, and to be used by threads."""

    def __init__(self, url: str | None = None) -> None:
        self.url = _checked(url or database_url())
        self._engine: Engine | None = None
        _known.add(self)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL, not SQLite."""
        return self.url.get_backend_name() == "postgresql"

    def close(self) -> None:
        """Close the connections that are not in use; the next transaction opens others."""
        if self._engine:
            self._engine.dispose()

    def migrate(self) -> None:
        """Make or renew the tables, whoever else does so now. Raises LedgerError for those of a later program."""
        if self._revision() == _HEAD:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with self.writing(ordered=True) as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise LedgerError(f"账本由更新版本的程序建立，本程序不能使用：{error}") from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A short transaction that only reads, at one state of the database."""
        engine = self._engine_here().execution_options(**self._snapshot())
        with _told(), engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, ordered: bool = False) -> Iterator[Connection]:
        """A short transaction; no two that are `ordered` run at the same time (on SQLite, no two at all)."""
        with _told(), self._engine_here().begin() as connection:
            if ordered and self.is_postgresql:
                connection.execute(select(func.pg_advisory_xact_lock(_SETTLE_LOCK)))
            yield connection

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """A connection outside transactions, for what lasts longer than one."""
        with self._engine_here().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def now(self, connection: Connection) -> datetime:
        """The instant by the clock that all who use the database share."""
        if not self.is_postgresql:
            return datetime.now(UTC)
        found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return found.astimezone(UTC)

    def _revision(self) -> str | None:
        try:
            with self.reading() as connection:
                found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                return found
        except LedgerAwayError:
            raise
        except LedgerError:
            return None

    def _snapshot(self) -> dict[str, Any]:
        return {"isolation_level": "REPEATABLE READ"} if self.is_postgresql else {"is_reading": True}

    def _engine_here(self) -> Engine:
        if self._engine is None:
            self._engine = _postgresql(self.url) if self.is_postgresql else _sqlite(self.url)
        return self._engine

    def _forget_engine(self) -> None:
        if self._engine:
            _inherited.append(self._engine)
            self._engine = None


def retried(method: Callable[Concatenate[D, P], T]) -> Callable[Concatenate[D, P], T]:
    """A method of one transaction, which is repeated when the database has chosen it to end a deadlock."""

    @wraps(method)
    def repeated(self: D, *args: P.args, **kwargs: P.kwargs) -> T:
        kept: Any = [list(arg) if isinstance(arg, Iterator) else arg for arg in args]
        for _ in range(_ATTEMPTS - 1):
            try:
                return method(self, *kept, **kwargs)
            except _CollisionError:
                time.sleep(0.01)
        return method(self, *kept, **kwargs)

    return cast(Callable[Concatenate[D, P], T], repeated)


class _CollisionError(LedgerAwayError):
    """The transaction was undone for another's sake."""


@contextmanager
def _told() -> Iterator[None]:
    """What the driver raises, as ours."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in ("40P01", "40001"):
            raise _CollisionError(f"账本正忙：{error.orig}") from error
        if isinstance(error, ProgrammingError) or _NOT_AWAY.search(str(error.orig)):
            raise LedgerError(f"账本的表与程序不符，请先运行 nianbao up 更新账本：{error.orig}") from error
        if isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated:
            raise LedgerAwayError(f"账本的数据库暂时连不上：{error.orig}") from error
        raise


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise LedgerError("NIANBAO_DATABASE_URL 应写作 postgresql://用户:密码@主机/数据库") from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("postgresql+psycopg", "sqlite") or not url.database:
        raise LedgerError("NIANBAO_DATABASE_URL 应写作 postgresql://用户:密码@主机/数据库")
    return url


def _postgresql(url: URL) -> Engine:
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": "5"})
    settings = f"-c lock_timeout={_BUSY_SECONDS}s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    return create_engine(url, pool_pre_ping=True, pool_size=4, connect_args={"options": settings})


def _sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 (a sqlite3 connection)
    """What was answered to an uploader is not lost by a power cut: `synchronous` is FULL."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    deadline = time.monotonic() + _BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get("is_reading")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _before_fork() -> None:
    for database in _known:
        database.close()


def _in_child() -> None:
    for database in _known:
        database._forget_engine()


os.register_at_fork(before=_before_fork, after_in_child=_in_child)
