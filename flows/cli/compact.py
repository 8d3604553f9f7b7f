"""`nianbao compact`: the marts brought up to date now."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.failure import failed


def compact(
    year: Annotated[int | None, typer.Option("--year", help="只整理这一年度")] = None,
    full: Annotated[bool, typer.Option("--full", help="全部重做，不只做有变更的")] = False,
) -> None:
    """把新入库、更新、撤回的报告并入年度汇总表（marts）；平时自动完成。"""
    from tasks.lake.marts.compact import compact as compact_year
    from tasks.lake.relate import relate_due
    from tasks.ledger import LedgerError, open_ledger
    from tasks.ledger.compacting import BusyError, current_by_year
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, buckets, done = s3_client(), buckets_from_env(), []
    try:
        ledger = open_ledger()
        changes = relate_due(s3, buckets, ledger)
        every = {change.year for change in changes} | set(current_by_year(ledger) if full else ())
        for one in [year] if year else sorted(every):
            if made := compact_year(s3, buckets, ledger, one, full=full, changes=changes):
                typer.echo(f"{one} 年：{made.reports} 份报告，更新 {made.changed}，移出 {made.removed}")
                done.append(one)
    except BusyError as error:
        raise failed("另一次整理正在进行，请稍后再试。") from error
    except LedgerError as error:
        raise failed(str(error)) from error
    if not done:
        typer.echo("没有要整理的。")
