"""The flow `compact`: after each burst, related reports are compared, and the marts of the years that changed are made.

The dispatcher asks for a run when a burst is over; a schedule does it too. What changed stands in the ledger until the
marts show it: a run that dies is made up for by the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.utilities.annotations import quote

from flows.deployments import COMPACT
from tasks.lake.marts.compact import Compaction
from tasks.lake.marts.compact import compact as compact_year
from tasks.lake.obsolete import GRACE, remove_obsolete
from tasks.lake.relate import relate_due
from tasks.ledger import Change, open_ledger
from tasks.ledger.compacting import BusyError, current_by_year
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

QUIET = timedelta(seconds=2)
"""No report has changed for so long: the burst is over."""

PATIENCE = timedelta(minutes=2)
"""A change waits no longer than this, however busy the lake."""

_RETRIED: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 3,
    "retry_delay_seconds": [1.0, 5.0, 15.0],
}


@task(name="relate", **_RETRIED)
def _relate() -> list[Change] | None:
    """The changes whose relations have been looked at; None if another run is at it."""
    try:
        return relate_due(s3_client(), buckets_from_env(), open_ledger())
    except BusyError:
        get_run_logger().info("另一次比较正在进行")
        return None


@task(name="compact-year", **_RETRIED)
def _compact(year: int, full: bool, changes: list[Change]) -> Compaction | None:
    try:
        return compact_year(s3_client(), buckets_from_env(), open_ledger(), year, full=full, changes=changes)
    except BusyError:
        get_run_logger().info("%s：另一次整理正在进行", year)
        return None


@task(name="remove-obsolete", **_RETRIED)
def _remove_obsolete(grace: timedelta) -> int:
    return remove_obsolete(s3_client(), buckets_from_env(), open_ledger(), grace)


@flow(name="compact", flow_run_name="整理汇总表", persist_result=False)
def compact(year: int | None = None, full: bool = False, now: bool = False) -> State[None]:
    """Bring the marts of `year`, or of every year with changes, up to date.

    `now` does not wait for the end of a burst; `full` makes them anew of all that is current.
    """
    years = _years(year, full=full, now=now)
    changes = _relate() if years else None
    if changes is not None and year is None:
        years |= {change.year for change in changes}
    done: list[Compaction] = []
    for one in sorted(years) if changes is not None else ():
        made = _compact(one, full, quote(changes))  # type: ignore[call-overload]
        done += [made] if made else []
    removed = _remove_obsolete(GRACE)
    for made in done:
        get_run_logger().info("%s：%s 份报告，更新 %s，移出 %s", made.year, made.reports, made.changed, made.removed)
        if made.stale:
            get_run_logger().warning("%s：%s 份报告的版本与账本不符，将重新处理", made.year, made.stale)
    if done:
        rows = [
            {"年度": m.year, "报告": m.reports, "更新": m.changed, "移出": m.removed, "重写的份": m.parts} for m in done
        ]
        create_table_artifact(rows, key="marts", description="整理后的汇总表")
    told = [f"{m.year} 年 {m.reports} 份" for m in done] + ([f"删除过时的版本 {removed} 个"] if removed else [])
    return Completed(message="；".join(told) or "没有要整理的")


async def request_compaction(*, full: bool = False) -> None:
    """Ask for a run that does not wait; `full` for one that makes all marts anew."""
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(COMPACT.full_name)
        await client.create_flow_run_from_deployment(deployment.id, parameters={"now": True, "full": full})


def is_due(noted: Iterable[Change], now: datetime) -> bool:
    """Whether to compact a year with these changes: a burst is over, or has lasted long."""
    instants = [change.at for change in noted]
    return bool(instants) and (now - min(instants) >= PATIENCE or now - max(instants) >= QUIET)


def _years(year: int | None, *, full: bool, now: bool) -> set[int]:
    """The years to make; of those with changes, those that are due."""
    if year is not None:
        return {year}
    noted: dict[int, list[Change]] = {}
    for change in open_ledger().changes():
        noted.setdefault(change.year, []).append(change)
    due = {one for one, changes in noted.items() if full or now or is_due(changes, datetime.now(UTC))}
    return due | set(current_by_year(open_ledger()) if full else ())
