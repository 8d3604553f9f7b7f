"""The flow `sweep`: every landed object gets its outcome, though its event was lost.

It compares what landed with the ledger: what is not there is put there, and the dispatcher does the rest. Receipts that
should have been written again long ago are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.ledger import Ledger, ObjectVersion, open_ledger
from tasks.receipt.write import refresh_due
from tasks.settings import Place, buckets_from_env
from tasks.shown import shown
from tasks.storage import is_folder_marker, s3_client

GRACE = timedelta(seconds=30)
"""An object that landed just now has its event on the way."""

OVERDUE = timedelta(seconds=30)
"""Who changes where a report stands writes the receipts that say so; after so long that has not been done."""


@flow(name="sweep", flow_run_name="补漏", persist_result=False)
def sweep() -> State[Any]:
    """Put into the ledger what landed and is not there; write the receipts that are overdue."""
    ledger, buckets = open_ledger(), buckets_from_env()
    before = datetime.now(UTC) - GRACE
    added = sum(_add(ledger, [one for one in page if _landed_at(one) <= before]) for page in listed(buckets.landing))
    written = refresh_due(s3_client(), buckets, ledger, datetime.now(UTC) - OVERDUE)
    return Completed(message=f"补记对象 {added} 个，补写回执 {written} 份")


def listed(landing: Place) -> Iterator[list[ObjectVersion]]:
    """What is in landing now, a page of S3's listing at a time."""
    pages = s3_client().get_paginator("list_objects_v2").paginate(Bucket=landing.bucket, Prefix=landing.key(""))
    for page in pages:
        yield [
            ObjectVersion(landing.bucket, one["Key"], one["ETag"].strip('"'), one["LastModified"], one["Size"])
            for one in page.get("Contents", [])
            if not is_folder_marker(one["Key"])
        ]


def _add(ledger: Ledger, found: list[ObjectVersion]) -> int:
    """Put those into the ledger that it does not know; returns how many."""
    unknown = ledger.missing_from(found) if found else []
    if unknown:
        ledger.add(unknown)
        get_run_logger().info("补记 %s 个对象：%s 等", len(unknown), shown(unknown[0].key))
    return len(unknown)


def _landed_at(one: ObjectVersion) -> datetime:
    return one.landed_at or datetime.now(UTC)
