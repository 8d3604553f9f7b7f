"""`nianbao submit`: upload files as any S3 client would, and wait for what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.failure import check_files, failed
from flows.cli.show import show_receipt
from flows.cli.wait import receipts_of_versions
from tasks.shown import shown

TIMEOUT_SECONDS = 600.0


def submit(
    files: Annotated[list[Path], typer.Argument(help="要上传的文件", metavar="FILE...")],
    wait: Annotated[bool, typer.Option("--wait", help="等待并显示处理结果")] = False,
    prefix: Annotated[str, typer.Option("--prefix", help="放在 landing 的哪个目录下")] = "",
    timeout: Annotated[float, typer.Option("--timeout", help="最多等待多少秒")] = TIMEOUT_SECONDS,
) -> None:
    """把文件上传到 landing；事件会自动触发处理。"""
    check_files(files)
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, buckets = s3_client(), buckets_from_env()
    uploaded = upload(s3, buckets.landing, files, prefix)
    if not wait:
        return
    missing = wait_for_receipts(s3, uploaded, timeout)
    if missing:
        raise failed(f"{timeout:.0f} 秒内没有结果：{'、'.join(map(shown, missing))}")


def upload(s3: Any, place: Any, files: list[Path], prefix: str) -> dict[str, str]:  # noqa: ANN401
    """Put the files under their own names, with a progress bar; returns the etag of each key."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from tasks.keys import key_as_stored

    uploaded: dict[str, str] = {}
    total = sum(path.stat().st_size for path in files)
    with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), transient=True) as progress:
        bar = progress.add_task("上传", total=total)
        for path in files:
            key = place.key(f"{prefix.strip('/')}/{path.name}" if prefix else path.name)
            answer = s3.put_object(Bucket=place.bucket, Key=key, Body=path.read_bytes())
            key = key_as_stored(s3, place.bucket, key)
            uploaded[key] = answer["ETag"].strip('"')
            progress.update(bar, advance=path.stat().st_size)
            progress.console.print(f"已上传 s3://{place.bucket}/{shown(key)}", markup=False, highlight=False)
    return uploaded


def wait_for_receipts(s3: Any, uploaded: dict[str, str], timeout: float) -> list[str]:  # noqa: ANN401
    """Show each receipt as it comes; returns the keys that have none when the time is over."""
    missing = dict(uploaded)
    for receipt in receipts_of_versions(s3, uploaded, timeout):
        show_receipt(receipt)
        del missing[receipt["object"]["key"]]
    return list(missing)
