"""Waiting for receipts: a run that has ended says what became of its object there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tasks.receipt_json import Json

if TYPE_CHECKING:
    from flows.landed import Landed

_POLL_SECONDS = 0.3


def read_again(landed: Landed) -> str:
    """The id of a new run that reads the object again, whatever is known of it."""
    from flows.landed import start_run

    return asyncio.run(start_run(landed, replay=f"#{time.time_ns()}"))


def receipts_of_versions(s3: Any, etags: Mapping[str, str], timeout: float) -> Iterator[Json]:  # noqa: ANN401
    """The receipt of each key's version, as they come; those that are still missing after `timeout` seconds are not."""
    return _as_they_come(etags, lambda key, etag: _read(s3, key, etag), timeout)


def receipts_of_runs(s3: Any, runs: Mapping[str, str], timeout: float) -> Iterator[Json]:  # noqa: ANN401
    """The receipt that each key's run writes, as they come; those that are still missing after `timeout` are not."""

    def find(key: str, run: str) -> Json | None:
        receipt = _read(s3, key)
        return receipt if receipt and receipt["flow_run"]["id"] == run else None

    return _as_they_come(runs, find, timeout)


def _read(s3: Any, key: str, etag: str | None = None) -> Json | None:  # noqa: ANN401
    from tasks.receipt import read_receipt
    from tasks.settings import buckets_from_env

    return read_receipt(s3, buckets_from_env(), key, etag)


def _as_they_come(
    awaited: Mapping[str, str], find: Callable[[str, str], Json | None], timeout: float
) -> Iterator[Json]:
    waiting = dict(awaited)
    deadline = time.monotonic() + timeout
    while waiting and time.monotonic() < deadline:
        for key, mark in list(waiting.items()):
            receipt = find(key, mark)
            if receipt:
                yield receipt
                del waiting[key]
        time.sleep(_POLL_SECONDS)
