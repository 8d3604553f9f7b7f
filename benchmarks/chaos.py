"""Every component killed while objects land and are processed.

`uv run python -m benchmarks.chaos [N] [SECONDS] [TIMES] [--postgresql]`: each is killed TIMES (3) times, in random
order, one every so many SECONDS (5); then Prefect hangs for a minute and a half while 50 more land. Of N (210) files a
tenth are no reports, a tenth copies of others, a tenth are overwritten by a newer version. With --postgresql the ledger
is in a PostgreSQL server, which is killed in turn with the others, and started again. Counted are receipts, and every
cell of the lake is held against what the reader alone reads of the files.
Exits with 1 if anything is lost, double or wrong.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal

import duckdb
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from benchmarks.ingest import sample_files
from flows.demo import demo_services
from flows.services.status import services_status
from tasks.lake.query import connect
from tasks.lake.rows import amount
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.receipt.write import stored_receipts
from tasks.settings import buckets_from_env, home
from tasks.storage import s3_client
from tests.tasks.ledger.server import PostgreSQL, postgresql

PATIENCE = 600.0
HANGING, LATE = 90.0, 50
"""Seconds for which Prefect hangs, and reports that land meanwhile."""

AWAY = (BotoCoreError, ClientError)
CellValue = tuple[str, str, Decimal | None]


def put(key: str, body: bytes) -> None:
    """As any client that has to get it through."""
    while True:
        with suppress(*AWAY):
            s3_client().put_object(Bucket=buckets_from_env().landing.bucket, Key=key, Body=body)
            return
        time.sleep(0.5)


def kill_in_turn(between: float, times: int, kills: list[str], database: PostgreSQL | None) -> None:
    """Kill every component so many times, in random order."""
    plan = [*(service.name for service in services_status(home())), *(["postgresql"] if database else [])] * times
    random.shuffle(plan)
    for name in plan:
        time.sleep(between)
        if database and name == "postgresql":
            database.kill()
            kills.append(name)
            time.sleep(between)
            database.start()
            continue
        while not (pid := {service.name: service.pid for service in services_status(home())}[name]):
            time.sleep(0.1)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        kills.append(name)


def landed_keys() -> set[str]:
    """The objects that have their receipt."""
    with suppress(*AWAY):
        return {receipt["object"]["key"] for _, receipt in stored_receipts(s3_client(), buckets_from_env())}
    return set()


def in_lake() -> list[CellValue]:
    """Every cell of every report in the lake, as it is when no compaction replaces it under the reader."""
    for _ in range(10):
        with suppress(OSError, duckdb.Error):
            found: list[CellValue] = connect().sql("SELECT agency, address, value FROM cells").fetchall()
            return found
        time.sleep(3)
    return []


def read_alone(files: list[tuple[str, bytes]]) -> list[CellValue]:
    """What must be there: the cells as read in this process."""
    reports = [read(recognise(name, body)) for name, body in files]
    return [(str(report.agency), cell.address, amount(cell.value)) for report in reports for cell in report.cells]


def upload(number: int) -> tuple[set[str], list[tuple[str, bytes]]]:
    """Land the objects; returns their keys, and the reports that the lake must hold in the end."""
    files = sample_files(number)
    few = number // 10
    reports, newer, copies = files[: number - 2 * few], {}, files[:few]
    keys: set[str] = set()
    for place, (name, body) in enumerate(reports):
        put(name, body)
        keys.add(name)
        if place % 10 == 5:
            newer[name] = body + b"\n% a newer version\n"
            put(name, newer[name])
        if place % 10 == 7 and copies:
            copy = f"copy-{len(copies)}.pdf"
            put(copy, copies.pop()[1])
            keys.add(copy)
        if place % 10 == 9:
            bad = f"bad-{place}.pdf"
            put(bad, b"%PDF-1.4 no report " + bytes([place % 256]))
            keys.add(bad)
        time.sleep(0.1)
    return keys, reports


@contextmanager
def hanging(name: str, seconds: float) -> Iterator[None]:
    """A service answers nothing for so long, and knows nothing of it."""
    while not (pid := {service.name: service.pid for service in services_status(home())}[name]):
        time.sleep(0.1)
    began = time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def main(number: int, between: float, times: int, *, in_postgresql: bool) -> int:
    """Run it; returns the exit code."""
    os.environ["NIANBAO_SWEEP_SECONDS"] = "30"
    with ExitStack() as stack:
        database = stack.enter_context(postgresql("fsync=on")) if in_postgresql else None
        if database:
            os.environ["NIANBAO_DATABASE_URL"] = database.url
        stack.enter_context(demo_services(Console(stderr=True)))
        kills: list[str] = []
        killer = threading.Thread(target=kill_in_turn, args=(between, times, kills, database))
        killer.start()
        start = time.monotonic()
        keys, reports = upload(number)
        print(f"{len(keys)} objects landed in {time.monotonic() - start:.0f} s, {len(kills)} kills by then", flush=True)
        killer.join()
        with hanging("prefect", HANGING):
            for name, body in sample_files(number + LATE)[number:]:
                put(name, body)
                keys.add(name)
                reports.append((name, body))
        print(f"killed in {time.monotonic() - start:.0f} s: {', '.join(kills)}", flush=True)
        while time.monotonic() - start < PATIENCE and not keys <= landed_keys():
            time.sleep(2)
        receipts, lake, expected = landed_keys(), in_lake(), read_alone(reports)
        print(f"{len(keys & receipts)} of {len(keys)} receipts after {time.monotonic() - start:.0f} s")
        print(f"{len({agency for agency, _, _ in lake})} of {len(reports)} reports in the lake")
        print(f"{len(lake)} of {len(expected)} cells, {len(lake) - len(set(lake))} double")
        print(f"{len(set(lake) ^ set(expected))} cells differ from what the reader alone reads")
        return 0 if keys <= receipts and Counter(lake) == Counter(expected) else 1


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:] if word != "--postgresql"]
    count, seconds, kills_of_each = (*given, *(210.0, 5.0, 3.0)[len(given) :])
    sys.exit(main(int(count), seconds, int(kills_of_each), in_postgresql="--postgresql" in sys.argv))
