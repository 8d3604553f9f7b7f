"""Prefect events about reports, for people's automations: `nianbao.report.landed`, `.validated`, `.quarantined`, ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from prefect.events import emit_event

from flows.landed import Landed, start_run
from tasks.values import Receipt


async def take(landed: Sequence[Landed]) -> list[str]:
    """The ids of the runs that the landed objects have now; raises whatever keeps one from being created."""
    runs = [await start_run(one) for one in landed]
    for one in landed:
        _emit_landed(one)
    return runs


@lru_cache(maxsize=4096)
def _emit_landed(landed: Landed) -> None:
    """Once for each version: the notifications of an object come twice, at once and from the queue."""
    _emit("landed", landed.bucket, landed.key, {"etag": landed.etag})


def emit_outcome(receipt: Receipt) -> None:
    """An object has its receipt: the event bears the outcome's name."""
    payload = {
        "etag": receipt.etag,
        "reason": receipt.reason,
        "message": receipt.message,
        "agency": receipt.agency,
        "year": receipt.year,
        "form": receipt.form,
        "report_id": receipt.report_id,
        "flow_run_url": receipt.flow_run_url,
    }
    _emit(receipt.outcome, receipt.bucket, receipt.key, payload)


def _emit(name: str, bucket: str, key: str, payload: Mapping[str, object]) -> None:
    """An event is for automations: one that cannot be sent must not cost the report its outcome."""
    resource = {"prefect.resource.id": f"nianbao.object.{bucket}/{key}", "prefect.resource.name": key}
    with suppress(Exception):
        emit_event(event=f"nianbao.report.{name}", resource=resource, payload=dict(payload))
