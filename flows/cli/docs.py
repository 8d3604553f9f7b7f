"""`nianbao docs`: Great Expectations' Data Docs over what stands in the lake and the quarantine."""

from __future__ import annotations

import mimetypes
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from tasks.storage import S3Client

FOLDER = ".docs"


def docs(
    to: Annotated[Path | None, typer.Option("--to", help="写到本机的这个目录，而不是回执存储桶", metavar="DIR")] = None,
) -> None:
    """生成 Great Expectations 的 Data Docs 静态网站。"""
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    buckets = buckets_from_env()
    if to:
        typer.echo(f"Data Docs：{_build(to, buckets)}")
        return
    with tempfile.TemporaryDirectory() as folder:
        _build(Path(folder), buckets)
        place = buckets.receipts
        _upload(s3_client(), place, Path(folder))
        typer.echo(f"Data Docs：{place.uri(f'{FOLDER}/index.html')}")


def _build(folder: Path, buckets: Any) -> Path:  # noqa: ANN401
    from expectations.suites.docs import build_data_docs
    from expectations.suites.evaluate import form_batches
    from tasks.judge.stored import stored_tables

    return build_data_docs(folder, form_batches(list(stored_tables(buckets))))


def _upload(s3: S3Client, place: Any, folder: Path) -> None:  # noqa: ANN401
    for path in folder.rglob("*"):
        if path.is_file():
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            key = place.key(f"{FOLDER}/{path.relative_to(folder)}")
            s3.put_object(Bucket=place.bucket, Key=key, Body=path.read_bytes(), ContentType=kind)
