"""`nianbao report`: the lake in charts, as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.empty import say_if_empty
from flows.cli.failure import failed


def report(
    year: Annotated[int | None, typer.Option("--year", help="报告年度，不写则为数据湖中最近的年度")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写入的文件，默认为当前目录下的 nianbao-report[-年度].html")
    ] = None,
) -> None:
    """把数据湖画成图表：一个不需要网络的网页。"""
    from tasks.analysis.first_look import first_look

    path = out or Path(f"nianbao-report-{year}.html" if year else "nianbao-report.html")
    try:
        page = first_look(year=year)
    except OSError as error:
        raise failed(f"无法读取对象存储：{error}") from error
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise failed(f"无法写入 {path}：{error}") from error
    typer.echo(str(path))
    say_if_empty()
