"""`nianbao query "SQL"`: DuckDB over the lake."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.empty import say_if_empty
from flows.cli.failure import ExitCode, failed
from flows.cli.tables import TABLES
from tasks.shown import shown, shown_json, shown_lines

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console
    from rich.text import Text

_BATCH = 10_000


def query(
    sql: Annotated[str, typer.Argument(help=f"SQL，可用的表：{TABLES}", metavar="SQL")],
    as_json: Annotated[bool, typer.Option("--json", help="每行输出一个 JSON 对象")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV")] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="查询隔离区，而不是数据湖")] = False,
    rows: Annotated[int, typer.Option(help="表格最多显示的行数", min=1)] = 200,
) -> None:
    """用 SQL（DuckDB）查询数据湖。"""
    import duckdb

    from tasks.lake.query import connect

    if as_json and as_csv:
        raise typer.BadParameter("--json 与 --csv 只能选一个")
    try:
        lake = connect(quarantine=quarantine)
        result = lake.execute(sql)
        printed = _print_json(result) if as_json else _print_csv(result) if as_csv else _print_table(result, rows)
        if printed < 2:  # a count of nothing is one row
            say_if_empty(lake, quarantine=quarantine)
    except duckdb.Error as error:
        if "ReplacedError" in str(error):
            raise failed("查询时汇总表刚被更新，请再查一次。") from error
        raise failed(f"查询出错：{error}", ExitCode.USAGE) from error
    except OSError as error:
        raise failed(f"无法读取对象存储：{error}") from error


def _columns(result: duckdb.DuckDBPyConnection) -> list[str]:
    return [column[0] for column in result.description or []]


def _batches(result: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
    return iter(lambda: result.fetchmany(_BATCH), [])


def _print_json(result: duckdb.DuckDBPyConnection) -> int:
    columns, printed = _columns(result), 0
    for batch in _batches(result):
        for row in batch:
            print(shown_json(dict(zip(columns, row, strict=True)), default=str))
        printed += len(batch)
    return printed


def _print_csv(result: duckdb.DuckDBPyConnection) -> int:
    writer, printed = csv.writer(sys.stdout, lineterminator="\n"), 0
    writer.writerow(_columns(result))
    for batch in _batches(result):
        writer.writerows(map(_shown_row, batch) if sys.stdout.isatty() else batch)
        printed += len(batch)
    return printed


def _shown_row(row: tuple[Any, ...]) -> list[Any]:
    return [shown(value) if isinstance(value, str) else value for value in row]


def _print_table(result: duckdb.DuckDBPyConnection, limit: int) -> int:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table
    from rich.text import Text

    columns, found, console = list(map(shown, _columns(result))), result.fetchmany(limit + 1), Console()
    rows = [
        [Text("NULL", "dim") if value is None else Text(shown_lines(str(value))) for value in row]
        for row in found[:limit]
    ]
    if rows and _width(columns, rows) > console.width:
        _print_records(columns, rows, console)
    else:
        table = Table(*(Column(escape(name), overflow="fold") for name in columns))
        for row in rows:
            table.add_row(*row)
        console.print(table)
    if len(found) > limit:
        console.print(f"只显示前 {limit} 行；用 --rows 多显示一些，或用 --csv、--json 输出全部。")
    return len(rows)


def _width(columns: list[str], rows: list[list[Text]]) -> int:
    """What the table takes with no cell folded: the widest cell of each column, and a frame of three between them."""
    from rich.cells import cell_len

    widest = [max(cell_len(name), *(row[at].cell_len for row in rows)) for at, name in enumerate(columns)]
    return sum(widest) + 3 * len(columns) + 1


def _print_records(columns: list[str], rows: list[list[Text]], console: Console) -> None:
    """A wide row as a page of its own: one line a column."""
    from rich.cells import cell_len
    from rich.text import Text

    widest = max(map(cell_len, columns))
    for number, row in enumerate(rows, 1):
        console.print(Text(f"── 第 {number} 行 ──", "bold"))
        for name, value in zip(columns, row, strict=True):
            console.print(Text.assemble((name, "cyan"), " " * (widest - cell_len(name) + 2), value), soft_wrap=True)
