"""Pictures of a source's pages: drawn when they are asked for, in the guarded process, and kept on disk for a while.

They can always be drawn again, so the folder is cleared of the oldest whenever it has grown too large.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, TypeVarTuple, Unpack

from flows.desk.helper import reading
from tasks.errors import Rejected
from tasks.ledger import ObjectRow
from tasks.settings import home

MOST_BYTES = 512 * 1024 * 1024
_SIZES = "sizes.json"
_EVERY = 50
_drawn = 0

logger = logging.getLogger("nianbao.desk")
Args = TypeVarTuple("Args")
T = TypeVar("T")
Sizes = tuple[tuple[float, float], ...]


def sizes(row: ObjectRow) -> Sizes:
    """Width and height of each page in points; none if the source has no pages, or is not there any more."""
    path = _folder(row) / _SIZES
    if not path.exists():
        found = reading.call(_sizes, row.object.bucket, row.object.key, row.object.etag)
        if found is None:
            return ()
        _write(path, json.dumps(found).encode())
    return tuple((width, height) for width, height in json.loads(path.read_bytes()))


def picture(row: ObjectRow, number: int) -> Path | None:
    """The file of a page's picture (JPEG); None if there is none."""
    global _drawn
    path = _folder(row) / f"{number}.jpg"
    if not path.exists():
        if not 0 < number <= len(sizes(row)):
            return None
        jpeg = reading.call(_picture, row.object.bucket, row.object.key, row.object.etag, number)
        if jpeg is None:
            return None
        _write(path, jpeg)
        _drawn += 1
        if _drawn % _EVERY == 1:
            _clear()
    return path


def _folder(row: ObjectRow) -> Path:
    name = row.sha256 or f"object-{row.id}"
    return home() / "cache" / "pages" / name[:2] / name


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{uuid.uuid4().hex[:8]}")
    new.write_bytes(body)
    os.replace(new, path)


def _clear() -> None:
    """The oldest go until all that is left takes three quarters of what it may."""
    files = [(p.stat().st_mtime, p.stat().st_size, p) for p in (home() / "cache" / "pages").rglob("*") if p.is_file()]
    total = sum(size for _, size, _ in files)
    if total <= MOST_BYTES:
        return
    for _, size, path in sorted(files):
        if total <= MOST_BYTES * 3 // 4:
            break
        path.unlink(missing_ok=True)
        total -= size


def _sizes(bucket: str, key: str, etag: str) -> Sizes | None:
    from tasks.receipt.pictures import page_sizes

    body = _pdf(bucket, key, etag)
    return _guarded(page_sizes, body) if body else None


def _picture(bucket: str, key: str, etag: str, number: int) -> bytes | None:
    from tasks.receipt.pictures import sharp_picture

    body = _pdf(bucket, key, etag)
    return _guarded(sharp_picture, body, number) if body else None


def _guarded(function: Callable[[Unpack[Args]], T], *args: *Args) -> T | None:
    """None of a file that cannot be drawn."""
    from tasks.read.guard import guarded
    from tasks.read.guard.wire import GuardedCallError

    try:
        return guarded(function, *args)
    except (Rejected, GuardedCallError) as error:
        logger.warning("no page pictures: %s", error)
        return None


def _pdf(bucket: str, key: str, etag: str) -> bytes | None:
    """The source, if it is one whose pages can be drawn, and there as it landed."""
    from tasks.fetch import ObjectGoneError, fetch
    from tasks.read.recognise import MAX_BYTES
    from tasks.storage import s3_client

    try:
        body = fetch(s3_client(), bucket, key, etag).body
    except ObjectGoneError:
        return None
    return body if len(body) <= MAX_BYTES and b"%PDF-" in body[:1024] else None
