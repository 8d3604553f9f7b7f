"""What every request passes: only hosts that are ours, who asks, and headers that leave nothing to browsers' fancy."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.desk.visitor import is_https, visitor_of
from tasks.settings import settings

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Door:
    """The way in. A web page can have its own name resolve to this machine; under such a name nobody is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        is_static = scope["path"].startswith("/static/")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                _secure(MutableHeaders(scope=message), request, is_static=is_static)
            await send(message)

        if not _is_ours(request):
            await PlainTextResponse("Unauthorized host", 421)(scope, receive, sent)
            return
        if not is_static:
            scope.setdefault("state", {})["visitor"] = await run_in_threadpool(visitor_of, request)
        await self._app(scope, receive, sent)


def _is_ours(connection: HTTPConnection) -> bool:
    try:
        host = urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    named = {urlsplit(settings().desk_url or "").hostname, settings().receiver_host}
    return host in _LOOPBACK | named


def policy(styles: str = "'self'") -> str:
    """The Content-Security-Policy of a page; one that needs other `styles` than files of ours sends its own."""
    storage = settings().desk_storage_url
    connect = f"'self' {_origin(storage)}" if storage else "'self'"
    return (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self'; font-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _secure(headers: MutableHeaders, request: Request, *, is_static: bool) -> None:
    headers.setdefault("Content-Security-Policy", policy())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if is_static else "no-store")
    if is_https(request):
        headers["Strict-Transport-Security"] = "max-age=31536000"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
