"""`nianbao replay`: read stored sources again, after a fix or a failure, and say what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from flows.cli.wait import read_again, receipts_of_runs
from tasks.shown import shown

TIMEOUT_SECONDS = 3600.0


def replay(
    keys: Annotated[list[str] | None, typer.Argument(help="landing 中的对象名", metavar="[KEY]...")] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="重新处理有此结果的对象：validated、quarantined、rejected、failed")
    ] = None,
    reader_older_than: Annotated[
        str | None,
        typer.Option("--reader-older-than", help="重新处理由更早版本的读取程序读过的对象", metavar="VERSION"),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="等待完成并汇总变化")] = True,
) -> None:
    """重新处理已上传的对象，并汇总结果有何变化。"""
    from tasks.receipt import list_receipts, read_receipt
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    if not keys and outcome is None and reader_older_than is None:
        raise typer.BadParameter("请写明对象名，或 --outcome，或 --reader-older-than")
    s3, buckets = s3_client(), buckets_from_env()
    receipts = {r["object"]["key"]: r for r in list_receipts(s3, buckets)} if not keys else {}
    chosen = list(keys or ()) or list(_chosen(receipts, outcome, reader_older_than))
    before = {key: receipts.get(key) or read_receipt(s3, buckets, key) for key in chosen}
    runs = {key: run for key in chosen if (run := _start(s3, buckets.landing.bucket, key))}
    if wait:
        _summarise(_changes(s3, before, runs))
    if len(runs) < len(chosen):
        raise typer.Exit(1)


def _chosen(receipts: dict[str, Any], outcome: str | None, reader_older_than: str | None) -> Iterator[str]:
    for key, receipt in receipts.items():
        has_outcome = outcome is None or receipt["outcome"] == outcome
        is_old = reader_older_than is None or _version(receipt["versions"]["reader"]) < _version(reader_older_than)
        if has_outcome and is_old:
            yield key


def _version(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split("."))
    except ValueError:
        raise typer.BadParameter(f"版本应是数字，如 2 或 2.1：{text}") from None


def _start(s3: Any, bucket: str, key: str) -> str | None:  # noqa: ANN401
    """The id of the run, or None if there is no such object."""
    from flows.landed import Landed
    from flows.run_labels import run_url
    from tasks.storage import head_object

    head = head_object(s3, bucket, key)
    if head is None:
        typer.echo(f"没有这个对象：s3://{bucket}/{shown(key)}", err=True)
        return None
    run = read_again(Landed(bucket, key, head["ETag"].strip('"')))
    typer.echo(f"{shown(key)}　{run_url(run)}")
    return run


def _changes(s3: Any, before: dict[str, Any], runs: dict[str, str]) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401
    """Each key with its outcome before and after, as the runs end."""
    unfinished = set(runs)
    for receipt in receipts_of_runs(s3, runs, TIMEOUT_SECONDS):
        key = receipt["object"]["key"]
        unfinished.remove(key)
        yield key, _outcome(before[key]), _outcome(receipt)
    yield from ((key, _outcome(before[key]), "没有完成") for key in unfinished)


def _outcome(receipt: dict[str, Any] | None) -> str:
    if receipt is None:
        return "无"
    return f"{receipt['outcome']}（{receipt['reason']}）" if receipt["reason"] else str(receipt["outcome"])


def _summarise(changes: Iterator[tuple[str, str, str]]) -> None:
    counts: Counter[str] = Counter()
    for key, old, new in changes:
        if old != new:
            typer.echo(f"  {shown(key)}　{old} → {new}")
        counts["不变" if old == new else f"{old} → {new}"] += 1
    typer.echo("　".join(f"{change}：{number}" for change, number in counts.most_common()) or "没有要处理的对象。")
