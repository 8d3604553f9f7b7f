"""What a report costs: CPU by stage, upload to receipt, memory. `uv run python benchmarks/ingest.py [N]`.

Part one runs the stages in this process. Part two starts all services in a temporary home, uploads one report at a
time (latency), then N at once (throughput), with the worker's memory watched from outside.
"""

from __future__ import annotations

import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import psutil
from rich.console import Console

from expectations.forms import FORMS
from flows.demo import demo_services
from flows.services.status import services_status
from tasks.read import read
from tasks.receipt import read_receipt
from tasks.recognise import recognise
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.settings import buckets_from_env
from tasks.storage import s3_client
from tasks.validate import validate

T = TypeVar("T")
LATENCY_SAMPLES = 5


def _name(number: int) -> str:
    """A made-up name in Chinese characters, another one for each number."""
    letters = "水林农教民财文体交通司法审计统环住建商务卫生"
    high, low = divmod(number, len(letters))
    return (_name(high - 1) if high else "") + letters[low]


def sample_files(count: int) -> list[tuple[str, bytes]]:
    """`count` reports that differ in agency and figures."""
    rng = random.Random(7)
    figures = (consistent_figures(FORMS["2021"], rng) for _ in range(count))
    reports = (SampleReport(f"青岚市{_name(n)}局", 2024, "2021", f) for n, f in enumerate(figures))
    return [(f"{report.title}.pdf", draw_pdf(report)) for report in reports]


class StageClock:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.cpu: dict[str, list[float]] = {}

    def time(self, stage: str, function: Callable[..., T], *args: object) -> T:
        start = time.process_time()
        value = function(*args)
        self.cpu.setdefault(stage, []).append(time.process_time() - start)
        return value


def measure_stages(files: list[tuple[str, bytes]]) -> None:
    """Print the median CPU of each stage, warm."""
    clock = StageClock()
    for name, body in files:
        document = clock.time("recognise", recognise, name, body)
        report = clock.time("read", read, document)
        clock.time("validate", validate, report)
    for stage, values in clock.cpu.items():
        first, warm = values[0], statistics.median(values[1:])
        print(f"{stage:10} CPU median {warm * 1000:7.1f} ms a report, first {first * 1000:7.1f} ms")


class MemoryWatch(threading.Thread):
    """The largest resident memory of a process with all its children, sampled five times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak, self.stopped = psutil.Process(pid), 0, threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.2):
            family = [self.process, *self.process.children(recursive=True)]
            self.peak = max(self.peak, sum(_rss(p) for p in family))


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def upload_and_wait(files: list[tuple[str, bytes]]) -> float:
    """Seconds from the first upload until the last receipt."""
    s3, buckets = s3_client(), buckets_from_env()
    start = time.monotonic()
    for name, body in files:
        s3.put_object(Bucket=buckets.landing.bucket, Key=name, Body=body)
    waiting = [name for name, _ in files]
    while waiting:
        waiting = [name for name in waiting if read_receipt(s3, buckets, name) is None]
        time.sleep(0.1)
    return time.monotonic() - start


def measure_services(files: list[tuple[str, bytes]]) -> None:
    """Print latency, throughput and memory of the whole system."""
    with demo_services(Console(stderr=True)) as (_, home):
        worker = next(s for s in services_status(home) if s.name == "worker")
        watch = MemoryWatch(worker.pid or 0)
        watch.start()
        latencies = sorted(upload_and_wait([file]) for file in files[:LATENCY_SAMPLES])
        print(
            f"latency    median {statistics.median(latencies):.1f} s, p95 {latencies[-1]:.1f} s (n = {len(latencies)})"
        )
        batch = files[LATENCY_SAMPLES:]
        print(f"throughput {len(batch) / upload_and_wait(batch) * 60:.1f} reports a minute (n = {len(batch)})")
        watch.stopped.set()
        print(f"memory     peak {watch.peak / 2**20:.0f} MiB, worker with all its runs")


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    made = sample_files(number + LATENCY_SAMPLES)
    measure_stages(made)
    measure_services(made)
