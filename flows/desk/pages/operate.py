"""运维: how the services are, what waits, what failed and may be tried again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from flows.desk.handling import Form, action, page
from flows.desk.standing import stand
from flows.desk.view import render
from flows.health import ledger_says, prefect_answers, s3_answers
from flows.run_labels import prefect_ui, run_url
from flows.services.disk import disk
from flows.services.status import ServiceStatus, services_status, supervision_warning
from tasks.ledger import ObjectRow, open_ledger
from tasks.ledger.listing import Wanted
from tasks.roles import Role
from tasks.settings import buckets_from_env, home

_FAILURES = 100
_OLDEST = 10
_TOGETHER = 500
_NAMES = {"s3": "对象存储", "prefect": "Prefect", "receiver": "接收器与业务台", "worker": "工作进程"}
_HEALTH = {
    "starting": ("waiting", "启动中"),
    "healthy": ("validated", "正常"),
    "unhealthy": ("failed", "异常"),
    "stopped": ("failed", "已停止"),
    "external": ("validated", "外部"),
}


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    kind: str
    label: str
    address: str
    note: str


@page(Role.OPERATE)
async def operate(request: Request) -> Response:
    """The whole page."""
    now = await _now()
    failures = await run_in_threadpool(_failures)
    return render(request, "operate.html", **now, failures=failures, prefect=prefect_ui())


@page(Role.OPERATE)
async def now(request: Request) -> Response:
    """The part of it that changes by itself."""
    return render(request, "operate_now.html", **await _now())


@action(Role.OPERATE)
def replay(request: Request, sent: Form) -> Response:
    """Have failures be read again: those that are named, or all."""
    named = sent.every("id")
    if not all(one.isdecimal() and len(one) < 19 for one in named):
        raise HTTPException(400, "请求无法理解")
    ledger = open_ledger()
    if named:
        failed = [row.id for row in ledger.get([int(one) for one in named]).values() if row.outcome == "failed"]
        ledger.reopen(failed)
    elif sent.one("all"):
        while failures := [row.id for row in ledger.page(outcome="failed", is_open=False, limit=_TOGETHER)]:
            ledger.reopen(failures)
    return RedirectResponse("/operate", 303)


async def _now() -> dict[str, Any]:
    """All is asked at once, and known within two seconds, whatever hangs."""
    inbox, prefect, s3, local = await asyncio.gather(
        ledger_says(), prefect_answers(), s3_answers(), run_in_threadpool(services_status, home())
    )
    answers = {"账本": inbox is not None, "对象存储": s3, "Prefect": prefect}
    known = {service.name for service in local}
    services = [_local(service) for service in local] + [
        _answering(name, is_well) for name, is_well in answers.items() if name == "账本" or not known
    ]
    space = disk(home())
    return {
        "services": services,
        "warnings": [text for text in (supervision_warning(home()), space and space.warning) if text],
        "counts": inbox and inbox.counts,
        "waited": _lasting(inbox.oldest_seconds) if inbox and inbox.oldest_seconds else "",
        "free": space and f"{space.free / 1e9:.1f} GB",
        "oldest": await run_in_threadpool(_oldest) if inbox and inbox.counts.open else [],
    }


def _local(service: ServiceStatus) -> _Service:
    kind, label = _HEALTH[service.health]
    return _Service(_NAMES.get(service.name, service.name), kind, label, service.address, service.note)


def _answering(name: str, is_well: bool) -> _Service:
    return _Service(name, *(("validated", "正常") if is_well else ("failed", "没有响应")), "", "")


def _oldest() -> list[tuple[ObjectRow, str, str, str | None]]:
    """What has waited for longest, by name, with how it stands and its run."""
    rows = open_ledger().oldest(_OLDEST)
    return [(row, _name(row), stand(row).kind, run_url(row.run_id) if row.run_id else None) for row in rows]


def _failures() -> list[tuple[ObjectRow, str, str | None]]:
    found = open_ledger().listed(Wanted(outcome="failed"), limit=_FAILURES)
    return [(one.row, _name(one.row), run_url(one.row.run_id) if one.row.run_id else None) for one in found]


def _name(row: ObjectRow) -> str:
    return buckets_from_env().landing.name(row.object.key)


def _lasting(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} 秒"
    if seconds < 5400:
        return f"{seconds / 60:.0f} 分钟"
    return f"{seconds / 3600:.0f} 小时" if seconds < 172_800 else f"{seconds / 86_400:.0f} 天"


routes = [
    Route("/operate", operate),
    Route("/operate/now", now),
    Route("/operate/replay", replay, methods=["POST"]),
]
