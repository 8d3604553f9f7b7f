"""`nianbao status`: what became of landed objects, and how the services are."""

from __future__ import annotations

import hashlib
import json
import webbrowser
from dataclasses import asdict
from typing import Annotated, Any

import typer

from flows.cli.failure import failed
from flows.cli.show import show_receipt
from tasks.settings import home
from tasks.shown import shown, shown_json
from tasks.storage import S3Client


def status(
    keys: Annotated[
        list[str] | None, typer.Argument(help="landing 中的对象名，不写则列出全部", metavar="[KEY]...")
    ] = None,
    services: Annotated[bool, typer.Option("--services", help="显示本机服务而不是回执")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    open_card: Annotated[bool, typer.Option("--open", help="在浏览器中打开回执网页")] = False,
) -> None:
    """显示回执：每个上传的文件结果如何。"""
    if services:
        _services(as_json=as_json)
        return
    from tasks.receipt.write import list_receipts, read_receipt
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, buckets = s3_client(), buckets_from_env()
    named = {key: read_receipt(s3, buckets, key) for key in keys or ()}
    receipts = [r for r in named.values() if r] if keys else list(list_receipts(s3, buckets))
    for receipt in receipts:
        typer.echo(shown_json(receipt)) if as_json else show_receipt(receipt)
        if open_card:
            _open_card(s3, buckets, receipt["object"]["key"])
    if not keys and not receipts and not as_json:
        typer.echo("还没有回执：没有处理完的文件。")
    missing = [key for key, receipt in named.items() if receipt is None]
    if missing:
        raise failed(f"没有回执：{'、'.join(map(shown, missing))}")


def _open_card(s3: S3Client, buckets: Any, key: str) -> None:  # noqa: ANN401
    """A copy on this machine, so that no link runs out; a browser that cannot be started is told where it is."""
    from flows.services.private import write_private
    from tasks.names import receipt_name

    place = buckets.receipts
    html = s3.get_object(Bucket=place.bucket, Key=place.key(f"{receipt_name(key)}.html"))["Body"].read()
    path = home() / "cards" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.html"
    write_private(path, html)
    webbrowser.open(path.as_uri())
    typer.echo(f"  回执网页　{path}")


def _services(*, as_json: bool) -> None:
    from flows.cli.up import show_services, warn
    from flows.services.status import services_status

    found = services_status(home())
    if as_json:
        typer.echo(json.dumps([asdict(service) for service in found], ensure_ascii=False))
    elif found:
        show_services(found)
    else:
        typer.echo("没有正在运行的服务。")
    warn(home())
