"""Prefect's command line, with a server on SQLite that waits for its own writers, behind `front_door`.

Run as `python -m flows.services.prefect_main server start ...`.

Prefect begins most transactions as readers (BEGIN DEFERRED). One that has read and then writes fails at once if another
has written in between (SQLITE_BUSY_SNAPSHOT), whatever the busy timeout: under a burst of runs the API answers 503, and
clients back off for up to a minute. Begun as writers, transactions wait for each other instead.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from prefect.cli import app
from prefect.server.api import server
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from starlette.types import ASGIApp

from flows.services.front_door import FrontDoor

_begin = AioSqliteConfiguration.begin_transaction
_create_app = server.create_app


@asynccontextmanager
async def _begin_writing(
    self: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = True
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    async with _begin(self, session, with_for_update=True) as transaction:
        yield transaction


def _create_guarded_app(*args: Any, **options: Any) -> ASGIApp:  # noqa: ANN401
    """The app that is served is made `final`; others are the server's own way to itself."""
    app = _create_app(*args, **options)
    return FrontDoor(app) if options.get("final") else app


def main() -> None:
    """Run Prefect's command line."""
    server.create_app = _create_guarded_app  # type: ignore[assignment]
    AioSqliteConfiguration.begin_transaction = _begin_writing  # type: ignore[method-assign]
    app()


if __name__ == "__main__":
    main()
