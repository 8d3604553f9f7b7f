"""Waiting for receipts: a run that has ended says what became of its object there. Who waits is told what for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import typer

from tasks.receipt.as_json import Json
from tasks.settings import home
from tasks.storage import S3Client

if TYPE_CHECKING:
    from flows.trigger.landed import ObjectVersion

_POLL_SECONDS = 0.3
_SAY_SECONDS = 15.0
"""After so long without news it is said what is waited for."""


def read_again(landed: ObjectVersion) -> str:
    """The id of a new run that reads the object again, whatever is known of it."""
    from flows.trigger.landed import start_run

    return asyncio.run(start_run(landed, replay=f"#{time.time_ns()}"))


def receipts_of_versions(s3: S3Client, etags: Mapping[str, str], timeout: float) -> Iterator[Json]:
    """The receipt of each key's version, as they come; those that are still missing after `timeout` seconds are not."""
    return _as_they_come(etags, lambda key, etag: _read(s3, key, etag), timeout)


def receipts_of_runs(s3: S3Client, runs: Mapping[str, str], timeout: float) -> Iterator[Json]:
    """The receipt that each key's run writes, as they come; none of a run that ends without, or too late."""

    def find(key: str, run: str) -> Json | None:
        receipt = _read(s3, key)
        return receipt if receipt and receipt["flow_run"]["id"] == run else None

    return _as_they_come(runs, find, timeout, _ended)


def awaited() -> str:
    """What the work waits for at this moment, as far as this machine can tell; takes two seconds at most."""
    from flows.services.config import external_prefect, external_s3
    from flows.services.disk import disk
    from flows.services.service import answers
    from flows.services.status import services_status

    found = services_status(home())
    ill = [f"{s.name} {s.note or '尚未就绪'}" for s in found if s.health not in ("healthy", "external") or s.note]
    if not found:
        outside = (("Prefect", f"{external_prefect()}/health"), ("对象存储", external_s3()))
        ill = [f"{name} 没有响应" for name, url in outside if url and url.startswith("http") and not answers(url)]
    space = disk(home())
    full = [space.warning] if space and space.warning and ill else []
    return "；".join([*ill, *full]) or "服务都有响应，文件在排队或处理中"


def _ended(runs: Iterable[str]) -> set[str]:
    from flows.broken import ended

    try:
        return asyncio.run(ended(runs))
    except Exception:  # whatever Prefect's client raises while the server is away: `awaited` tells of that
        return set()


def _read(s3: S3Client, key: str, etag: str | None = None) -> Json | None:
    from tasks.receipt.write import read_receipt
    from tasks.settings import buckets_from_env

    return read_receipt(s3, buckets_from_env(), key, etag)


def _as_they_come(
    marks: Mapping[str, str],
    find: Callable[[str, str], Json | None],
    timeout: float,
    ended: Callable[[Iterable[str]], set[str]] = lambda _: set(),
) -> Iterator[Json]:
    """A storage that does not answer now may do so again before the time is over."""
    waiting = dict(marks)
    deadline = time.monotonic() + timeout
    say_at = time.monotonic() + _SAY_SECONDS
    while waiting and time.monotonic() < deadline:
        for receipt in _found(waiting, find):
            del waiting[receipt["object"]["key"]]
            say_at = time.monotonic() + _SAY_SECONDS
            yield receipt
        if waiting and time.monotonic() >= say_at:
            over = ended(waiting.values())
            yield from _found({key: mark for key, mark in waiting.items() if mark in over}, find)
            waiting = {key: mark for key, mark in waiting.items() if mark not in over}
        if waiting and time.monotonic() >= say_at:
            left = max(0.0, deadline - time.monotonic())
            typer.echo(f"还有 {len(waiting)} 个文件没有结果，继续等待（最多 {left:.0f} 秒）：{awaited()}", err=True)
            say_at = time.monotonic() + 2 * _SAY_SECONDS
        time.sleep(_POLL_SECONDS)


def _found(waiting: Mapping[str, str], find: Callable[[str, str], Json | None]) -> Iterator[Json]:
    from botocore.exceptions import BotoCoreError, ClientError

    for key, mark in list(waiting.items()):
        try:
            receipt = find(key, mark)
        except (BotoCoreError, ClientError):
            return
        if receipt:
            yield receipt
