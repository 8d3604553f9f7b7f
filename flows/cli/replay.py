"""`nianbao replay`: read a stored source again, after a fix or a failure."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer


def replay(keys: Annotated[list[str], typer.Argument(help="landing 中的对象名", metavar="KEY...")]) -> None:
    """重新处理已上传的对象。"""
    from botocore.exceptions import ClientError

    from flows.landed import Landed, start_run
    from flows.run_labels import run_url
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, landing = s3_client(), buckets_from_env().landing
    missing = False
    for key in keys:
        try:
            etag = s3.head_object(Bucket=landing.bucket, Key=key)["ETag"].strip('"')
        except ClientError:
            typer.echo(f"没有这个对象：s3://{landing.bucket}/{key}", err=True)
            missing = True
            continue
        run = asyncio.run(start_run(Landed(landing.bucket, key, etag), replay=f"#{time.time_ns()}"))
        typer.echo(f"{key}　{run_url(run)}")
    if missing:
        raise typer.Exit(1)
