"""How fast a backfill is. `uv run python -m benchmarks.backfill N [FILE.pdf...]`.

N (1,000) objects in a bucket of which nobody is told: made-up reports, or the FILES over and over with other bytes at
their end. Printed: reports a second, CPU a report by process, and the largest memory of everything together.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from rich.console import Console

from benchmarks.ingest import sample_files
from benchmarks.watch import Watch
from flows.cli.backfill import backfill
from flows.demo import demo_services
from tasks.storage import s3_client

BUCKET = "bulk"


def upload(number: int, paths: list[Path]) -> None:
    """Put the objects."""
    bodies = [(path.name, path.read_bytes()) for path in paths]
    again = (bodies[n % len(bodies)] for n in range(number)) if bodies else ()
    made = [(f"{n}/{name}", body + f"\n%{n}".encode()) for n, (name, body) in enumerate(again)]
    files = made if paths else sample_files(number)
    s3 = s3_client()
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda file: s3.put_object(Bucket=BUCKET, Key=file[0], Body=file[1]), files))


def main(number: int, paths: list[Path]) -> None:
    """Run it once, as `nianbao backfill` does."""
    os.environ["NIANBAO_LANDING_BUCKET"], os.environ["NIANBAO_SWEEP_SECONDS"] = BUCKET, "86400"
    with demo_services(Console(stderr=True)):
        upload(number, paths)
        watch = Watch()
        watch.start()
        start = time.monotonic()
        here = {
            PREFECT_API_URL: os.environ["PREFECT_API_URL"],
            PREFECT_API_AUTH_STRING: os.environ["PREFECT_API_AUTH_STRING"],
        }
        with temporary_settings(here):
            backfill()
        seconds = time.monotonic() - start
        watch.stopped.set()
        print(f"{number / seconds:.1f} reports a second ({seconds:.0f} s), peak {watch.peak / 2**20:.0f} MiB in all")
        print("peak MiB:", {name: peak >> 20 for name, peak in watch.peaks.items()})
        print("CPU ms a report:", {name: round(cpu / number * 1000) for name, cpu in watch.cpu.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, [Path(word) for word in sys.argv[2:]])
