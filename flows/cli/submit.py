"""`nianbao submit`: upload files as any S3 client would, and wait for what becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.failure import ExitCode, failed, outcome_code
from flows.cli.show import show_receipt
from flows.cli.wait import awaited, receipts_of_versions
from tasks.storage import S3Client, plain_etag

TIMEOUT_SECONDS = 600.0


def submit(
    files: Annotated[list[Path], typer.Argument(help="要上传的文件或目录", metavar="FILE...")],
    wait: Annotated[bool, typer.Option("--wait", help="等待并显示处理结果")] = False,
    prefix: Annotated[str, typer.Option("--prefix", help="放在 landing 的哪个目录下")] = "",
    timeout: Annotated[float, typer.Option("--timeout", help="最多等待多少秒")] = TIMEOUT_SECONDS,
) -> None:
    """把文件上传到 landing；事件会自动触发处理。

    目录连同子目录中的文件一起上传，保留相对路径，隐藏文件除外。
    --wait 的退出码：0 全部通过，3 有隔离，4 有拒收，5 有处理出错，6 到时仍没有结果。
    """
    wanted = dict(_wanted(files))
    if not wanted:
        raise failed("没有要上传的文件。", ExitCode.USAGE)
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, buckets = s3_client(), buckets_from_env()
    uploaded = upload(s3, buckets.landing, wanted, prefix)
    code = _outcomes(s3, uploaded, timeout) if wait else ExitCode.DONE
    if len(uploaded) < len(wanted):
        code = max(code, ExitCode.ERROR)
    if code is not ExitCode.DONE:
        raise typer.Exit(code)


def _wanted(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """Each file with its name in landing: that of a file, or its path in the folder that was named."""
    from tasks.names import landing_name

    seen: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise typer.BadParameter(f"没有这个文件：{path}")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            is_hidden = path.is_dir() and any(part.startswith(".") for part in Path(name).parts)
            if is_hidden or not file.is_file():
                continue
            name = landing_name(name)
            if seen.setdefault(name, file).resolve() != file.resolve():
                raise typer.BadParameter(f"两个文件会有同一个名称 {name}：{seen[name]}、{file}")
            yield name, file


def upload(s3: S3Client, place: Any, files: Mapping[str, Path], prefix: str = "") -> dict[str, str]:  # noqa: ANN401
    """Put the files under their names, with a progress bar; returns the etag of each key that is there now."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from tasks.names import key_as_stored, landing_name

    uploaded: dict[str, str] = {}
    sizes = {name: path.stat().st_size for name, path in files.items()}
    with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), transient=True) as progress:
        bar = progress.add_task("上传", total=sum(sizes.values()))
        for name, path in files.items():
            key = place.key(landing_name(name, prefix))
            etag, said = _put(s3, place.bucket, key, path.read_bytes())
            progress.update(bar, advance=sizes[name])
            progress.console.print(said, markup=False, highlight=False, soft_wrap=True)
            if etag is None:
                break  # what keeps one out keeps the next one out too
            uploaded[key_as_stored(s3, place.bucket, key)] = etag
    if len(uploaded) < len(files):
        typer.echo(f"{len(files) - len(uploaded)} 个文件没有上传。", err=True)
    return uploaded


def _put(s3: S3Client, bucket: str, key: str, body: bytes) -> tuple[str | None, str]:
    """The etag, and what to tell; after an error or a silence, whether the object is there all the same."""
    from botocore.exceptions import BotoCoreError, ClientError

    from flows.cli.failure import explain

    where = f"s3://{bucket}/{key}"
    try:
        return plain_etag(s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"]), f"已上传 {where}"
    except (BotoCoreError, ClientError) as error:
        told = explain(error)
        why = told[0] if told else str(error)
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    stored = _stored_etag(bucket, key)
    if stored == etag:
        return etag, f"已上传 {where}（存储没有及时答复，但已核对：对象完整）"
    if stored is None:
        return None, f"没能确认 {where} 是否已上传：{why}\n恢复后请重新上传；若已存下，会自动处理，结果不会重复。"
    return None, f"没有上传 {where}：{why}"


def _stored_etag(bucket: str, key: str) -> str | None:
    """The etag of what is there; empty if there is nothing, None if the storage does not say."""
    from botocore.exceptions import BotoCoreError, ClientError

    from tasks.storage import head_object, quick_client

    try:
        head = head_object(quick_client(), bucket, key)
    except (BotoCoreError, ClientError):
        return None
    return plain_etag(head["ETag"]) if head else ""


def _outcomes(s3: S3Client, uploaded: Mapping[str, str], timeout: float) -> ExitCode:
    """Show each receipt as it comes; what is told is the strongest of the outcomes, or that there are too few."""
    missing, outcomes = dict(uploaded), []
    for receipt in receipts_of_versions(s3, uploaded, timeout):
        show_receipt(receipt)
        outcomes.append(receipt["outcome"])
        del missing[receipt["object"]["key"]]
    if missing:
        reason = f"{awaited()}。处理仍会继续，可用 nianbao status 查看。"
        typer.echo(f"{timeout:.0f} 秒内没有结果：{'、'.join(missing)}\n{reason}", err=True)
        return ExitCode.NO_RESULT
    return outcome_code(outcomes)
