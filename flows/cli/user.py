"""`nianbao user`: who may come to the desk, and what each may do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.chinese import ChineseCommand, ChineseGroup
from flows.cli.failure import ExitCode, failed
from tasks.roles import Role, role_names
from tasks.shown import shown

if TYPE_CHECKING:
    from tasks.ledger import Ledger

user = typer.Typer(
    name="user", cls=ChineseGroup, no_args_is_help=True, help="业务台的用户：添加、权限、密码、登录链接。"
)

Name = Annotated[str, typer.Argument(help="用户名", metavar="NAME")]
Roles = Annotated[
    list[Role],
    typer.Option(
        "--role",
        help="权限，可写多个：hand_in 上传，review 核对，read 查阅，operate 运维",
        metavar="hand_in|review|read|operate",
    ),
]


@user.command(cls=ChineseCommand)
def add(name: Name, role: Roles) -> None:
    """添加一个用户，并打印一次性登录链接。"""
    ledger = _ledger()
    ledger.add_user(name, role)
    _show_link(ledger, name)


@user.command("list", cls=ChineseCommand)
def list_users() -> None:
    """列出全部用户。"""
    users = _ledger().every_user()
    for one in users:
        has_password = "有密码" if one.password else "无密码"
        typer.echo(f"  {shown(one.name)}　{role_names(one.roles)}　{has_password}")
    if not users:
        typer.echo("还没有用户。")


@user.command(cls=ChineseCommand)
def role(name: Name, role: Roles) -> None:
    """改变一个用户的权限；已登录的须重新登录。"""
    _ledger().change_user(name, roles=role)


@user.command(cls=ChineseCommand)
def password(
    name: Name,
    value: Annotated[
        str, typer.Option("--password", prompt="新密码", hide_input=True, confirmation_prompt="再输一次", help="新密码")
    ],
) -> None:
    """设置一个用户的密码；已登录的须重新登录。"""
    from flows.desk.passwords import PasswordError, password_hash

    try:
        kept = password_hash(value)
    except PasswordError as error:
        raise failed(f"{error}。", ExitCode.USAGE) from error
    _ledger().change_user(name, password=kept)


@user.command(cls=ChineseCommand)
def remove(name: Name) -> None:
    """移除一个用户；他作过的决定仍记在他的名下。"""
    _ledger().remove_user(name)


@user.command(cls=ChineseCommand)
def link(name: Name) -> None:
    """打印一个一次性登录链接，24 小时内有效。"""
    _show_link(_ledger(), name)


def _show_link(ledger: Ledger, name: str) -> None:
    from flows.desk.links import desk_address, make_link
    from tasks.settings import home

    typer.echo(make_link(ledger, name, desk_address(home())))


def _ledger() -> Ledger:
    from tasks.ledger import open_ledger

    return open_ledger()
