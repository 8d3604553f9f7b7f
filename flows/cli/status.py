"""`nianbao status`: what became of landed objects, and how the services are."""

from __future__ import annotations

import hashlib
import json
import webbrowser
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.failure import failed
from flows.cli.show import show_counts, show_receipt, show_row
from flows.cli.wait import receipt_of
from tasks.settings import home
from tasks.shown import shown, shown_json

if TYPE_CHECKING:
    from tasks.ledger import Ledger, ObjectRow

_PAGE = 1000


def status(
    keys: Annotated[
        list[str] | None, typer.Argument(help="landing 中的对象名，不写则为总数和最近的对象", metavar="[KEY]...")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="最多列出多少个最近的对象，0 为全部")] = 20,
    services: Annotated[bool, typer.Option("--services", help="显示本机服务而不是对象")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    open_card: Annotated[bool, typer.Option("--open", help="在浏览器中打开回执网页")] = False,
) -> None:
    """显示上传的文件结果如何：不写对象名时是总数和最近的对象，写明时是回执。"""
    if services:
        _services(as_json=as_json)
        return
    from tasks.ledger import ledger_exists, open_ledger

    ledger = open_ledger(migrate=False) if ledger_exists() else None
    if keys:
        _receipts(ledger, keys, as_json=as_json, open_card=open_card)
    elif ledger is not None:
        _overview(ledger, limit, as_json=as_json)
    elif not as_json:
        typer.echo("还没有上传的文件。")


def _receipts(ledger: Ledger | None, keys: list[str], *, as_json: bool, open_card: bool) -> None:
    """The receipt of each object's newest version."""
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3, bucket = s3_client(), buckets_from_env().landing.bucket
    without = []
    for key in keys:
        found = ledger.find(bucket, key) if ledger else []
        receipt = receipt_of(s3, found[0]) if found else None
        if receipt is None:
            without.append(f"{shown(key)}（{_why_none(found)}）")
            continue
        typer.echo(shown_json(receipt)) if as_json else show_receipt(receipt)
        if open_card:
            _open_card(s3, found[0])
    if without:
        raise failed(f"没有回执：{'、'.join(without)}")


def _why_none(found: list[ObjectRow]) -> str:
    if not found:
        return "没有上传，或事件还没有到"
    return "等待处理或处理中" if found[0].is_open else "处理之前已被删除或取代"


def _overview(ledger: Ledger, limit: int, *, as_json: bool) -> None:
    counts = ledger.counts()
    if not as_json:
        if counts.total == 0:
            typer.echo("还没有上传的文件。")
            return
        show_counts(counts)
    for row in _newest(ledger, limit or counts.total):
        typer.echo(shown_json(_as_json(row))) if as_json else show_row(row)


def _newest(ledger: Ledger, number: int) -> Iterator[ObjectRow]:
    from tasks.ledger.asking import place_in_pages

    before = None
    while number > 0 and (page := ledger.page(before=before, limit=min(number, _PAGE))):
        yield from page
        number -= len(page)
        before = place_in_pages(page[-1])


def _as_json(row: ObjectRow) -> dict[str, Any]:
    """Named as in receipts, as far as the ledger knows it."""
    version = asdict(row.object) | {"sha256": row.sha256}
    version["landed_at"] = row.object.landed_at and row.object.landed_at.isoformat()
    told = ("outcome", "reason", "message", "agency", "year", "form", "report_id", "is_open", "attempts", "run_id")
    at = row.processed_at and row.processed_at.isoformat()
    return {"object": version, **{name: getattr(row, name) for name in told}, "processed_at": at}


def _open_card(s3: Any, row: ObjectRow) -> None:  # noqa: ANN401
    """A copy on this machine, so that no link runs out; a browser that cannot be started is told where it is."""
    from flows.services.private import write_private
    from tasks.settings import buckets_from_env

    place = buckets_from_env().receipts
    html = s3.get_object(Bucket=place.bucket, Key=place.key(f"{row.receipt_name}.html"))["Body"].read()
    path = home() / "cards" / f"{hashlib.sha256(row.object.key.encode()).hexdigest()[:16]}.html"
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
