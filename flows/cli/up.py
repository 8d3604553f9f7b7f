"""`nianbao up` and `nianbao down`: the services of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import psutil
import typer

from flows.cli.failure import ExitCode, failed
from flows.services.config import Config, load_config
from flows.services.disk import disk
from flows.services.environment import service_env
from flows.services.status import ServiceStatus, services_status, supervision_warning, supervisor_pid
from tasks.settings import home


def up(detach: Annotated[bool, typer.Option("--detach", "-d", help="服务就绪后返回，留在后台运行")] = False) -> None:
    """启动本机的全部服务：S3、Prefect、接收器、工作进程。"""
    folder = home()
    if supervisor_pid(folder):
        _show_running(folder)
    elif detach:
        _up_detached(folder)
    else:
        _up(folder)


def _show_running(folder: Path) -> None:
    """A second `up`: it is well if they all are."""
    found = services_status(folder)
    typer.echo(f"服务已在运行（{folder}）：")
    show_services(found)
    show_desk(folder, load_config(folder))
    warn(folder)
    if any(service.health not in ("healthy", "external") for service in found):
        raise failed("有服务不正常；监控进程会重新启动死去的和长时间没有响应的服务。")


def _up(folder: Path) -> None:
    from flows.services.supervisor import AlreadyRunningError, StartError, keep_log, run

    def ready(config: Config) -> None:
        show_desk(folder, config)
        typer.echo(
            f"服务就绪，数据在 {folder}。Prefect 界面：{config.prefect_url}（nianbao open 打开）　按 Ctrl-C 停止。"
        )
        warn(folder)

    keep_log(folder, on_terminal=True)
    try:
        run(folder, typer.echo, ready)
        typer.echo(_stopped(folder))
    except (AlreadyRunningError, StartError) as error:
        raise failed(str(error)) from error
    except KeyboardInterrupt:
        raise failed("启动中止。", ExitCode.INTERRUPTED) from None


def _up_detached(folder: Path) -> None:
    from flows.services.private import keep_private
    from flows.services.supervisor import START_SECONDS

    keep_private(folder)
    log = folder / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "flows.services.supervisor", str(folder)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _all_healthy(folder, process.pid):
            show_services(services_status(folder))
            show_desk(folder, load_config(folder))
            warn(folder)
            return
        time.sleep(0.2)
    typer.echo(f"服务没有全部就绪，日志：{log}", err=True)
    show_services(services_status(folder))
    warn(folder)
    raise typer.Exit(ExitCode.ERROR)


def _all_healthy(folder: Path, pid: int) -> bool:
    statuses = services_status(folder)
    is_its = supervisor_pid(folder) == pid
    return is_its and bool(statuses) and all(s.health in ("healthy", "external") for s in statuses)


def show_services(statuses: list[ServiceStatus]) -> None:
    """Print one line a service."""
    names = {"starting": "启动中", "healthy": "正常", "unhealthy": "异常", "stopped": "已停止", "external": "外部"}
    for status in statuses:
        line = f"  {status.name:9}{names[status.health]:5}pid {status.pid or '-':<8}{status.address}"
        typer.echo(f"{line}　{status.note}" if status.note else line)


def show_desk(folder: Path, config: Config) -> None:
    """Print where the desk is, and how the first user comes in."""
    from flows.desk.links import told

    typer.echo(told(folder, service_env(config)["NIANBAO_DATABASE_URL"]))


def warn(folder: Path) -> None:
    """Tell on stderr what is wrong, or soon will be, beside the services themselves."""
    space = disk(folder)
    for warning in (supervision_warning(folder), space and space.warning):
        if warning:
            typer.echo(warning, err=True)


def down() -> None:
    """停止本机的全部服务，数据保留。"""
    folder = home()
    pid = supervisor_pid(folder)
    if pid is None:
        typer.echo("没有正在运行的服务。")
        return
    process = psutil.Process(pid)
    os.kill(pid, signal.SIGTERM)
    try:
        process.wait(60)
    except psutil.TimeoutExpired:
        raise failed(f"进程 {pid} 在 60 秒内没有结束。") from None
    typer.echo(_stopped(folder))


def _stopped(folder: Path) -> str:
    return f"服务已停止，数据保留在 {folder}。"
