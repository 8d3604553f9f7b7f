"""Prefect events about reports, for people's automations: `nianbao.report.landed`, `.validated`, `.quarantined`, ..."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from prefect.events import emit_event

from tasks.ledger import ObjectVersion
from tasks.shown import shown
from tasks.values import Receipt

if TYPE_CHECKING:
    from tasks.pipeline import Ended

_TOLD = ("etag", "reason", "message", "agency", "year", "form", "report_id", "flow_run_url")
"""What an event tells of a receipt, whose address it has anyway."""


def emit_landed(landed: ObjectVersion) -> None:
    """An object has landed, and has its run."""
    _emit("landed", landed.bucket, landed.key, {"etag": landed.etag})


def emit_outcome(receipt: Receipt) -> None:
    """An object has its receipt: the event bears the outcome's name."""
    payload = {name: getattr(receipt, name) for name in _TOLD}
    _emit(receipt.outcome, receipt.bucket, receipt.key, payload)


def emit_endings(ended: Iterable[Ended]) -> None:
    """The events of those that have their receipts."""
    for one in ended:
        if one.receipt:
            emit_outcome(one.receipt)


def _emit(name: str, bucket: str, key: str, payload: Mapping[str, object]) -> None:
    """An event is for automations: one that cannot be sent must not cost the report its outcome."""
    resource = {"prefect.resource.id": f"nianbao.object.{bucket}/{key}", "prefect.resource.name": shown(key)}
    with suppress(Exception):
        emit_event(event=f"nianbao.report.{name}", resource=resource, payload=dict(payload))
