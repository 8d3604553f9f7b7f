"""The receiver: notifications in, rows of the ledger out; the dispatcher beside it makes the runs.

`python -m flows.trigger.receiver`. It answers 2xx as soon as the objects are in the ledger, whether Prefect is there or
not, and 503 while the ledger is away, so that the sender keeps what it could not hand over. The gateway's queue blocks
at its head on any other answer: what can never be understood is put aside and answered 200.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import uvicorn
from prefect.client.orchestration import get_client
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from flows.health import health
from flows.metrics import Metrics
from flows.services.private import write_private
from flows.trigger.arrivals import Arrivals
from flows.trigger.dispatch import Dispatcher
from flows.trigger.notifications import MalformedError, object_versions
from tasks.settings import buckets_from_env, home, settings

MAX_BODY = 1_000_000
_SHUTDOWN_SECONDS = 3
logger = logging.getLogger("nianbao.receiver")


def main() -> None:
    """Serve on NIANBAO_RECEIVER_HOST:NIANBAO_RECEIVER_PORT until stopped."""
    host, port = settings().receiver_host, settings().receiver_port
    app = create_app(os.environ["NIANBAO_WEBHOOK_TOKEN"])
    # who is behind a proxy is the desk's to judge; browsers that follow their uploads do not end by themselves
    uvicorn.run(
        app, host=host, port=port, access_log=False, proxy_headers=False, timeout_graceful_shutdown=_SHUTDOWN_SECONDS
    )


def create_app(token: str) -> Starlette:
    """The ASGI app; callers must show `token` as `Authorization: Bearer`."""

    counted = Metrics()

    @asynccontextmanager
    async def connected(app: Starlette) -> AsyncIterator[None]:
        app.state.arrivals = Arrivals()
        async with _dispatching() as app.state.wake:
            yield

    async def events(request: Request) -> JSONResponse:
        with counted.seconds.time():
            answer = await _answer(request, token)
        counted.notifications.labels(str(answer.status_code)).inc()
        return answer

    async def metrics(_: Request) -> Response:
        return Response(await counted.text(), media_type=CONTENT_TYPE_LATEST)

    routes = [
        Route("/live", _live),
        Route("/health", _health),
        Route("/metrics", metrics),
        Route("/s3/events", events, methods=["POST"]),
        Mount("/", _desk),
    ]
    return Starlette(routes=routes, lifespan=connected)


async def _desk(scope: Scope, receive: Receive, send: Send) -> None:
    """The pages for people: what they need is imported when the first of them comes."""
    from flows.desk.app import desk

    await desk()(scope, receive, send)


@asynccontextmanager
async def _dispatching() -> AsyncIterator[Callable[[], None]]:
    """The dispatcher at work; what wakes it."""
    async with get_client() as client:
        dispatcher = Dispatcher(client)
        working = asyncio.create_task(dispatcher.work())
        try:
            yield dispatcher.wake
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


async def _answer(request: Request, token: str) -> JSONResponse:
    if not _is_authorized(request, token):
        return JSONResponse({"error": "token"}, 401)
    body = await _bounded_body(request)
    answer = await _accept(body, request.app.state.arrivals)
    request.app.state.wake()
    return answer


async def _live(_: Request) -> JSONResponse:
    """That the receiver itself answers, at once."""
    return JSONResponse({"status": "ok"})


async def _health(_: Request) -> JSONResponse:
    """Also how the others are: 200 all the same, for to start the receiver again would not mend them."""
    return JSONResponse(await health())


def _is_authorized(request: Request, token: str) -> bool:
    shown = request.headers.get("authorization", "")
    return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())


async def _bounded_body(request: Request) -> bytes:
    """All of it, or of one that is too large so much that it shows."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: MAX_BODY + 1 - len(body)]
    return bytes(body)


async def _accept(body: bytes, arrivals: Arrivals) -> JSONResponse:
    landing = buckets_from_env().landing
    try:
        landed = object_versions(body, landing) if len(body) <= MAX_BODY else None
    except MalformedError:
        landed = None
    if landed is None:
        return _malformed(body)
    try:
        await arrivals.take(landed)
    except Exception as error:
        logger.warning("objects could not be put into the ledger, the sender will retry: %s", error)
        return JSONResponse({"error": "the ledger is not available"}, 503)
    return JSONResponse({"objects": len(landed)})


def _malformed(body: bytes) -> JSONResponse:
    logger.warning("an event that cannot be understood was put aside: %s", put_aside(body))
    return JSONResponse({"objects": 0, "malformed": True})


def put_aside(body: bytes) -> Path:
    """Keep a notification that cannot be understood."""
    path = home() / "malformed" / f"{time.strftime('%Y%m%dT%H%M%S')}-{uuid4().hex[:8]}.json"
    write_private(path, body)
    return path


if __name__ == "__main__":
    main()
