"""`nianbao rebuild`: the ledger, and a lake of this version, made anew from what S3 holds."""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from typing import Annotated

import typer

from flows.cli.failure import explain, failed
from flows.cli.show import COUNTED
from flows.services.config import external_s3, load_config
from tasks.settings import home

_NAMES = {**COUNTED, "open": "待处理"}


def rebuild(
    replace: Annotated[bool, typer.Option("--replace", help="账本不是空的也重建：先清空它")] = False,
) -> None:
    """由对象存储重建账本：账本丢失之后，或从数据湖第 1、2 版升级。

    回执、决定和报告版本都在对象存储中，什么都不重新读取；没有回执的对象随后照常处理。

    请先 nianbao down：重建期间只开存储，本命令自己启动它。外部的存储，请先停止处理。
    """
    from flows.services.supervisor import AlreadyRunningError, StartError, storage_alone

    try:
        with storage_alone(home()) if _is_embedded() else nullcontext():
            _rebuild(replace)
    except (AlreadyRunningError, StartError) as error:
        raise failed(str(error)) from error


def _is_embedded() -> bool:
    """Whether S3 is the server of `home`, which every command's environment names."""
    return (home() / "config.json").exists() and external_s3() == load_config(home()).s3_url


def _rebuild(replace: bool) -> None:
    from tasks.ledger import LedgerError, open_ledger
    from tasks.rebuild import rebuild as rebuild_all
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    try:
        ledger = open_ledger()
        if not (replace or ledger.is_empty()):
            raise failed("账本不是空的。确要重建，请加 --replace：先清空账本，再由对象存储重建。")
        found = rebuild_all(s3_client(), buckets_from_env(), ledger)
    except LedgerError as error:
        raise failed(str(error)) from error
    told = [f"{_NAMES.get(outcome, outcome)} {found[outcome]}" for outcome in _NAMES if found[outcome]]
    typer.echo(f"账本已重建：{'　'.join(told) or '对象存储中没有对象'}")
    _ask_for_marts()


def _ask_for_marts() -> None:
    """The marts are made of the ledger: whole, by a run if there is who runs it."""
    if _is_asked():
        typer.echo("已请求重做全部汇总表（运行“整理汇总表”）。")
    else:
        typer.echo("汇总表还没有重做：请在 nianbao up 之后运行 nianbao compact --full。")


def _is_asked() -> bool:
    if not os.environ.get("PREFECT_API_URL"):
        return False
    from flows.compact import request_compaction

    try:
        asyncio.run(request_compaction(full=True))
    except Exception as error:
        if explain(error) is None:
            raise
        return False
    return True
