"""The flow `relate`: after each publication, the rules between reports."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from expectations.evidence import Finding
from expectations.messages import SEVERITY_NAMES
from flows.retries import RETRIES, RETRY_DELAYS
from tasks.lake.relate import relate as relate_report
from tasks.settings import buckets_from_env
from tasks.storage import s3_client


@task(name="compare", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS)
def _compare(agency: str, year: int) -> dict[str, list[Finding]]:
    return relate_report(s3_client(), buckets_from_env(), agency, year)


@flow(name="relate", flow_run_name="{agency} {year} 与相关报告", persist_result=False)
def relate(agency: str, year: int) -> State[Any]:
    """Hold the published report of `agency` on `year` against its neighbour years and its peers."""
    found = _compare(agency, year)
    findings = [(report_id, finding) for report_id, of_one in found.items() for finding in of_one]
    if findings:
        rows = [{"报告": i, "程度": SEVERITY_NAMES[f.severity], "规则": f.rule, "说明": f.message} for i, f in findings]
        create_table_artifact(rows, key="relations", description="与其他报告的比较")
    return Completed(message=f"与相关报告比较，发现 {len(findings)} 处")
