"""Uploads followed live: one look at the ledger every so often serves all who follow."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any

from starlette.concurrency import run_in_threadpool

from flows.desk.standing import Stand, stand
from tasks.ledger import open_ledger
from tasks.ledger.uploads import Upload

_SECONDS = 0.5
_SILENCE_SECONDS = 15.0
"""Something is sent at least so often: whoever is gone is noticed."""

_LASTS_SECONDS = 600.0
"""Then the browser asks again, and it is looked anew who asks."""

_PAGES_OF_ONE = 20

MOST = 200
"""Of one person's newest uploads are followed."""

logger = logging.getLogger("nianbao.desk")


class Follower:
    """One page that follows what `name` hands in: of each upload it is told the newest alone, however slow it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.news: dict[int, str] = {}
        self.wake = asyncio.Event()

    def tell(self, upload_id: int, text: str) -> None:
        """Have it be sent."""
        self.news[upload_id] = text
        self.wake.set()


class Following:
    """All who follow, and what is known of what they follow."""

    def __init__(self) -> None:
        self._followers: defaultdict[str, set[Follower]] = defaultdict(set)
        self._open: dict[int, tuple[str, Stand]] = {}
        self._last = 0
        self._looking: asyncio.Task[None] | None = None

    async def events(self, name: str) -> AsyncIterator[str]:
        """Server-sent events: what `name` handed in lately, then every change."""
        if len(self._followers.get(name, ())) >= _PAGES_OF_ONE:
            return
        follower = Follower(name)
        until = time.monotonic() + _LASTS_SECONDS
        for upload in reversed(await run_in_threadpool(_newest, name)):
            follower.tell(upload.id, told(upload))
            if not stand(upload.object).is_final:
                self._open.setdefault(upload.id, (name, stand(upload.object)))
            self._last = max(self._last, upload.id)
        self._followers[name].add(follower)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            while time.monotonic() < until:
                yield await _next(follower)
        finally:
            self._followers[name].discard(follower)
            if not self._followers[name]:
                del self._followers[name]

    async def _look(self) -> None:
        while self._followers:
            await asyncio.sleep(_SECONDS)
            try:
                changed = await run_in_threadpool(_asked, list(self._followers), self._last, list(self._open))
            except Exception as error:
                logger.warning("uploads cannot be followed at the moment: %s", error)
                continue
            self._note(changed)
        self._open.clear()

    def _note(self, uploads: Iterable[Upload]) -> None:
        for upload in uploads:
            now = stand(upload.object)
            known = self._open.get(upload.id)
            self._last = max(self._last, upload.id)
            if known is None or known[1] != now:
                for follower in self._followers.get(upload.by, ()):
                    follower.tell(upload.id, told(upload))
            if now.is_final:
                self._open.pop(upload.id, None)
            else:
                self._open[upload.id] = (upload.by, now)
        for upload_id in [i for i, (by, _) in self._open.items() if by not in self._followers]:
            del self._open[upload_id]


def told(upload: Upload) -> str:
    """What a page is told of an upload, as JSON."""
    now, row = stand(upload.object), upload.object
    news: dict[str, Any] = {"id": upload.id, "kind": now.kind, "label": now.label, "sentence": now.sentence}
    if row is not None:
        news |= {"object": row.id, "agency": row.agency, "year": row.year, "final": now.is_final}
    return json.dumps(news, ensure_ascii=False)


async def _next(follower: Follower) -> str:
    try:
        await asyncio.wait_for(follower.wake.wait(), _SILENCE_SECONDS)
    except TimeoutError:
        return ": \n\n"
    news, follower.news = follower.news, {}
    follower.wake.clear()
    return "".join(f"data: {text}\n\n" for text in news.values())


def _newest(name: str) -> list[Upload]:
    return open_ledger().uploads_by([name], limit=MOST)


def _asked(names: list[str], last: int, open_ids: list[int]) -> list[Upload]:
    ledger = open_ledger()
    return [*ledger.uploads_by(names, after=last, limit=1000), *(ledger.uploads(open_ids) if open_ids else ())]
