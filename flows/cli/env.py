"""`nianbao env`: what other programs need to talk to the services."""

from __future__ import annotations

import shlex

import typer

from flows.cli.failure import failed
from flows.services.config import load_config
from flows.services.environment import service_env
from tasks.settings import home


def env() -> None:
    """打印 export 语句，供 S3 客户端、Prefect 命令行和脚本使用：eval "$(nianbao env)"。"""
    folder = home()
    if not (folder / "config.json").exists():
        raise failed(f"{folder} 还没有配置，请先运行 nianbao up。")
    for name, value in service_env(load_config(folder)).items():
        typer.echo(f"export {name}={shlex.quote(value)}")
