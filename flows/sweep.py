"""The flow `sweep`: every landed object gets its outcome, though its event was lost.

It compares what landed with the ledger: what is not there is put there, and the dispatcher does the rest. Receipts that
should have been written again long ago are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks.landing import add_landed
from tasks.ledger import open_ledger
from tasks.receipt.write import refresh_due
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

GRACE = timedelta(seconds=30)
"""An object that landed just now has its event on the way."""

OVERDUE = timedelta(seconds=30)
"""Who changes where a report stands writes the receipts that say so; after so long that has not been done."""


@flow(name="sweep", flow_run_name="补漏", persist_result=False)
def sweep() -> State[Any]:
    """Put into the ledger what landed and is not there; write the receipts that are overdue."""
    s3, buckets, ledger = s3_client(), buckets_from_env(), open_ledger()
    added = add_landed(s3, buckets, ledger, older_than=GRACE)
    written = refresh_due(s3, buckets, ledger, datetime.now(UTC) - OVERDUE)
    return Completed(message=f"补记对象 {added} 个，补写回执 {written} 份")
