"""The desk as an ASGI app."""

from __future__ import annotations

import logging
from functools import cache

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from flows.desk.door import Door
from flows.desk.follow import Following
from flows.desk.pages import routes
from flows.desk.view import FOLDER, render, static_version
from tasks.errors import Failure, Mistaken
from tasks.storage import is_outage

logger = logging.getLogger("nianbao.desk")


@cache
def desk() -> Starlette:
    """The one of this process."""
    return create_desk()


def create_desk() -> Starlette:
    """All pages; nothing is connected before one is asked for."""
    static = Mount(f"/static/{static_version()}", StaticFiles(directory=FOLDER / "static"))
    app = Starlette(
        routes=[static, *routes()],
        middleware=[Middleware(Door)],
        exception_handlers={HTTPException: _refused, Failure: _failed, Exception: _broken},
    )
    app.state.following = Following()
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    text = {404: "没有这个页面。", 405: "不能这样请求。"}.get(error.status_code, error.detail)
    return _told(request, text, error.status_code)


async def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, Mistaken):
        return _told(request, str(error), 400)
    logger.warning("%s: %s", request.url.path, error)
    return _told(request, str(error), 503 if is_outage(error) else 500)


async def _broken(request: Request, error: Exception) -> Response:
    """Starlette raises it again after this, so that it is in the log."""
    if is_outage(error):
        return _told(request, "存储暂时没有响应，请稍后再试。", 503)
    return _told(request, "程序出错了，不是您的问题；详情在接收器的日志里。", 500)


def _told(request: Request, text: str, status: int) -> Response:
    """As a page for people, as JSON for our JavaScript."""
    if "x-csrf-token" in request.headers or "visitor" not in request.scope.get("state", {}):
        return JSONResponse({"error": text}, status)
    return render(request, "message.html", status, text=text, code=status)
