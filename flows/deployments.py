"""The work pool and the deployments that runs are created from; `python -m flows.deployments` makes them all."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, get_args

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists

from expectations.evidence import DecisionKind
from tasks.names import SCANS
from tasks.settings import settings

WORK_POOL = "nianbao"
REPORTS = "reports"
"""The work queue of what somebody waits for: housekeeping that has piled up comes after it."""

_NO_VARIABLES: dict[str, Any] = {
    "job_configuration": {"env": {}},
    "variables": {"type": "object", "properties": {}},
}
"""Warm processes heed no job variables; Prefect's own template has six, which its server checks for every run."""

Schema = dict[str, object]
_TEXT: Schema = {"type": "string"}


@dataclass(frozen=True)
class DeploymentDefinition:
    """A deployment: `entrypoint` is where workers find the flow, an installed module, whatever folder they run in.

    `parameters` is the JSON schema of each parameter, in the order of the form that Prefect's UI makes of it; `values`
    are those that its runs have unless told otherwise. Workers take runs of the `queue` REPORTS before all others.
    """

    flow: str
    name: str
    entrypoint: str
    description: str
    parameters: dict[str, Schema]
    required: tuple[str, ...]
    every: timedelta | None = None
    values: dict[str, object] = field(default_factory=dict)
    queue: str = "default"

    @property
    def full_name(self) -> str:
        """As Prefect calls it."""
        return f"{self.flow}/{self.name}"

    @property
    def parameter_schema(self) -> Schema:
        """The JSON schema of all parameters together."""
        properties = {
            name: {"title": name, "position": place, **schema}
            for place, (name, schema) in enumerate(self.parameters.items())
        }
        return {"type": "object", "properties": properties, "required": list(self.required)}


INGEST = DeploymentDefinition(
    "ingest",
    "landed",
    "flows.ingest.ingest",
    "一个落地的报告文件：读取、校验、入库、出具回执。",
    {"bucket": _TEXT, "key": _TEXT, "etag": _TEXT, "replay": {"type": "boolean", "default": False}},
    ("bucket", "key"),
    queue=REPORTS,
)
INGEST_MANY = DeploymentDefinition(
    "ingest-many",
    "landed",
    "flows.ingest.ingest_many",
    "同时落地的许多报告文件：一次运行处理，每份有自己的任务运行和回执。",
    {"ids": {"title": "账本中的编号", "type": "array", "items": {"type": "integer"}}},
    ("ids",),
    queue=REPORTS,
)
REVIEW = DeploymentDefinition(
    "review",
    "decide",
    "flows.review.review",
    "对一份报告作出决定。隔离区的：accept 按原文入库，correct 更正后入库，reject 维持隔离；"
    "数据湖中的：retract 撤回，移出数据湖。重新处理时决定仍然有效。",
    {
        "key": _TEXT | {"title": "landing 中的对象名"},
        "decision": _TEXT | {"title": "决定", "enum": list(get_args(DecisionKind))},
        "note": _TEXT | {"title": "理由"},
        "by": _TEXT | {"title": "决定人", "default": "Prefect 界面"},
        "corrections": {
            "title": "更正（仅 correct）",
            "description": '例如 {"table3.new.total": "5"}',
            "type": "object",
            "additionalProperties": _TEXT,
            "default": {},
        },
    },
    ("key", "decision", "note"),
    queue=REPORTS,
)
SWEEP = DeploymentDefinition(
    "sweep",
    "landing",
    "flows.sweep.sweep",
    "定时补漏：上传后不在账本中的对象，记入账本，随即处理；补写应当更新的回执。",
    {},
    (),
    every=timedelta(seconds=settings().sweep_seconds),
)
BACKFILL = DeploymentDefinition(
    "backfill",
    "prefix",
    "flows.backfill.backfill",
    "一次运行处理 landing 中某个前缀下全部没有回执的对象，分批进行，可中断后重来。",
    {
        "prefix": _TEXT | {"title": "前缀", "default": ""},
        "runner": _TEXT | {"title": "在哪里运行", "enum": ["process", "dask", "ray"], "default": "process"},
        "address": _TEXT | {"title": "集群地址（dask、ray）"},
    },
    (),
)
COMPACT = DeploymentDefinition(
    "compact",
    "marts",
    "flows.compact.compact",
    "整理：一批报告入库后，比较相关的报告，更新各年度的汇总表（marts），删除过时的报告版本。",
    {
        "year": {"title": "年度（不填则为全部有变更的年度）", "type": "integer"},
        "full": {"title": "全部重做", "type": "boolean", "default": False},
        "now": {"title": "不等上传告一段落", "type": "boolean", "default": False},
    },
    (),
    every=timedelta(seconds=settings().compact_seconds),
)
DEPLOYMENTS = (INGEST, INGEST_MANY, REVIEW, SWEEP, BACKFILL, COMPACT)


async def deploy() -> None:
    """Make the process work pool and the deployments, or bring them up to date."""
    pool = WorkPoolCreate(name=WORK_POOL, type="process", base_job_template=_NO_VARIABLES)
    async with get_client() as client:
        with suppress(ObjectAlreadyExists):
            await client.create_work_pool(pool)
        await _put_reports_first(client)
        await _put_scans_apart(client)
        for definition in DEPLOYMENTS:
            await _deploy(client, definition)


async def _put_reports_first(client: PrefectClient) -> None:
    """Prefect moves the other queues of the pool down."""
    with suppress(ObjectAlreadyExists):
        await client.create_work_queue(REPORTS, work_pool_name=WORK_POOL, priority=1)


async def _put_scans_apart(client: PrefectClient) -> None:
    """What takes seconds a page comes after reports that do not, and only some at a time."""
    limit = settings().scan_limit
    try:
        await client.create_work_queue(SCANS, work_pool_name=WORK_POOL, priority=2, concurrency_limit=limit)
    except ObjectAlreadyExists:
        queue = await client.read_work_queue_by_name(SCANS, work_pool_name=WORK_POOL)
        await client.update_work_queue(queue.id, concurrency_limit=limit)


async def _deploy(client: PrefectClient, definition: DeploymentDefinition) -> None:
    await client.create_deployment(
        flow_id=await client.create_flow_from_name(definition.flow),
        name=definition.name,
        work_pool_name=WORK_POOL,
        work_queue_name=definition.queue,
        entrypoint=definition.entrypoint,
        parameter_openapi_schema=definition.parameter_schema,
        description=definition.description,
        parameters=definition.values,
        tags=["nianbao"],
        schedules=[DeploymentScheduleCreate(schedule=IntervalSchedule(interval=definition.every))]
        if definition.every
        else None,
    )


if __name__ == "__main__":
    asyncio.run(deploy())
