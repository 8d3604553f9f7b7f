"""`nianbao listen --sqs URL`: notifications from an AWS queue instead of a webhook."""

from __future__ import annotations

from typing import Annotated

import typer

_WAIT_SECONDS = 20
_MOST = 10


def listen(
    sqs: Annotated[str, typer.Option("--sqs", help="SQS 队列的 URL")],
    once: Annotated[bool, typer.Option("--once", help="取空队列后退出")] = False,
) -> None:
    """从 SQS 队列接收 S3 事件（也可经 SNS、EventBridge），把对象记入账本，由接收器安排运行。"""
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
    """Whether the message may go: its objects are in the ledger, or it can never be understood and is kept aside."""
    from flows.trigger.arrivals import take_now
    from flows.trigger.notifications import MalformedError, object_versions
    from tasks.settings import buckets_from_env

    try:
        arrived = object_versions(body, buckets_from_env().landing)
    except MalformedError:
        return _put_aside(body)
    try:
        take_now(arrived)
    except Exception as error:
        typer.echo(f"暂时无法记入账本，消息留在队列中：{error}", err=True)
        return False
    return True


def _put_aside(body: str) -> bool:
    from flows.trigger.receiver import put_aside

    typer.echo(f"无法理解的消息已另存：{put_aside(body.encode(errors='surrogatepass'))}", err=True)
    return True
