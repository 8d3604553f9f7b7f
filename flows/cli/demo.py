"""`nianbao demo`: the whole way of a report in one command."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from flows.cli.failure import ExitCode


def demo(once: Annotated[bool, typer.Option("--once", help="演示完就结束，不等待")] = False) -> None:
    """启动全部服务，上传样例报告，显示每份报告的结果，并查询数据湖。"""
    from rich.console import Console

    from flows.demo import demo_services, run_demo
    from flows.desk.links import told
    from flows.services.supervisor import StartError
    from tasks.ledger import database_url

    console = Console()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with demo_services(console) as (supervisor, home):
            succeeded = run_demo(console)
            if succeeded and not once and sys.stdin.isatty() and sys.stdout.isatty():
                config = supervisor.config
                console.print(f"\n{told(home, database_url())}", soft_wrap=True, highlight=False, markup=False)
                console.print(
                    f"Prefect 界面：{config.prefect_url}　登录口令：{config.prefect_auth}　S3：{config.s3_url}"
                )
                console.print(f'另开终端可试：export NIANBAO_HOME={home}; eval "$(nianbao env)"　按 Ctrl-C 结束。')
                signal.pause()
    except StartError as error:
        console.print(str(error), style="red")
        raise typer.Exit(ExitCode.ERROR) from error
    except KeyboardInterrupt:
        console.print("已停止，没有留下任何进程。")
        return
    if not succeeded:
        raise typer.Exit(ExitCode.ERROR)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
