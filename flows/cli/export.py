"""`nianbao export TABLE...`: files for people with spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.empty import say_if_empty
from flows.cli.failure import ExitCode, failed
from flows.cli.tables import TABLES as TABLE_NAMES

if TYPE_CHECKING:
    from tasks.analysis.export import Language, Selection

_DEFAULT = "nianbao-export"


def export(
    tables: Annotated[
        list[str] | None, typer.Argument(help=f"要导出的表，默认全部：{TABLE_NAMES}", metavar="TABLE")
    ] = None,
    sql: Annotated[str | None, typer.Option(help="导出这条 SQL（DuckDB）的结果，而不是表")] = None,
    kind: Annotated[
        str, typer.Option("--format", help="xlsx（一个工作簿，每表一张工作表）、csv 或 parquet（每表一个文件）")
    ] = "xlsx",
    year: Annotated[list[int] | None, typer.Option(help="只要这个报告年度，可重复")] = None,
    agency: Annotated[list[str] | None, typer.Option(help="只要这个机关，可重复")] = None,
    headers: Annotated[str, typer.Option(help="列名：zh 中文，en 代码；parquet 总用代码")] = "zh",
    out: Annotated[
        Path | None, typer.Option(help=f"xlsx 的文件名，或 csv、parquet 的目录；默认 {_DEFAULT}.xlsx 或 {_DEFAULT}")
    ] = None,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="导出隔离区，而不是数据湖")] = False,
) -> None:
    """导出数据湖的表，供电子表格使用。

    CSV 为带 BOM 的 UTF-8；以 = + - @ 开头的文字（数字和单独的横线除外）前加单引号，以免 Excel 当作公式。
    XLSX 中超过 15 位有效数字的数写作文字，一位不丢；时间均为 UTC。
    """
    from tasks.analysis.export import FORMATS, LANGUAGES, TABLES, Selection

    _check(kind, FORMATS, "--format")
    _check(headers, LANGUAGES, "--headers")
    for table in tables or ():
        _check(table, TABLES, "TABLE")
    if sql is not None and (tables or year or agency):
        raise typer.BadParameter("--sql 不能与表名、--year、--agency 同用，请把条件写进 SQL")
    to = out or Path(f"{_DEFAULT}.xlsx" if kind == "xlsx" else _DEFAULT)
    if kind == "xlsx" and to.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"Excel 只打开以 .xlsx 结尾的文件：{to}")
    wanted = tuple(dict.fromkeys(tables or TABLES))
    language: Language = "en" if headers == "en" else "zh"
    _export(Selection(wanted, year or (), agency or (), sql), to, kind, language, quarantine=quarantine)


def _check(value: str, choices: tuple[str, ...], what: str) -> None:
    if value not in choices:
        raise typer.BadParameter(f"{what} 没有“{value}”，可选：{'、'.join(choices)}")


def _export(selection: Selection, to: Path, kind: str, language: Language, *, quarantine: bool) -> None:
    import duckdb

    from tasks.analysis.export import ReadFailedError, SelectionError, export

    try:
        written = export(selection, to, kind, language, quarantine=quarantine)
    except duckdb.Error as error:
        raise failed(f"查询出错：{error}", ExitCode.USAGE) from error
    except SelectionError as error:
        raise failed(str(error), ExitCode.USAGE) from error
    except ReadFailedError as error:
        raise failed(f"无法读取对象存储：{error}") from error
    except OSError as error:
        raise failed(f"无法写入文件：{error}") from error
    for one in written:
        typer.echo(f"{one.label}：{one.rows} 行 → {one.path}")
    if not any(one.rows for one in written):
        say_if_empty(quarantine=quarantine)
