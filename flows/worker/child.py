"""What happens in a warm process: everything is imported and started once, then runs are executed one after another."""

from __future__ import annotations

import logging
import signal
from typing import Any
from uuid import UUID

import psutil
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import load_flow, load_flow_run, run_flow
from prefect.flows import Flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Cancelled

from flows.worker.forked import start_forked

_PREPARED = ("tasks.read.examine", "tasks.judge.second_look", "tasks.receipt.pictures")

logger = logging.getLogger("nianbao.worker")


def start() -> None:
    """Start what a first run would otherwise have to wait for; the process ends with the one that forked it."""
    start_forked()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _without_heartbeats()
    from expectations.suites.runner import run_suite
    from tasks.read.guard import prepare
    from tasks.storage import s3_client

    run_suite("form_2021", {})
    prepare(_PREPARED)
    s3_client()


def _without_heartbeats() -> None:
    """At its end every flow waits up to a second for the thread that sends them; the sweep needs none.

    For good: Prefect reads all its settings anew whenever they change.
    """
    temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}).__enter__()


_flows: dict[UUID | None, Flow[..., Any]] = {}


def _flow_of(flow_run: FlowRun) -> Flow[..., Any]:
    """The flow of the run's deployment, loaded once a process: that takes the server longer than many a run."""
    if flow_run.deployment_id not in _flows:
        _flows[flow_run.deployment_id] = load_flow(flow_run)
    return _flows[flow_run.deployment_id]


def _end_cancelling(flow_run_id: UUID) -> None:
    """It was cancelled when it had done its work: nobody else will say that it has ended."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(flow_run_id, Cancelled(message="取消时已经处理完。"), force=True)


def execute(flow_run_id: UUID) -> tuple[int, int]:
    """Execute the run as `prefect.engine` would; returns its exit status and the memory in use (bytes)."""
    try:
        flow_run = load_flow_run(flow_run_id)
        state = run_flow(_flow_of(flow_run), flow_run=flow_run, return_type="state")
        if isinstance(state, State) and state.is_cancelling():
            _end_cancelling(flow_run_id)
        status = 0
    except (Abort, Pause) as signalled:
        logger.info("flow run %s: %s", flow_run_id, signalled)
        status = 0
    except Exception:
        logger.exception("flow run %s ended unexpectedly", flow_run_id)
        status = 1
    return status, psutil.Process().memory_info().rss
