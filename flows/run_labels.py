"""How a run is called in the Prefect UI: its name, its tags, its address."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.settings import get_current_settings


def run_url(run_id: str | None = None) -> str | None:
    """The address of this run (or of `run_id`) in the Prefect UI; None outside a run or without a server."""
    run_id, base = run_id or runtime.flow_run.id, prefect_ui()
    return f"{base}/runs/flow-run/{run_id}" if run_id and base else None


def prefect_ui() -> str | None:
    """The address of the Prefect UI; None without a server."""
    settings = get_current_settings()
    base = settings.ui_url or (settings.api.url or "").removesuffix("/api")
    return base if urlsplit(base).scheme else None


def label_run(name: str, tags: list[str]) -> None:
    """Name this run after its report, once that is known, and tag it."""
    run_id = runtime.flow_run.id
    if run_id is None:
        return
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(run_id), name=name, tags=tags)
