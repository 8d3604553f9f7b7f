"""The flow `compact`: after each burst of publications, the marts of the years that changed are made again.

It runs every two minutes and finds bursts by their notes, so that no publication has to ask for it; a backfill asks for
it at its end. Once a day everything is compared, in case a note was lost.
"""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.deployments import COMPACT
from flows.retries import RETRIES, RETRY_DELAYS
from tasks.lake.marts.compact import Compaction
from tasks.lake.marts.compact import compact as compact_year
from tasks.lake.marts.due import is_due, noted_by_year
from tasks.lake.marts.mart import open_marts
from tasks.settings import buckets_from_env
from tasks.storage import s3_client


@task(
    name="compact-year", cache_policy=NO_CACHE, persist_result=False, retries=RETRIES, retry_delay_seconds=RETRY_DELAYS
)
def _compact(year: int, full: bool) -> Compaction | None:
    try:
        return compact_year(s3_client(), buckets_from_env(), year, full=full)
    except TimeoutError:
        get_run_logger().info("%s：另一次整理正在进行", year)
        return None


@flow(name="compact", flow_run_name="整理汇总表", persist_result=False)
def compact(year: int | None = None, full: bool = False, now: bool = False) -> State[None]:
    """Bring the marts of `year`, or of every year with changes, up to date.

    `now` does not wait for the end of a burst; `full` compares the marts with every report in the lake.
    """
    done = [made for one in _years(year, full=full, now=now) if (made := _compact(one, full))]
    for made in done:
        get_run_logger().info("%s：%s 份报告，更新 %s，移出 %s", made.year, made.reports, made.changed, made.removed)
    if done:
        rows = [{"年度": m.year, "报告": m.reports, "更新": m.changed, "移出": m.removed} for m in done]
        create_table_artifact(rows, key="marts", description="整理后的汇总表")
    return Completed(message="；".join(f"{m.year} 年 {m.reports} 份" for m in done) or "没有要整理的")


async def request_compaction() -> None:
    """Ask for a run that does not wait."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(COMPACT.full_name)
        await client.create_flow_run_from_deployment(deployment.id, parameters={"now": True})


def _years(year: int | None, *, full: bool, now: bool) -> list[int]:
    if year is not None:
        return [year]
    noted = noted_by_year(s3_client(), buckets_from_env().lake, full=full)
    return [one for one in sorted(noted) if full or now or is_due(noted[one], _reports(one), datetime.now(UTC))]


def _reports(year: int) -> int:
    mart = open_marts(s3_client(), buckets_from_env().lake, year)
    return int(mart.open("reports").metadata.num_rows) if mart else 0
