"""What stands before Prefect's server: only hosts that are its own are answered, and a browser can be signed in.

The host that a request names matters because a web page can have its own name resolve to this machine (DNS rebinding):
to the browser, this server then is that page's own.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tasks.settings import settings, variable

HOSTS = variable("prefect_hosts")
LOOPBACK = "127.0.0.1,localhost,::1"

SIGN_IN = "/sign-in"

_SIGN_IN_PAGE = """<!doctype html><meta charset="utf-8"><title>nianbao</title><script>
localStorage.setItem("prefect-password", location.hash.slice(1));
location.replace("/runs");
</script>
"""
"""Prefect's UI keeps what was typed at its login there. What stands after the # of an address is never sent."""


class FrontDoor:
    """Prefect's server, answered only under its own names; others get 401, as one who has no credential."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._hosts = frozenset((settings().prefect_hosts or "*").split(","))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let Prefect answer."""
        answer = self._refused(scope) if scope["type"] in ("http", "websocket") else None
        if answer is None and scope["type"] == "http" and scope["path"] == SIGN_IN:
            answer = _sign_in(Request(scope))
        await (answer or self._app)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        if "*" in self._hosts or _host(scope) in self._hosts:
            return None
        return PlainTextResponse("Unauthorized host", 401)


def _host(scope: Scope) -> str:
    try:
        return urlsplit(f"//{HTTPConnection(scope).headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _sign_in(request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        return PlainTextResponse("Method Not Allowed", 405)
    return HTMLResponse(_SIGN_IN_PAGE, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
