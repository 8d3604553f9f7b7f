"""`nianbao compact`: the marts brought up to date now."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.failure import failed


def compact(
    year: Annotated[int | None, typer.Option("--year", help="只整理这一年度")] = None,
    full: Annotated[bool, typer.Option("--full", help="与数据湖逐份比较，不只看变更记录")] = False,
) -> None:
    """把新入库、更新、撤回的报告并入年度汇总表（marts）；平时由定时运行自动完成。"""
    from tasks.lake.marts.compact import compact as compact_year
    from tasks.lake.marts.due import noted_by_year
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, buckets = s3_client(), buckets_from_env()
    years = [year] if year else sorted(noted_by_year(s3, buckets.lake, full=full))
    for one in years:
        try:
            done = compact_year(s3, buckets, one, full=full)
        except TimeoutError as error:
            raise failed(f"{one} 年：另一次整理正在进行，请稍后再试。") from error
        if done:
            typer.echo(f"{one} 年：{done.reports} 份报告，更新 {done.changed}，移出 {done.removed}")
    if not years:
        typer.echo("没有要整理的。")
