"""The demo: every service, four sample reports, and what becomes of each, as a newcomer would see it."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from expectations.forms import FORMS
from flows.cli.show import show_receipt
from flows.cli.wait import receipts_of_versions
from flows.services.environment import service_env
from flows.services.supervisor import Supervisor
from tasks.lake.query import connect
from tasks.receipt.as_json import Json
from tasks.samples import SampleReport, consistent_figures, draw_budget, draw_pdf
from tasks.settings import Buckets, buckets_from_env
from tasks.storage import S3Client, plain_etag, s3_client
from tasks.values import Outcome

TIMEOUT_SECONDS = 300.0
QUERY = """
SELECT r.agency AS 机关, r.year AS 年度, r.form AS 格式,
       max(a.total) FILTER (a.row = 'new') AS 新收申请, max(a.total) FILTER (a.row = 'granted') AS 予以公开
FROM reports r JOIN applications a USING (report_id) GROUP BY ALL ORDER BY 年度
"""
_OTHERS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_PROFILE", "PREFECT_API_URL", "PREFECT_PROFILE")


@dataclass(frozen=True)
class Sample:
    """A file to upload and what must become of it."""

    name: str
    body: bytes
    outcome: Outcome


def samples() -> tuple[Sample, ...]:
    """A good report of each form, one whose sums are wrong, and something that is no report."""
    rng = random.Random(2024)
    new, old, wrong = (consistent_figures(FORMS[form], rng) for form in ("2021", "2019", "2021"))
    wrong["table3.granted.total"] += 1
    return (
        _report("青岚市人民政府", 2024, "2021", new, "validated"),
        _report("澜山县财政局", 2020, "2019", old, "validated"),
        _report("沧溪区教育局", 2023, "2021", wrong, "quarantined"),
        Sample("云浦县水务局2024年部门预算公开.pdf", draw_budget("云浦县水务局", 2024), "rejected"),
    )


def _report(agency: str, year: int, form: str, figures: Any, outcome: Outcome) -> Sample:  # noqa: ANN401
    report = SampleReport(agency, year, form, figures)
    return Sample(f"{report.title}.pdf", draw_pdf(report), outcome)


@contextmanager
def demo_services(console: Console) -> Iterator[tuple[Supervisor, Path]]:
    """All services in a home that is gone afterwards; servers that the environment names are left alone."""
    for name in _OTHERS:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="nianbao-demo-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        os.environ["NIANBAO_HOME"] = folder
        console.print("启动 S3、Prefect、接收器、工作进程（第一次约需半分钟）……")
        with Supervisor(home, lambda line: console.print(f"  就绪　{line.expandtabs(10)}")) as supervisor:
            os.environ.update(service_env(supervisor.config))
            yield supervisor, home


def run_demo(console: Console) -> bool:
    """Upload the samples, wait for the events to do the rest, show it all; whether each got the outcome it should."""
    s3, buckets = s3_client(), buckets_from_env()
    files = {buckets.landing.key(sample.name): sample for sample in samples()}
    etags = {key: _upload(console, s3, buckets.landing.bucket, key, sample.body) for key, sample in files.items()}
    receipts = _wait(console, s3, etags)
    console.rule("每个文件的结果")
    for key, sample in files.items():
        _show(console, sample, receipts.get(key))
    console.rule("用 DuckDB 查询数据湖")
    console.print(_query(buckets))
    return all(receipts.get(key, {}).get("outcome") == sample.outcome for key, sample in files.items())


def _upload(console: Console, s3: S3Client, bucket: str, key: str, body: bytes) -> str:
    """The etag of what is there now."""
    etag: str = s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"]
    console.print(f"  上传　s3://{bucket}/{key}", highlight=False)
    return plain_etag(etag)


def _wait(console: Console, s3: S3Client, etags: Mapping[str, str]) -> dict[str, Json]:
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    found: dict[str, Json] = {}
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("事件触发处理", total=len(etags))
        for receipt in receipts_of_versions(s3, etags, TIMEOUT_SECONDS):
            key = receipt["object"]["key"]
            found[key] = receipt
            progress.update(bar, advance=1)
            progress.console.print(f"  完成　{key}", highlight=False)
    return found


def _show(console: Console, sample: Sample, receipt: Json | None) -> None:
    if receipt is None:
        console.print(f"[red]没有结果[/]　{sample.name}")
        return
    show_receipt(receipt, console)
    if receipt["outcome"] != sample.outcome:
        console.print(f"  [red]应为 {sample.outcome}[/]")


def _query(buckets: Buckets) -> Table:
    with connect(buckets) as connection:
        result = connection.execute(QUERY)
        table = Table(*[column[0] for column in result.description or ()])
        for row in result.fetchall():
            table.add_row(*map(str, row))
    return table
