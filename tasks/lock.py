"""One at a time, agreed upon through S3 alone: conditional writes are not honoured by every server.

Whoever wants locks puts a claim that names them all and lists the claims; it holds them once no other claim names any
of them. Of several rivals only the first by name keeps its claim and waits, the others withdraw and come back. This
needs what every S3 server gives: a list shows what was put before it.
"""

from __future__ import annotations

import hashlib
import random
import re
import threading
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta

from tasks.process_identity import is_dead, process_identity
from tasks.settings import Buckets
from tasks.storage import S3Client, read_object

STALE = timedelta(seconds=120)
"""A claim this old was left by a process that died."""

DOUBTFUL = timedelta(seconds=2)
"""Of a claim this old it is asked whether its process still lives, which this host knows of its own."""

PATIENCE = STALE * 2

MOST_NAMES = 30
"""An object's name has room for so many marks where S3 keeps names as those of files."""

_FOLDER = ".locks/"
_README = b"Claims to locks, see tasks/lock.py of nianbao. Each goes when its holder is done.\n"
_MARK = 6
_CLAIM = re.compile(rf"{re.escape(_FOLDER)}[0-9a-f]{{32}}\.(?P<marks>[\w-]+)")


@contextmanager
def exclusive(
    s3: S3Client,
    buckets: Buckets,
    *names: str,
    lasting: bool = False,
    patience: timedelta = PATIENCE,
) -> Iterator[None]:
    """Hold the locks `names` (up to MOST_NAMES) for the block, all of them or none.

    Raises TimeoutError if they cannot be had within `patience`. A block that may take longer than STALE must say so
    (`lasting`): its claim is put again while it runs.
    """
    claim = _Claim(s3, buckets, names)
    claim.acquire(patience)
    try:
        with claim.renewed() if lasting else nullcontext():
            yield
    finally:
        claim.withdraw()


def keep_folder(s3: S3Client, buckets: Buckets) -> None:
    """Put an object beside the claims, so that servers that keep folders need not make this one anew for each."""
    s3.put_object(Bucket=buckets.receipts.bucket, Key=buckets.receipts.key(f"{_FOLDER}README.txt"), Body=_README)


class _Claim:
    """One holder's claim: an object whose own name bears a mark for each of the locks."""

    def __init__(self, s3: S3Client, buckets: Buckets, names: Sequence[str]) -> None:
        if not 0 < len(names) <= MOST_NAMES:
            raise ValueError(f"{len(names)} locks in one claim")
        self._s3 = s3
        self._place = buckets.receipts
        self._marks = {_mark(name) for name in names}
        self._key = self._place.key(f"{_FOLDER}{uuid.uuid4().hex}.{''.join(sorted(self._marks))}")

    def acquire(self, patience: timedelta) -> None:
        deadline = time.monotonic() + patience.total_seconds()
        while not self._try(deadline):
            self.withdraw()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._key}: the locks were never free")
            time.sleep(random.uniform(0.02, 0.1))

    def withdraw(self) -> None:
        self._s3.delete_object(Bucket=self._place.bucket, Key=self._key)

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Keep the claim young."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(STALE.total_seconds() / 4):
                self._put()

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _put(self) -> None:
        self._s3.put_object(Bucket=self._place.bucket, Key=self._key, Body=process_identity().encode())

    def _try(self, deadline: float) -> bool:
        put = time.monotonic()
        self._put()
        rivals = self._rivals(put)
        while rivals and self._key < min(rivals) and time.monotonic() < deadline:
            time.sleep(0.05)
            rivals = self._rivals(put)
        return not rivals

    def _rivals(self, put: float) -> list[str]:
        """The claims of others that still count. Ages are told by the server's clock alone, from our own claim on."""
        claims = self._claims()
        now = claims.pop(self._key) + timedelta(seconds=time.monotonic() - put)
        return [key for key, made in claims.items() if self._counts(key, now - made)]

    def _claims(self) -> dict[str, datetime]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._place.bucket, Prefix=self._place.key(_FOLDER)
        )
        listed = {found["Key"]: found["LastModified"] for page in pages for found in page.get("Contents", [])}
        return {key: made for key, made in listed.items() if _marks_of(self._place.name(key))}

    def _counts(self, key: str, age: timedelta) -> bool:
        """Whether it is a claim to any of our locks, of a process that may be alive; a dead one's claim goes."""
        is_rival = not self._marks.isdisjoint(_marks_of(self._place.name(key)))
        if age >= STALE or (is_rival and age >= DOUBTFUL and self._is_dead(key)):
            self._s3.delete_object(Bucket=self._place.bucket, Key=key)
            return False
        return is_rival

    def _is_dead(self, key: str) -> bool:
        holder = read_object(self._s3, self._place, self._place.name(key))
        return holder is None or is_dead(holder.decode(errors="replace"))


def _marks_of(claim: str) -> list[str]:
    named = _CLAIM.fullmatch(claim)
    return re.findall(f".{{{_MARK}}}", named["marks"]) if named else []


def _mark(name: str) -> str:
    """32 bits of the name's digest: that two names have one is rare, and costs a wait."""
    return urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:4])[:_MARK].decode()
