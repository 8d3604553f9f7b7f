"""Report versions that are no longer current: their objects are removed once no reader can be at them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from tasks.lake.versions import remove_version
from tasks.ledger import Ledger, VersionRow
from tasks.settings import Buckets
from tasks.storage import S3Client

GRACE = timedelta(hours=1)
"""How long a version is kept after it has ceased to be current."""

_AT_ONCE = 8
_BATCH = 500


def remove_obsolete(s3: S3Client, buckets: Buckets, ledger: Ledger, grace: timedelta = GRACE) -> int:
    """Remove what has not been current for `grace`; returns how many objects that were.

    The object goes first: one that dies in between does it again.
    """
    before, removed = datetime.now(UTC) - grace, 0

    def remove(row: VersionRow) -> None:
        remove_version(s3, buckets.lake if row.place == "lake" else buckets.quarantine, row.name)

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        while rows := ledger.obsolete(before, _BATCH):
            list(threads.map(remove, rows))
            ledger.forget_versions([row.id for row in rows])
            removed += len(rows)
    return removed
