"""Prefect events about reports, for people's automations: `nianbao.report.landed`, `.validated`, `.quarantined`, ..."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from prefect.events import emit_event

from flows.landed import Landed
from tasks.values import Receipt


def emit_landed(landed: Landed) -> None:
    """An object landed and has its run."""
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
