"""How pages are answered: who may see one, and what may come with an order.

A page is a plain function of a request; an action is one that changes something, and also takes the form that was
sent; a call is an action of our own JavaScript, and takes JSON. They run in threads, for they ask the ledger and S3;
a page that waits for others may be a coroutine.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.desk.visitor import Visitor, keep
from tasks.roles import Role

MOST_BYTES = 262_144
"""Of a form, or of what our JavaScript sends; files come another way."""

Handler = Callable[[Request], Awaitable[Response]]
Page = Callable[[Request], Response] | Handler
Action = Callable[[Request, "Form"], Response]
Call = Callable[[Request, dict[str, Any]], Response]


class Form:
    """The fields of a form, each as often as it was sent."""

    def __init__(self, body: bytes) -> None:
        try:
            self._fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=2000)
        except ValueError as error:
            raise HTTPException(400, "表单无法理解") from error

    def one(self, name: str) -> str:
        """What stands in a field; empty if there is none."""
        return self._fields.get(name, [""])[0]

    def every(self, name: str) -> list[str]:
        """All that was sent under this name."""
        return self._fields.get(name, [])


def visitor(request: Request) -> Visitor:
    """Who asks."""
    return cast(Visitor, request.state.visitor)


def page(role: Role | None) -> Callable[[Page], Handler]:
    """A page for those who have `role`; None: for everybody. Others are led to the sign-in, or told."""

    def decorated(function: Page) -> Handler:
        @wraps(function)
        async def handled(request: Request) -> Response:
            if role is not None and visitor(request).user is None and visitor(request).named_by_proxy is None:
                where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"/sign-in?next={quote(where, safe='')}", 303)
            check_role(request, role)
            if inspect.iscoroutinefunction(function):
                return _kept(request, await function(request))
            return _kept(request, await run_in_threadpool(cast("Callable[[Request], Response]", function), request))

        return handled

    return decorated


def action(role: Role | None) -> Callable[[Action], Handler]:
    """What a form of a page asks for, by those who have `role`."""

    def decorated(function: Action) -> Handler:
        @wraps(function)
        async def handled(request: Request) -> Response:
            check_role(request, role)
            form = Form(await _body(request))
            check_origin(request, form.one("csrf"))
            return _kept(request, await run_in_threadpool(function, request, form))

        return handled

    return decorated


def call(role: Role) -> Callable[[Call], Handler]:
    """What our JavaScript asks for, by those who have `role`; its token comes in a header."""

    def decorated(function: Call) -> Handler:
        @wraps(function)
        async def handled(request: Request) -> Response:
            check_role(request, role)
            check_origin(request, request.headers.get("x-csrf-token"))
            try:
                asked = json.loads(await _body(request) or b"{}")
            except ValueError as error:
                raise HTTPException(400, "请求无法理解") from error
            if not isinstance(asked, dict):
                raise HTTPException(400, "请求无法理解")
            return await run_in_threadpool(function, request, asked)

        return handled

    return decorated


def check_role(request: Request, role: Role | None) -> None:
    """Raises HTTPException for who is not signed in, or has not this role."""
    if role is None:
        return
    who = visitor(request)
    if who.named_by_proxy is not None and who.user is None:
        raise HTTPException(403, f"业务台没有用户“{who.named_by_proxy}”，请联系管理员添加。")
    if who.user is None:
        raise HTTPException(401, "请先登录。")
    if not who.may(role):
        raise HTTPException(403, "您没有这项权限，请联系管理员。")


def check_origin(request: Request, token: str | None) -> None:
    """Raises HTTPException for an order that does not come from a page of this session."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "请求来自别的网站，没有执行。")
    if not visitor(request).sent(token):
        raise HTTPException(403, "页面已过期，没有执行；请刷新后再试。")


def local_path(address: str) -> str:
    """`address` if it is one of ours, to be sent back to; else the first page."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else "/"


def _kept(request: Request, response: Response) -> Response:
    """With a cookie if there is none, or an old one."""
    who = visitor(request)
    if not who.is_fresh and not any(name == b"set-cookie" for name, _ in response.raw_headers):
        keep(response, request, None if who.named_by_proxy else who.user, who.nonce)
    return response


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, "内容太长。")
    return bytes(body)
