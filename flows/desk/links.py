"""One-time links by which people come in, and the first user of a machine."""

from __future__ import annotations

import getpass
from pathlib import Path

from flows.desk.passwords import LINK_LASTS, new_token, token_hash
from flows.services.config import load_config
from tasks.ledger import Ledger, LedgerError, open_ledger
from tasks.ledger.users import UserError, check_name
from tasks.roles import Role
from tasks.settings import settings


def desk_address(home: Path) -> str:
    """Where a browser finds the desk."""
    if settings().desk_url:
        return str(settings().desk_url).rstrip("/")
    if (home / "config.json").exists():
        return load_config(home).receiver_url
    return f"http://127.0.0.1:{settings().receiver_port}"


def make_link(ledger: Ledger, name: str, address: str) -> str:
    """A link that lets this user in once, within a day."""
    token = new_token()
    ledger.add_link(name, token_hash(token), LINK_LASTS)
    return f"{address}/sign-in/{token}"


def told(home: Path, ledger_url: str) -> str:
    """What is said of the desk when the services are up; the first user is made, and gets a link.

    So it is at every start until that one has a password, or others can come in.
    """
    address, ledger = desk_address(home), open_ledger(ledger_url)
    try:
        users = ledger.every_user()
        if len(users) > 1 or any(user.password for user in users) or settings().desk_identity_header:
            return f"业务台：{address}"
        name = users[0].name if users else ledger.add_user(_own_name(), list(Role)).name
        link = make_link(ledger, name, address)
    except LedgerError as error:
        return f"业务台：{address}（还不能登录：{error}）"
    return f"业务台：{link}\n（一次性登录链接，24 小时内有效；另要一个：nianbao user link {name}）"


def _own_name() -> str:
    try:
        name = getpass.getuser()
        check_name(name)
    except (OSError, KeyError, UserError):
        return "admin"
    return name
