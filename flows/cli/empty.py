"""That there is nothing yet: an empty table does not tell whether the question or the lake is to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import duckdb

EMPTY_LAKE = "数据湖是空的：还没有通过校验的报告。"
EMPTY_QUARANTINE = "隔离区是空的：没有被隔离的报告。"


def say_if_empty(lake: duckdb.DuckDBPyConnection | None = None, *, quarantine: bool = False) -> None:
    """Tell on stderr, where it is in nobody's way, that the lake (or the quarantine) has no report."""
    from tasks.lake.query import connect

    connection = lake or connect(quarantine=quarantine)
    if not connection.execute("SELECT 1 FROM reports LIMIT 1").fetchall():
        typer.echo(EMPTY_QUARANTINE if quarantine else EMPTY_LAKE, err=True)
