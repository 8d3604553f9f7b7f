"""How a run is called in the Prefect UI: its name, its tags, its address."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.settings import get_current_settings

from tasks.shown import shown
from tasks.values import Receipt


def run_url(run_id: str | None = None) -> str | None:
    """The address of this run (or of `run_id`) in the Prefect UI; None outside a run or without a server."""
    run_id = run_id or runtime.flow_run.id
    settings = get_current_settings()
    base = settings.ui_url or (settings.api.url or "").removesuffix("/api")
    return f"{base}/runs/flow-run/{run_id}" if run_id and urlsplit(base).scheme else None


def label_run(receipt: Receipt) -> None:
    """Name this run after its report, once that is known, and tag it with outcome, form and year."""
    run_id = runtime.flow_run.id
    if run_id is None:
        return
    known = receipt.agency and receipt.year
    name = f"{receipt.agency} {receipt.year}" if known else receipt.key
    tags: list[str] = [receipt.outcome]
    tags += [f"form-{receipt.form}"] if receipt.form else []
    tags += [f"year-{receipt.year}"] if receipt.year else []
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(run_id), name=shown(name), tags=tags)
