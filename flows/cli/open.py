"""`nianbao open`: Prefect's UI in a browser, signed in."""

from __future__ import annotations

import webbrowser
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.failure import failed
from flows.services.config import Config, external_prefect, load_config
from flows.services.private import write_private
from flows.services.status import supervisor_pid
from tasks.settings import home

_PAGE = '<!doctype html><meta charset="utf-8"><title>nianbao</title><script>location.replace("{url}");</script>\n'


def open(  # noqa: A001 (the command's name)
    show: Annotated[bool, typer.Option("--print", help="只打印地址和登录口令，不打开浏览器")] = False,
) -> None:
    """在浏览器中打开 Prefect 界面，并已登录。"""
    if external_prefect():
        raise failed(f"Prefect 由环境变量 PREFECT_API_URL 指定，请自行打开：{external_prefect()}")
    folder = home()
    if supervisor_pid(folder) is None:
        raise failed(f"{folder} 的服务没有运行，请先运行 nianbao up。")
    config = load_config(folder)
    typer.echo(f"Prefect 界面：{config.prefect_url}")
    typer.echo(f"登录口令：{config.prefect_auth}")
    if not show:
        webbrowser.open(_signing_in(config).as_uri())


def _signing_in(config: Config) -> Path:
    """A page that only this user can read, for the browser's arguments can be seen by everybody on this machine."""
    from flows.services.front_door import SIGN_IN

    url = f"{config.prefect_url}{SIGN_IN}#{b64encode(config.prefect_auth.encode()).decode()}"
    path = config.home / "open.html"
    write_private(path, _PAGE.format(url=url).encode())
    return path
