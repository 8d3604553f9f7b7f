"""`nianbao query "SQL"`: DuckDB over the lake."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.failure import failed
from flows.cli.tables import TABLES
from tasks.shown import shown, shown_json, shown_lines

if TYPE_CHECKING:
    import duckdb

_BATCH = 10_000


def query(
    sql: Annotated[str, typer.Argument(help=f"SQL，可用的表：{TABLES}")],
    as_json: Annotated[bool, typer.Option("--json", help="每行输出一个 JSON 对象")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV")] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="查询隔离区，而不是数据湖")] = False,
    rows: Annotated[int, typer.Option(help="表格最多显示的行数", min=1)] = 200,
) -> None:
    """用 SQL（DuckDB）查询数据湖。"""
    import duckdb

    from tasks.query import connect

    if as_json and as_csv:
        raise typer.BadParameter("--json 与 --csv 只能选一个")
    try:
        result = connect(quarantine=quarantine).execute(sql)
        if as_json:
            _print_json(result)
        elif as_csv:
            _print_csv(result)
        else:
            _print_table(result, rows)
    except duckdb.Error as error:
        if "ReplacedError" in str(error):
            raise failed("查询时汇总表刚被更新，请再查一次。") from error
        raise failed(f"查询出错：{error}", 2) from error
    except OSError as error:
        raise failed(f"无法读取对象存储：{error}") from error


def _columns(result: duckdb.DuckDBPyConnection) -> list[str]:
    return [column[0] for column in result.description or []]


def _batches(result: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    return iter(lambda: result.fetchmany(_BATCH), [])


def _print_json(result: duckdb.DuckDBPyConnection) -> None:
    columns = _columns(result)
    for batch in _batches(result):
        for row in batch:
            print(shown_json(dict(zip(columns, row, strict=True)), default=str))


def _print_csv(result: duckdb.DuckDBPyConnection) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_columns(result))
    for batch in _batches(result):
        writer.writerows(map(_shown_row, batch) if sys.stdout.isatty() else batch)


def _shown_row(row: tuple[Any, ...]) -> list[Any]:
    return [shown(value) if isinstance(value, str) else value for value in row]


def _print_table(result: duckdb.DuckDBPyConnection, limit: int) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(escape(shown(name)), overflow="fold") for name in _columns(result)))
    found = result.fetchmany(limit + 1)
    for row in found[:limit]:
        table.add_row(*(Text("NULL", "dim") if value is None else Text(shown_lines(str(value))) for value in row))
    console = Console()
    console.print(table)
    if len(found) > limit:
        console.print(f"只显示前 {limit} 行；用 --rows 多显示一些，或用 --csv、--json 输出全部。")
