"""`nianbao listen --sqs URL`: notifications from an AWS queue instead of a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.trigger.landed import ObjectVersion

_WAIT_SECONDS = 20
_MOST = 10


def listen(
    sqs: Annotated[str, typer.Option("--sqs", help="SQS 队列的 URL")],
    once: Annotated[bool, typer.Option("--once", help="取空队列后退出")] = False,
) -> None:
    """从 SQS 队列接收 S3 事件（也可经 SNS、EventBridge），为每个对象建立运行。"""
    import boto3

    client = boto3.client("sqs")
    typer.echo(f"正在接收 {sqs}，按 Ctrl-C 停止。")
    while True:
        answer = client.receive_message(QueueUrl=sqs, MaxNumberOfMessages=_MOST, WaitTimeSeconds=_WAIT_SECONDS)
        messages = answer.get("Messages", [])
        for message in messages:
            if _handled(message["Body"]):
                client.delete_message(QueueUrl=sqs, ReceiptHandle=message["ReceiptHandle"])
        if once and not messages:
            return


def _handled(body: str) -> bool:
    """Whether the message may go: its runs exist, or it can never be understood and is kept aside."""
    from flows.trigger.arrivals import is_hopeless
    from flows.trigger.notifications import MalformedError, object_versions
    from tasks.settings import buckets_from_env

    try:
        landed = object_versions(body, buckets_from_env().landing)
    except MalformedError:
        return _put_aside(body)
    try:
        asyncio.run(_take(landed))
    except Exception as error:
        if is_hopeless(error):
            return _put_aside(body)
        typer.echo(f"暂时无法建立运行，消息留在队列中：{error}", err=True)
        return False
    return True


def _put_aside(body: str) -> bool:
    from flows.trigger.receiver import put_aside

    typer.echo(f"无法理解的消息已另存：{put_aside(body.encode(errors='surrogatepass'))}", err=True)
    return True


async def _take(landed: Sequence[ObjectVersion]) -> None:
    from prefect.client.orchestration import get_client

    from flows.trigger.arrivals import Arrivals
    from flows.trigger.landed import Runs

    async with get_client() as client:
        await Arrivals(Runs(client)).take(landed)
