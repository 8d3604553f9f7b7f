"""One at a time, agreed upon through S3 alone: conditional writes are not honoured by every server.

Whoever wants the lock puts a claim and lists the claims; it holds the lock once it sees its own claim alone. Of several
that see each other only the first by name keeps its claim and waits, the others withdraw and come back. This needs what
every S3 server gives: a list shows what was put before it.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

from tasks.settings import Buckets
from tasks.whereabouts import here, is_dead

STALE = timedelta(seconds=120)
"""A claim this old was left by a process that died."""

DOUBTFUL = timedelta(seconds=2)
"""Of a claim this old it is asked whether its process still lives, which this host knows of its own."""

PATIENCE = STALE * 2


@contextmanager
def exclusive(
    s3: Any,  # noqa: ANN401 (a boto3 client)
    buckets: Buckets,
    name: str,
    *,
    lasting: bool = False,
    patience: timedelta = PATIENCE,
) -> Iterator[None]:
    """Hold the lock `name` for the block; raises TimeoutError if it cannot be had within `patience`.

    A block that may take longer than STALE must say so (`lasting`): its claim is put again while it runs.
    """
    claim = _Claim(s3, buckets, name)
    claim.acquire(patience)
    try:
        with claim.renewed() if lasting else nullcontext():
            yield
    finally:
        claim.withdraw()


class _Claim:
    """One holder's claim to a lock: an object under `.locks/<sha256 of its name>/`."""

    def __init__(self, s3: Any, buckets: Buckets, name: str) -> None:  # noqa: ANN401
        self._s3 = s3
        self._bucket = buckets.receipts.bucket
        self._folder = buckets.receipts.key(f".locks/{hashlib.sha256(name.encode()).hexdigest()}/")
        self._key = f"{self._folder}{uuid.uuid4().hex}"

    def acquire(self, patience: timedelta) -> None:
        deadline = time.monotonic() + patience.total_seconds()
        while not self._try(deadline):
            self.withdraw()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._folder}: the lock was never free")
            time.sleep(random.uniform(0.02, 0.1))

    def withdraw(self) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=self._key)

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
        self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=here().encode())

    def _try(self, deadline: float) -> bool:
        put = time.monotonic()
        self._put()
        rivals = self._rivals(put)
        while rivals and self._key < min(rivals) and time.monotonic() < deadline:
            time.sleep(0.02)
            rivals = self._rivals(put)
        return not rivals

    def _rivals(self, put: float) -> list[str]:
        """The claims of others that still count. Ages are told by the server's clock alone, from our own claim on."""
        listed = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=self._folder).get("Contents", [])
        claims = {found["Key"]: found["LastModified"] for found in listed}
        now = claims.pop(self._key) + timedelta(seconds=time.monotonic() - put)
        return [key for key, made in claims.items() if now - made < STALE and not self._is_left(key, now - made)]

    def _is_left(self, key: str, age: timedelta) -> bool:
        """Whether the process that put the claim is known to be dead; its claim goes with it."""
        if age < DOUBTFUL:
            return False
        try:
            holder = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode()
        except self._s3.exceptions.NoSuchKey:
            return True
        if not is_dead(holder):
            return False
        self._s3.delete_object(Bucket=self._bucket, Key=key)
        return True
