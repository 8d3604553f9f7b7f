"""What arrives is put into the ledger, the durable inbox: from then on it is not lost, whatever else is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tasks.ledger import ObjectVersion, open_ledger
from tasks.names import has_alias, key_as_stored
from tasks.storage import listed_at, s3_client


def as_listed(arrived: ObjectVersion) -> ObjectVersion:
    """Under the name that a listing gives it: it gets one outcome, whatever names it is called by."""
    if not has_alias(arrived.key):
        return arrived
    return replace(arrived, key=key_as_stored(s3_client(), arrived.bucket, arrived.key))


def take_now(arrived: Sequence[ObjectVersion]) -> None:
    """Put them into the ledger. Raises LedgerAwayError, or what S3 raises while it cannot be asked for a name."""
    found = [as_listed(one) for one in arrived]
    if found:
        _add(found)


class Arrivals:
    """Puts what many notifications name at the same time into the ledger at once: one write to the disk serves all."""

    def __init__(self) -> None:
        self._gathering: list[ObjectVersion] = []
        self._writing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def take(self, arrived: Sequence[ObjectVersion]) -> None:
        """Returns when they are in the ledger; raises what `take_now` does."""
        if any(has_alias(one.key) for one in arrived):
            arrived = await asyncio.to_thread(lambda: [as_listed(one) for one in arrived])
        self._gathering.extend(arrived)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(self._writing)

    async def _write(self) -> None:
        async with self._lock:
            gathered, self._gathering, self._writing = self._gathering, [], None
            await asyncio.to_thread(_add, gathered)


def _add(arrived: Sequence[ObjectVersion]) -> None:
    """What was put back as it was before a newer version looks like an event that came twice: the listing tells."""
    ledger = open_ledger()
    ledger.add(arrived)
    for one in ledger.overtaken(arrived):
        landed_at = listed_at(s3_client(), one.bucket, one.key, one.etag)
        if landed_at:
            ledger.add([replace(one, landed_at=landed_at)])
