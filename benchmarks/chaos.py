"""Every component killed at random while objects land. `uv run python benchmarks/chaos.py [N] [SECONDS_BETWEEN_KILLS]`.

Of N objects (200) a tenth are no reports, a tenth copies of others, a tenth are overwritten by a newer version. Counted
are receipts, and the lake against what the last versions say. Exits with 1 if anything is lost, double or wrong.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError
from ingest import sample_files
from rich.console import Console

from flows.demo import demo_services
from flows.services.status import services_status
from tasks.query import connect
from tasks.receipt import list_receipts
from tasks.settings import buckets_from_env, home
from tasks.storage import s3_client

PATIENCE = 600.0
AWAY = (BotoCoreError, ClientError)


def put(key: str, body: bytes) -> None:
    """As any client that has to get it through."""
    while True:
        with suppress(*AWAY):
            s3_client().put_object(Bucket=buckets_from_env().landing.bucket, Key=key, Body=body)
            return
        time.sleep(0.5)


def kill_at_random(between: float, stopped: threading.Event, kills: list[str]) -> None:
    """Kill one component after the other until told to stop."""
    while not stopped.wait(between):
        service = random.choice(services_status(home()))
        if service.pid:
            with suppress(ProcessLookupError):
                os.kill(service.pid, signal.SIGKILL)
            kills.append(service.name)


def landed_keys() -> set[str]:
    """The objects that have their receipt."""
    with suppress(*AWAY):
        return {receipt["object"]["key"] for receipt in list_receipts(s3_client(), buckets_from_env())}
    return set()


def in_lake() -> list[tuple[str, int]]:
    """Each report in the lake with its number of applications."""
    with suppress(OSError):
        found: list[tuple[str, int]] = (
            connect().sql("SELECT agency, total FROM applications WHERE row = 'new' ORDER BY 1").fetchall()
        )
        return found
    return []


def upload(number: int) -> tuple[set[str], int]:
    """Land the objects; returns their keys and the number of reports that the lake must hold in the end."""
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
    return keys, len(reports)


def main(number: int, between: float) -> int:
    """Run it; returns the exit code."""
    os.environ["NIANBAO_SWEEP_SECONDS"] = "30"
    with demo_services(Console(stderr=True)):
        stopped, kills = threading.Event(), list[str]()
        killer = threading.Thread(target=kill_at_random, args=(between, stopped, kills))
        killer.start()
        start = time.monotonic()
        keys, reports = upload(number)
        stopped.set()
        killer.join()
        print(f"{len(keys)} objects landed in {time.monotonic() - start:.0f} s, killed: {', '.join(kills)}", flush=True)
        while time.monotonic() - start < PATIENCE and not keys <= landed_keys():
            time.sleep(2)
        receipts, lake = landed_keys(), in_lake()
        print(f"{len(keys & receipts)} of {len(keys)} receipts after {time.monotonic() - start:.0f} s")
        print(f"{len(lake)} of {reports} reports in the lake, {len(lake) - len({a for a, _ in lake})} doubles")
        return 0 if keys <= receipts and len(lake) == reports == len({a for a, _ in lake}) else 1


if __name__ == "__main__":
    words = [float(word) for word in sys.argv[1:]]
    sys.exit(main(int(words[0]) if words else 200, words[1] if len(words) > 1 else 5.0))
