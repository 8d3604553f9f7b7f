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
from pathlib import Path

import psutil
from ingest import sample_files
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_LEVEL, temporary_settings
from rich.console import Console

from flows.backfill import backfill
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
    """CPU seconds by service, and the largest memory (shared pages counted once), sampled every half second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.pids = {s.name: s.pid for s in services_status(home()) if s.pid} | {"backfill": os.getpid()}
        self.peak, self.cpu, self.stopped = 0, dict.fromkeys(self.pids, 0.0), threading.Event()
        self.before = {name: self._seconds(pid) for name, pid in self.pids.items()}

    def run(self) -> None:
        while not self.stopped.wait(0.5):
            for name, pid in self.pids.items():
                self.cpu[name] = max(self.cpu[name], self._seconds(pid) - self.before[name])
            self.peak = max(self.peak, sum(_memory(p) for pid in self.pids.values() for p in family(pid)))

    @staticmethod
    def _seconds(pid: int) -> float:
        total = 0.0
        for process in family(pid):
            try:
                times = process.cpu_times()
                total += times.user + times.system
            except psutil.Error:
                continue
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
    s3.create_bucket(Bucket=BUCKET)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda file: s3.put_object(Bucket=BUCKET, Key=file[0], Body=file[1]), files))


def main(number: int, paths: list[Path]) -> None:
    """Run it once."""
    with demo_services(Console(stderr=True)):
        os.environ["NIANBAO_LANDING_BUCKET"] = BUCKET
        upload(number, paths)
        watch = Watch()
        watch.start()
        start = time.monotonic()
        with temporary_settings({PREFECT_API_URL: os.environ["PREFECT_API_URL"], PREFECT_LOGGING_LEVEL: "WARNING"}):
            state = backfill(return_state=True)
        seconds = time.monotonic() - start
        watch.stopped.set()
        print(state.message)
        print(f"{number / seconds:.1f} reports a second ({seconds:.0f} s), peak {watch.peak / 2**20:.0f} MiB in all")
        print("CPU ms a report:", {name: round(cpu / number * 1000) for name, cpu in watch.cpu.items()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, [Path(word) for word in sys.argv[2:]])
