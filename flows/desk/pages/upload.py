"""上传: files are handed in, and followed until they are judged."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from flows.desk.follow import MOST, Following
from flows.desk.handing_in import MOST_AT_ONCE, give_names, note_arrival, permission, problem_with
from flows.desk.handling import call, check_origin, check_role, page, visitor
from flows.desk.standing import stand
from flows.desk.streaming import stream_to_s3
from flows.desk.view import render
from tasks.ledger import open_ledger
from tasks.ledger.uploads import Upload
from tasks.roles import Role
from tasks.settings import buckets_from_env
from tasks.storage import s3_client


@page(Role.HAND_IN)
def upload(request: Request) -> Response:
    """Where files are dropped, and what became of those before."""
    from tasks.read.recognise import EXTENSIONS, MAX_BYTES

    place = buckets_from_env().landing
    mine = open_ledger().uploads_by([visitor(request).name], limit=MOST)
    rows = [(one, stand(one.object), place.name(one.key)) for one in mine]
    return render(request, "upload.html", rows=rows, extensions=EXTENSIONS, most_bytes=MAX_BYTES, at_once=MOST_AT_ONCE)


@call(Role.HAND_IN)
def begin(request: Request, asked: dict[str, Any]) -> Response:
    """A name in landing for each file, and leave to send it there; or why it is not taken."""
    files = _files(asked)
    problems = [problem_with(path, size) for path, size in files]
    s3, place = s3_client(), buckets_from_env().landing
    good = [one for one, problem in zip(files, problems, strict=True) if not problem]
    given = iter(give_names(s3, place, open_ledger(), visitor(request).name, good))
    answers: list[dict[str, Any]] = []
    for problem in problems:
        upload = None if problem else next(given)
        if upload is None:
            answers.append({"error": problem or "文件名无法使用，请改名后再上传。"})
        else:
            direct = permission(request, s3, upload)
            answers.append({"id": upload.id, "name": place.name(upload.key), "direct": direct})
    return JSONResponse({"files": answers})


@call(Role.HAND_IN)
def arrived(request: Request, _: dict[str, Any]) -> Response:
    """The browser has sent a file to S3 itself."""
    upload = _own(request)
    if not note_arrival(s3_client(), open_ledger(), upload):
        raise HTTPException(409, "存储中没有这个文件，请重新上传。")
    return JSONResponse({})


async def through(request: Request) -> Response:
    """The browser cannot reach S3: the file comes this way."""
    check_role(request, Role.HAND_IN)
    check_origin(request, request.headers.get("x-csrf-token"))
    upload = await run_in_threadpool(_own, request)
    try:
        await stream_to_s3(s3_client(), upload, request.stream())
    except ClientDisconnect:
        raise HTTPException(400, "上传中断，没有保存。") from None
    await run_in_threadpool(note_arrival, s3_client(), open_ledger(), upload)
    return JSONResponse({})


async def events(request: Request) -> Response:
    """What becomes of the visitor's uploads, as it happens."""
    check_role(request, Role.HAND_IN)
    following: Following = request.app.state.following
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(following.events(visitor(request).name), media_type="text/event-stream", headers=headers)


def _files(asked: dict[str, Any]) -> list[tuple[str, int]]:
    files = asked.get("files")
    if not isinstance(files, list) or not 1 <= len(files) <= MOST_AT_ONCE:
        raise HTTPException(400, f"一次可以上传 1 到 {MOST_AT_ONCE} 个文件。")
    found = []
    for one in files:
        path, size = (one.get("path"), one.get("size")) if isinstance(one, dict) else (None, None)
        if not isinstance(path, str) or not isinstance(size, int) or isinstance(size, bool):
            raise HTTPException(400, "请求无法理解")
        found.append((path, size))
    return found


def _own(request: Request) -> Upload:
    """The upload that is meant, if it is the visitor's and nothing has come yet."""
    found = open_ledger().uploads([request.path_params["id"]])
    if not found or found[0].by != visitor(request).name:
        raise HTTPException(404)
    if found[0].etag is not None:
        raise HTTPException(409, "这个文件已经上传。")
    return found[0]


routes = [
    Route("/upload", upload),
    Route("/upload/begin", begin, methods=["POST"]),
    Route("/upload/events", events),
    Route("/upload/{id:int}/arrived", arrived, methods=["POST"]),
    Route("/upload/{id:int}", through, methods=["PUT"]),
]
