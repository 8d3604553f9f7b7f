"""`nianbao backfill`: one run for thousands of objects, with a progress bar."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.failure import ExitCode, explain, failed
from flows.cli.wait import awaited
from tasks.shown import shown

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

_POLL_SECONDS = 1.0
_TIMEOUT_SECONDS = 86400.0
_SILENT_SECONDS = 180.0
"""A Prefect that answers nothing for so long is not waited for any more; the run goes on without who watches it."""


def backfill(
    prefix: Annotated[str, typer.Argument(help="landing 中的前缀，不写则全部", metavar="[PREFIX]")] = "",
    runner: Annotated[str, typer.Option("--runner", help="process（本机进程池）、dask 或 ray")] = "process",
    address: Annotated[str | None, typer.Option("--address", help="已有集群的地址，如 tcp://HOST:8786")] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="最多等待多少秒")] = _TIMEOUT_SECONDS,
) -> None:
    """一次运行处理前缀下全部没有回执的对象；可中断，再次运行会接着做。"""
    if runner not in ("process", "dask", "ray"):
        raise typer.BadParameter("--runner 只能是 process、dask 或 ray")
    state = asyncio.run(_run({"prefix": prefix, "runner": runner, "address": address}, timeout))
    if state is None:
        raise failed(f"{timeout:.0f} 秒内没有完成：{awaited()}。补录仍会继续。", ExitCode.NO_RESULT)
    typer.echo(shown(state.message or ""))
    if not state.is_completed():
        raise typer.Exit(ExitCode.FAILED)


async def _run(parameters: dict[str, Any], timeout: float) -> State[Any] | None:
    """Start the run and show how far it is until it ends; None if it does not within `timeout` seconds."""
    from prefect.client.orchestration import get_client
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from flows.deployments import BACKFILL
    from flows.run_labels import run_url

    until = time.monotonic() + timeout
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(BACKFILL.full_name)
        run = await client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
        typer.echo(run_url(str(run.id)) or "")
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        silent_since = 0.0
        with Progress(*columns, transient=True) as progress:
            bar = progress.add_task("等待工作进程", total=100)
            while time.monotonic() < until:
                try:
                    run = await client.read_flow_run(run.id)
                    done = await _progress(client, run.id)
                except Exception as error:
                    if explain(error) is None or (silent_since and time.monotonic() - silent_since > _SILENT_SECONDS):
                        raise
                    if not silent_since:
                        progress.console.print(f"{awaited()}；继续等待。", markup=False, highlight=False)
                        silent_since = time.monotonic()
                    await asyncio.sleep(_POLL_SECONDS)
                    continue
                silent_since = 0.0
                if run.state and run.state.is_final():
                    return run.state
                is_running = run.state is not None and run.state.is_running()
                progress.update(bar, completed=done, description="补录" if is_running else "等待工作进程")
                await asyncio.sleep(_POLL_SECONDS)
    return None


async def _progress(client: Any, run_id: Any) -> float:  # noqa: ANN401
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterType

    wanted = ArtifactFilter(
        flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]), type=ArtifactFilterType(any_=["progress"])
    )
    found = await client.read_artifacts(artifact_filter=wanted)
    return float(found[0].data) if found else 0.0
