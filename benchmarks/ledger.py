"""How fast the ledger answers when it is full. `uv run python -m benchmarks.ledger [OBJECTS]`.

OBJECTS (100,000 unless given) landed objects, nine tenths of them with an outcome, are put into an empty ledger on
SQLite and on PostgreSQL; then each question is asked REPEATS times, and each transaction made REPEATS times, on batches
of 24. Milliseconds: median, and the slowest.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import insert, text

from tasks.ledger import Ledger, NewVersion, ObjectVersion, ReceiptWritten, Settlement
from tasks.ledger.asking import place_in_pages
from tasks.ledger.tables import objects, searched, versions
from tests.tasks.ledger.server import postgresql_server

BATCH, REPEATS, CHUNK = 24, 15, 5000
START = datetime(2025, 1, 1, tzinfo=UTC)


@contextmanager
def ledgers() -> Iterator[list[Ledger]]:
    """An empty one on each database."""
    with tempfile.TemporaryDirectory() as home, postgresql_server("fsync=on") as server:
        urls = (f"sqlite:///{home}/ledger/ledger.sqlite", server)
        found = [Ledger.open(url, migrate=True) for url in urls]
        yield found
        for ledger in found:
            ledger.close()


def fill(ledger: Ledger, number: int) -> None:
    """Nine tenths settled: of a hundred 80 validated, 8 quarantined, 2 rejected, the rest open."""
    for first in range(0, number, CHUNK):
        rows = [landed(n) for n in range(first, min(first + CHUNK, number))]
        with ledger.writing() as connection:
            connection.execute(insert(objects), rows)
            connection.execute(insert(versions), [version(row) for row in rows if row["report_id"]])
    with ledger.writing() as connection:
        connection.execute(text("ANALYZE"))


def landed(n: int) -> dict[str, object]:
    """A row of `objects`."""
    kind = n % 100
    outcome = "validated" if kind < 80 else "quarantined" if kind < 88 else "rejected" if kind < 90 else None
    at = START + timedelta(seconds=n)
    judged = outcome in ("validated", "quarantined")
    return {
        "id": n + 1, "bucket": "landing", "key": f"2024/机关{n:06}/报告.pdf", "etag": f"{n:032x}", "size": 100_000,
        "landed_at": at, "seen_at": at, "is_open": outcome is None, "is_replay": False, "attempts": 1,
        "outcome": outcome, "reason": None if outcome in (None, "validated") else f"T3.RULE_{n % 12}",
        "agency": f"机关{n:06}", "year": 2024, "searched": searched(f"机关{n:06}", f"2024/机关{n:06}/报告.pdf"),
        "report_id": f"{n:016x}" if judged else None, "sha256": f"{n:064x}", "revision": 1, "processed_at": at,
    }  # fmt: skip


def version(row: dict[str, object]) -> dict[str, object]:
    """The row of `versions` for a judged one."""
    same = {name: row[name] for name in ("report_id", "year", "agency", "bucket", "key", "etag", "sha256", "landed_at")}
    place = "lake" if row["outcome"] == "validated" else "quarantine"
    return {
        **same, "place": place, "name": f"{row['report_id']}-{str(row['etag'])[:12]}", "object_id": row["id"],
        "figures": f"{row['sha256']}", "is_named": True, "holds": True, "is_current": True, "is_stored": True,
        "current_since": row["landed_at"],
    }  # fmt: skip


def settlement(object_id: int) -> Settlement:
    """A validated report."""
    report = f"new-{object_id}"
    new = NewVersion("lake", report, "etag", "digest")
    return Settlement(
        object_id, "validated", agency=report, year=2024, report_id=report, sha256=report, size=9, version=new
    )


def measures(ledger: Ledger, number: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is timed."""
    half = ledger.page(limit=1, before=(START + timedelta(seconds=number // 2), 0))[0]
    fresh = count()
    batches: list[list[int]] = []
    settled: list[ReceiptWritten] = []

    def claim() -> None:
        batches.append([one.id for one in ledger.claim(None, "me", 600, limit=BATCH)])

    def settle() -> None:
        done = ledger.settle([settlement(one) for one in batches.pop()], "me")
        settled.extend(ReceiptWritten(one.object_id, "r", one.standing.revision) for one in done)

    def close() -> None:
        ledger.receipts_written([settled.pop() for _ in range(BATCH)], "me")

    def add(size: int) -> None:
        ledger.add([ObjectVersion("landing", f"new/{next(fresh)}", "e", START, 1) for _ in range(size)])

    known = [
        ObjectVersion("landing", f"2024/机关{n:06}/报告.pdf", f"{n:032x}") for n in range(0, number, number // 1000)
    ]
    yield "counts", ledger.counts
    yield "page of 50, newest", ledger.page
    yield "page of 50, halfway", lambda: ledger.page(before=place_in_pages(half))
    yield "page of 50, rejected", lambda: ledger.page(outcome="rejected")
    yield "page of 50, by prefix", lambda: ledger.page(prefix="2024/机关0500")
    yield "page of 50, by agency", lambda: ledger.page(agency="机关000042")
    yield "review queue of 50", ledger.review_queue
    yield "find by key", lambda: ledger.find("landing", f"2024/机关{42:06}/报告.pdf")
    yield "first with these bytes", lambda: ledger.first_with(f"{42:064x}", 1)
    yield "find by report", lambda: ledger.page(report_id=f"{42:016x}")
    yield "standing of 24", lambda: ledger.standing(range(1000, 1000 + BATCH))
    yield "missing from 1,000 listed", lambda: ledger.missing_from(known)
    yield "waiting, 100", lambda: ledger.waiting(100)
    yield "runs out", ledger.runs_out
    yield "add one", lambda: add(1)
    yield "add 24", lambda: add(BATCH)
    yield "claim of 24", claim
    yield "renew of 24", lambda: ledger.renew(batches[0], "me", 600)
    yield "settle of 24", settle
    yield "receipts of 24 written", close


def main(number: int) -> None:
    """Print the table."""
    with ledgers() as found:
        timings: dict[str, list[str]] = {}
        for ledger in found:
            fill(ledger, number)
            for name, measure in measures(ledger, number):
                seconds = [_timed(measure) for _ in range(REPEATS)]
                shown = f"{statistics.median(seconds) * 1000:8.1f} {max(seconds) * 1000:8.1f}"
                timings.setdefault(name, []).append(shown)
    print(f"{number:,} objects; ms      SQLite: median, slowest   PostgreSQL: median, slowest")
    for name, shown in timings.items():
        print(f"{name:28} {shown[0]}          {shown[1]}")


def _timed(measure: Callable[[], object]) -> float:
    begun = time.perf_counter()
    measure()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
