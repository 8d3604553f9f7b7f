"""The receiver: notifications in, one flow run for each landed object version out. `python -m flows.trigger.receiver`.

It answers 2xx only when the runs exist, so that the sender keeps what it could not hand over. The gateway's queue
blocks at its head on any other answer: what can never be understood is put aside and answered 200.
"""

from __future__ import annotations

import hmac
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import uvicorn
from prefect.client.orchestration import get_client
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flows.health import health
from flows.metrics import Metrics
from flows.services.private import write_private
from flows.settings import RECEIVER_HOST, RECEIVER_PORT
from flows.trigger.arrivals import Arrivals, is_hopeless
from flows.trigger.landed import Runs
from flows.trigger.notifications import MalformedError, object_versions
from tasks.settings import buckets_from_env, home

MAX_BODY = 1_000_000
logger = logging.getLogger("nianbao.receiver")


def main() -> None:
    """Serve on NIANBAO_RECEIVER_HOST:NIANBAO_RECEIVER_PORT until stopped."""
    host, port = RECEIVER_HOST.value(), RECEIVER_PORT.value()
    uvicorn.run(create_app(os.environ["NIANBAO_WEBHOOK_TOKEN"]), host=host, port=port, access_log=False)


def create_app(token: str) -> Starlette:
    """The ASGI app; callers must show `token` as `Authorization: Bearer`."""

    counted = Metrics()

    @asynccontextmanager
    async def connected(app: Starlette) -> AsyncIterator[None]:
        async with get_client() as client:
            app.state.arrivals = Arrivals(Runs(client))
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
    ]
    return Starlette(routes=routes, lifespan=connected)


async def _answer(request: Request, token: str) -> JSONResponse:
    if not _is_authorized(request, token):
        return JSONResponse({"error": "token"}, 401)
    body = await _bounded_body(request)
    return await _accept(body, request.app.state.arrivals)


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
        return JSONResponse({"runs": await arrivals.take(landed)})
    except Exception as error:
        if is_hopeless(error):
            return _malformed(body)
        logger.warning("runs could not be created, the sender will retry: %s", error)
        return JSONResponse({"error": "Prefect is not available"}, 503)


def _malformed(body: bytes) -> JSONResponse:
    logger.warning("an event that cannot be understood was put aside: %s", put_aside(body))
    return JSONResponse({"runs": [], "malformed": True})


def put_aside(body: bytes) -> Path:
    """Keep a notification that cannot be understood."""
    path = home() / "malformed" / f"{time.strftime('%Y%m%dT%H%M%S')}-{uuid4().hex[:8]}.json"
    write_private(path, body)
    return path


if __name__ == "__main__":
    main()
