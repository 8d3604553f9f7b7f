"""Waiting for outcomes: the ledger says when an object has its own. Who waits is told what for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import typer

from tasks.receipt.as_json import Json
from tasks.settings import buckets_from_env, home
from tasks.storage import S3Client

if TYPE_CHECKING:
    from tasks.ledger import ObjectRow, ObjectVersion

_POLL_SECONDS = 0.3
_SAY_SECONDS = 15.0
"""After so long without news it is said what is waited for."""


def receipts_of_versions(s3: S3Client, etags: Mapping[str, str], timeout: float) -> Iterator[Json]:
    """The receipt of each landing key's version, as they come; some may be missing after `timeout` seconds."""
    from tasks.ledger import ObjectVersion

    bucket = buckets_from_env().landing.bucket
    for row in ended((ObjectVersion(bucket, key, etag) for key, etag in etags.items()), timeout):
        receipt = receipt_of(s3, row)
        if receipt:
            yield receipt


def ended(versions: Iterable[ObjectVersion], timeout: float) -> Iterator[ObjectRow]:
    """These landed versions as each gets its outcome; those that have none after `timeout` seconds are left out."""
    waiting = {(one.bucket, one.key, one.etag): one for one in versions}
    deadline = time.monotonic() + timeout
    say_at = time.monotonic() + _SAY_SECONDS
    while waiting and time.monotonic() < deadline:
        for row in _rows(waiting.values()):
            if row.outcome and not row.is_open:
                del waiting[row.object.bucket, row.object.key, row.object.etag]
                say_at = time.monotonic() + _SAY_SECONDS
                yield row
        if waiting and time.monotonic() >= say_at:
            left = max(0.0, deadline - time.monotonic())
            typer.echo(f"还有 {len(waiting)} 个文件没有结果，继续等待（最多 {left:.0f} 秒）：{awaited()}", err=True)
            say_at = time.monotonic() + 2 * _SAY_SECONDS
        if waiting:
            time.sleep(_POLL_SECONDS)


def receipt_of(s3: S3Client, row: ObjectRow) -> Json | None:
    """The receipt of an object; None if it has none, or S3 does not show it."""
    from botocore.exceptions import BotoCoreError, ClientError

    from tasks.receipt.shape import receipt_in
    from tasks.storage import read_object

    try:
        body = read_object(s3, buckets_from_env().receipts, f"{row.receipt_name}.json") if row.receipt_name else None
    except (BotoCoreError, ClientError):
        return None
    return receipt_in(body, row.object.key)


def _rows(waiting: Iterable[ObjectVersion]) -> list[ObjectRow]:
    """What the ledger says now; one that is away may be back before the time is over."""
    from tasks.ledger import LedgerAwayError, open_ledger

    try:
        return open_ledger(migrate=False).rows_of(list(waiting))
    except LedgerAwayError:
        return []


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
