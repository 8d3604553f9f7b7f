"""`nianbao backfill`: one run for thousands of objects, with a progress bar."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tasks.shown import shown

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

_POLL_SECONDS = 1.0


def backfill(
    prefix: Annotated[str, typer.Argument(help="landing 中的前缀，不写则全部", metavar="[PREFIX]")] = "",
    runner: Annotated[str, typer.Option("--runner", help="process（本机进程池）、dask 或 ray")] = "process",
    address: Annotated[str | None, typer.Option("--address", help="已有集群的地址，如 tcp://HOST:8786")] = None,
) -> None:
    """一次运行处理前缀下全部没有回执的对象；可中断，再次运行会接着做。"""
    if runner not in ("process", "dask", "ray"):
        raise typer.BadParameter("--runner 只能是 process、dask 或 ray")
    state = asyncio.run(_run({"prefix": prefix, "runner": runner, "address": address}))
    typer.echo(shown(state.message or ""))
    if not state.is_completed():
        raise typer.Exit(1)


async def _run(parameters: dict[str, Any]) -> State[Any]:
    """Start the run and show how far it is until it ends."""
    from prefect.client.orchestration import get_client
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from flows.deployments import BACKFILL
    from flows.run_labels import run_url

    async with get_client() as client:
        deployment = await client.read_deployment_by_name(BACKFILL.full_name)
        run = await client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
        typer.echo(run_url(str(run.id)) or "")
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, transient=True) as progress:
            bar = progress.add_task("补录", total=100)
            while True:
                run = await client.read_flow_run(run.id)
                if run.state and run.state.is_final():
                    return run.state
                progress.update(bar, completed=await _progress(client, run.id))
                await asyncio.sleep(_POLL_SECONDS)


async def _progress(client: Any, run_id: Any) -> float:  # noqa: ANN401
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterType

    wanted = ArtifactFilter(
        flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]), type=ArtifactFilterType(any_=["progress"])
    )
    found = await client.read_artifacts(artifact_filter=wanted)
    return float(found[0].data) if found else 0.0
