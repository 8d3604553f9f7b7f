"""Sign in by password or by a one-time link, sign out, and one's own password."""

from __future__ import annotations

import logging
import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from flows.desk.attempts import Addresses, must_wait
from flows.desk.handling import Form, action, local_path, page, visitor
from flows.desk.passwords import PasswordError, is_password, password_hash, token_hash
from flows.desk.view import render
from flows.desk.visitor import keep
from tasks.ledger import open_ledger
from tasks.ledger.users import User
from tasks.roles import Role

logger = logging.getLogger("nianbao.desk")
_addresses = Addresses()
_TOO_OFTEN = "尝试次数太多，请稍后再试，或请管理员另发一次性登录链接。"


@page(None)
def form(request: Request) -> Response:
    """The form; who is signed in already is led on."""
    where = local_path(request.query_params.get("next", "/"))
    return RedirectResponse(where, 303) if visitor(request).user else _form(request, where)


@action(None)
def enter(request: Request, sent: Form) -> Response:
    """By name and password. It is not told which of the two is wrong."""
    where, name = local_path(sent.one("next")), sent.one("name").strip()
    if _addresses.is_barred(visitor(request).address):
        return _form(request, where, name, _TOO_OFTEN, 429)
    user = open_ledger().user(name)
    seconds = must_wait(user) if user else 0.0
    if seconds:
        return _form(request, where, name, f"密码错误次数太多，请 {math.ceil(seconds)} 秒后再试。", 429)
    if not is_password(user.password if user else None, sent.one("password")) or user is None:
        _addresses.failed(visitor(request).address)
        if user:
            open_ledger().failed_to_sign_in(user.id)
        return _form(request, where, name, "用户名或密码不对。", 401)
    open_ledger().signed_in(user.id)
    return _entered(request, user, where)


@page(None)
def link(request: Request) -> Response:
    """A page that uses the link when it is opened by a person: programs that look at links do not use it up."""
    return render(request, "sign_in_link.html", token=request.path_params["token"])


@action(None)
def enter_by_link(request: Request, _: Form) -> Response:
    """By a one-time link."""
    who = visitor(request)
    if _addresses.is_barred(who.address):
        return _form(request, "/", "", _TOO_OFTEN, 429)
    user = open_ledger().use_link(token_hash(request.path_params["token"]))
    if user is None:
        _addresses.failed(who.address)
        return _form(request, "/", "", "这个链接已经用过或已失效。管理员可用 nianbao user link 另发一个。", 401)
    return _entered(request, user, "/")


@action(None)
def leave(request: Request, _: Form) -> Response:
    """Sign out of this browser."""
    response = RedirectResponse("/sign-in", 303)
    keep(response, request, None)
    return response


@page(Role.READ)
def password(request: Request) -> Response:
    """One's own password: a form."""
    return render(request, "password.html", error="")


@action(Role.READ)
def change_password(request: Request, sent: Form) -> Response:
    """One's own password: the old one is asked for, if there is one. All other sessions end."""
    user = visitor(request).user
    assert user is not None
    problem = _problem(user, sent)
    if problem:
        return render(request, "password.html", 400, error=problem)
    changed = open_ledger().change_user(user.name, password=password_hash(sent.one("new")))
    return _entered(request, changed, "/")


def _problem(user: User, sent: Form) -> str:
    if must_wait(user):
        return _TOO_OFTEN
    if user.password and not is_password(user.password, sent.one("old")):
        open_ledger().failed_to_sign_in(user.id)
        return "现在的密码不对。"
    if sent.one("new") != sent.one("again"):
        return "两次输入的新密码不同。"
    try:
        password_hash(sent.one("new"))
    except PasswordError as error:
        return f"{error}。"
    return ""


def _form(request: Request, where: str, name: str = "", error: str = "", status: int = 200) -> Response:
    return render(request, "sign_in.html", status, next=where, name=name, error=error)


def _entered(request: Request, user: User, where: str) -> Response:
    logger.info("%s signed in", user.name)
    response = RedirectResponse(where, 303)
    keep(response, request, user)
    return response


routes = [
    Route("/sign-in", form),
    Route("/sign-in", enter, methods=["POST"]),
    Route("/sign-in/{token}", link),
    Route("/sign-in/{token}", enter_by_link, methods=["POST"]),
    Route("/sign-out", leave, methods=["POST"]),
    Route("/password", password),
    Route("/password", change_password, methods=["POST"]),
]
