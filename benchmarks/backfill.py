"""How fast a backfill is. `uv run python benchmarks/backfill.py N [FILE.pdf...]`.

N (1,000) objects in a bucket of which nobody is told: made-up reports, or the FILES over and over with other bytes at
their end. Printed: reports a second, CPU a report by process, and the largest memory of everything together.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
from ingest import sample_files
from prefect.settings import PREFECT_API_URL, temporary_settings
from rich.console import Console

from flows.cli.backfill import backfill
from flows.demo import demo_services
from flows.services.status import services_status
from tasks.settings import home
from tasks.storage import s3_client

BUCKET = "bulk"


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


class Watch(threading.Thread):
    """CPU seconds and the largest memory by service (shared pages counted once), sampled every half second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.pids = {service.name: service.pid for service in services_status(home()) if service.pid}
        self.peak, self.peaks = 0, dict.fromkeys(self.pids, 0)
        self.before = {pid: _seconds(pid) for pid in self.pids.values()}
        self.cpu, self.stopped = dict.fromkeys(self.pids, 0.0), threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.5):
            now = {name: sum(map(_memory, family(pid))) for name, pid in self.pids.items()}
            self.peaks = {name: max(self.peaks[name], memory) for name, memory in now.items()}
            self.peak = max(self.peak, sum(now.values()))
            for name, pid in self.pids.items():
                self.cpu[name] = max(self.cpu[name], _seconds(pid) - self.before[pid])


def _seconds(pid: int) -> float:
    total = 0.0
    for process in family(pid):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


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
        with temporary_settings({PREFECT_API_URL: os.environ["PREFECT_API_URL"]}):
            backfill()
        seconds = time.monotonic() - start
        watch.stopped.set()
        print(f"{number / seconds:.1f} reports a second ({seconds:.0f} s), peak {watch.peak / 2**20:.0f} MiB in all")
        print("peak MiB:", {name: peak >> 20 for name, peak in watch.peaks.items()})
        print("CPU ms a report:", {name: round(cpu / number * 1000) for name, cpu in watch.cpu.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, [Path(word) for word in sys.argv[2:]])
