"""A national year in a real lake: compacted from its objects in S3, and how soon one more upload is seen in its marts.

`uv run python -m benchmarks.year [N]` starts all services in a temporary home, puts N (160,000) made-up report versions
of 2024 into S3 and the ledger, and has the year's marts made of them by a process of its own. Then one report after the
other is uploaded, and its way to the marts is timed. Needs some 70 KB of disk a report.
"""

from __future__ import annotations

import io
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from sqlalchemy import insert

from benchmarks.ledger import landed, version
from benchmarks.marts import TEMPLATES, named, template
from benchmarks.watch import Watch
from expectations.forms import FORMS
from flows.demo import demo_services
from tasks.lake.marts.compact import compact
from tasks.lake.marts.parts import listed, part_of
from tasks.lake.rows import report_id
from tasks.lake.versions import MEDIA_TYPE, nested, to_parquet
from tasks.ledger import Ledger, open_ledger
from tasks.ledger.tables import objects, versions
from tasks.names import mart_name, version_name
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

YEAR, CHUNK, THREADS, UPLOADS = 2024, 1000, 8, 5
PATIENCE = 600.0


def fill(ledger: Ledger, number: int) -> None:
    """So many reports, each validated, with its version in S3."""
    templates = pa.concat_tables([nested(template(one)) for one in range(TEMPLATES)]).combine_chunks()
    for first in range(0, number, CHUNK):
        numbers = range(first, min(first + CHUNK, number))
        agencies = {report_id(f"{n:06}号机关", YEAR): f"{n:06}号机关" for n in numbers}
        reports = named(templates, list(agencies), agencies)
        with ThreadPoolExecutor(THREADS) as threads:
            etags = list(threads.map(lambda n: _put(reports.slice(n, 1)), range(len(reports))))  # noqa: B023
        rows = [
            _landed(n, one) for n, one in zip(numbers, reports.select(["report_id", "agency"]).to_pylist(), strict=True)
        ]
        with ledger.writing() as connection:
            connection.execute(insert(objects), rows)
            made = [_version(row, etag) for row, etag in zip(rows, etags, strict=True)]
            connection.execute(insert(versions), made)


def _put(report: pa.Table) -> str:
    lake = buckets_from_env().lake
    (row,) = report.select(["report_id"]).to_pylist()
    key = lake.key(version_name(row["report_id"], YEAR, row["report_id"], row["report_id"]))
    put = s3_client().put_object(Bucket=lake.bucket, Key=key, Body=to_parquet(report), ContentType=MEDIA_TYPE)
    return str(put["ETag"].strip('"'))


def _landed(n: int, report: dict[str, str]) -> dict[str, object]:
    """Like the first row of the other benchmark, which is of a validated report."""
    same = dict.fromkeys(("key", "etag", "report_id"), report["report_id"])
    bucket, agency = buckets_from_env().landing.bucket, report["agency"]
    return landed(0) | same | {"id": n + 1, "bucket": bucket, "agency": agency, "searched": None, "sha256": f"{n:064x}"}


def _version(row: dict[str, object], etag: str) -> dict[str, object]:
    name = version_name(str(row["report_id"]), YEAR, str(row["key"]), str(row["etag"]))
    return version(row) | {"name": name, "stored_etag": etag}


def make() -> None:
    """In a process of its own: the year's marts anew; prints what that took."""
    start = time.perf_counter()
    done = compact(s3_client(), buckets_from_env(), open_ledger(), YEAR, full=True)
    assert done
    assert not done.stale
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "reports": done.reports,
        "parts": done.parts,
        "wall s": round(time.perf_counter() - start, 1),
        "CPU s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak MiB": round(usage.ru_maxrss / 1024),
    }
    print(json.dumps(found))


def uploads(number: int) -> list[float]:
    """Seconds from each upload until a reader of the marts finds its report."""
    s3, buckets, rng = s3_client(), buckets_from_env(), random.Random(number)
    taken = []
    for n in range(UPLOADS):
        report = SampleReport(
            f"青岚市{'水林农教民财文体交通'[n]}局", YEAR, "2021", consistent_figures(FORMS["2021"], rng)
        )
        body, wanted = draw_pdf(report), report_id(report.agency, YEAR)
        start = time.monotonic()
        s3.put_object(Bucket=buckets.landing.bucket, Key=f"{report.title}.pdf", Body=body)
        while not _is_in_marts(wanted):
            if time.monotonic() - start > PATIENCE:
                raise TimeoutError(report.title)
            time.sleep(0.2)
        taken.append(time.monotonic() - start)
        time.sleep(15)
    return taken


def _is_in_marts(wanted: str) -> bool:
    s3, lake = s3_client(), buckets_from_env().lake
    part = part_of(wanted, max(1, listed(s3, lake)[YEAR].parts))
    body = s3.get_object(Bucket=lake.bucket, Key=lake.key(mart_name("reports", YEAR, part)))["Body"].read()
    ids = pq.read_table(io.BytesIO(body), columns=["report_id"])["report_id"]
    return bool(pc.any(pc.equal(ids.cast(pa.string()), wanted)).as_py())


def main(number: int) -> None:
    """All of it."""
    with demo_services(Console(stderr=True)):
        start = time.monotonic()
        fill(open_ledger(), number)
        print(f"{datetime.now(UTC):%H:%M} filled in {time.monotonic() - start:.0f} s", flush=True)
        watch = Watch()
        watch.start()
        command = [sys.executable, "-m", "benchmarks.year", "--make"]
        made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        watch.stopped.set()
        watch.join()
        print(f"marts from S3: {made.strip()}, CPU s of S3: {watch.cpu.get('s3', 0):.0f}", flush=True)
        taken: Sequence[float] = uploads(number)
        print("upload to marts, s:", [round(one, 1) for one in taken], "median", round(statistics.median(taken), 1))


if __name__ == "__main__":
    if sys.argv[1:] == ["--make"]:
        make()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 160_000)
