"""What a report costs: CPU by stage, upload to receipt, memory. `uv run python -m benchmarks.ingest [N]`.

Part one runs the stages in this process. Part two starts all services in a temporary home, uploads one report at a
time (latency), then N at once (throughput), with the worker's memory watched from outside. Part three does the same
with `flow.serve()`, which starts a process for each run, on the same servers.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from rich.console import Console

from benchmarks.watch import Watch
from expectations.forms import FORMS
from flows.demo import demo_services
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.settings import buckets_from_env, settings
from tasks.storage import s3_client

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


def upload_and_wait(files: list[tuple[str, bytes]], start_run: Callable[[str, str], None] | None = None) -> float:
    """Seconds from the first upload until the last receipt; `start_run` starts what events do not."""
    s3, buckets = s3_client(), buckets_from_env()
    start = time.monotonic()
    for name, body in files:
        etag = s3.put_object(Bucket=buckets.landing.bucket, Key=name, Body=body)["ETag"].strip('"')
        if start_run:
            start_run(name, etag)
    for name, _ in files:
        while read_receipt(s3, buckets, name) is None:
            time.sleep(0.05)
    return time.monotonic() - start


def measure(files: list[tuple[str, bytes]], start_run: Callable[[str, str], None] | None = None) -> tuple[float, float]:
    """Print and return the median latency in seconds, and the reports a minute."""
    upload_and_wait(files[:1], start_run)
    latencies = sorted(upload_and_wait([file], start_run) for file in files[1 : 1 + LATENCY_SAMPLES])
    latency = statistics.median(latencies)
    print(f"  upload to receipt: median {latency:.2f} s, slowest {latencies[-1]:.2f} s (n = {len(latencies)})")
    batch = files[1 + LATENCY_SAMPLES :]
    rate = len(batch) / upload_and_wait(batch, start_run) * 60
    print(f"  all at once: {rate:.1f} reports a minute (n = {len(batch)})", flush=True)
    return latency, rate


def measure_services(files: list[tuple[str, bytes]]) -> tuple[float, float]:
    """Print latency, throughput and memory of the whole system, as events drive it."""
    print("nianbao up")
    watch = Watch(every=5.0)
    watch.start()
    measured = measure(files)
    watch.stopped.set()
    print(f"  worker with all its processes: peak {watch.peaks['worker'] >> 20} MiB")
    return measured


def measure_serve(files: list[tuple[str, bytes]]) -> tuple[float, float]:
    """The same flow by `flow.serve()`: a process a run, as many at a time, and polled as often as it can be."""
    print("flow.serve()")
    os.environ["NIANBAO_LANDING_BUCKET"] = "baseline"
    s3_client().create_bucket(Bucket="baseline")
    code = f"from flows.ingest import ingest; ingest.serve(name='baseline', limit={settings().worker_limit})"
    env = {**os.environ, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
    server = subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    here = {
        PREFECT_API_URL: os.environ["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: os.environ["PREFECT_API_AUTH_STRING"],
    }
    ours = temporary_settings(here)
    try:
        with ours, get_client(sync_client=True) as client:
            while (deployment := _deployment(client)) is None:
                time.sleep(0.5)

            def start_run(key: str, etag: str) -> None:
                parameters = {"bucket": "baseline", "key": key, "etag": etag}
                client.create_flow_run_from_deployment(deployment.id, parameters=parameters)

            return measure(files, start_run)
    finally:
        server.terminate()
        server.wait()


def _deployment(client: SyncPrefectClient) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name("ingest/baseline")
    except ObjectNotFound:
        return None


def main(number: int) -> None:
    """Everything, side by side."""
    files = sample_files(2 * number + 2 * (1 + LATENCY_SAMPLES))
    measure_stages(files[:12])
    half = len(files) // 2
    with demo_services(Console(stderr=True)):
        latency, rate = measure_services(files[:half])
        slow, few = measure_serve(files[half : half + 1 + LATENCY_SAMPLES + min(number, 20)])
    print(
        f"against flow.serve(): latency {slow / latency:.1f} times shorter, {rate / few:.1f} times the reports a minute"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
