"""`nianbao replay`: read stored sources again, after a fix or a failure, and say what changed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from flows.cli.failure import ExitCode, explain
from flows.cli.wait import awaited, read_again, receipts_of_runs
from tasks.shown import shown
from tasks.storage import S3Client

TIMEOUT_SECONDS = 3600.0
OUTCOMES = ("validated", "quarantined", "rejected", "failed")
_UNFINISHED = "没有完成"


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
    timeout: Annotated[float, typer.Option("--timeout", help="最多等待多少秒")] = TIMEOUT_SECONDS,
) -> None:
    """重新处理已上传的对象，并汇总结果有何变化。

    --outcome failed 也包括运行失败而没有留下回执的对象。
    退出码：0 都有新的结果，1 有对象不存在或不能建立运行，5 有处理出错，6 有运行没有完成。
    """
    from tasks.names import key_as_stored
    from tasks.receipt.write import list_receipts, read_receipt
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    if not keys and outcome is None and reader_older_than is None:
        raise typer.BadParameter("请写明对象名，或 --outcome，或 --reader-older-than")
    if outcome is not None and outcome not in OUTCOMES:
        raise typer.BadParameter(f"--outcome 只能是 {'、'.join(OUTCOMES)}")
    s3, buckets = s3_client(), buckets_from_env()
    receipts = {r["object"]["key"]: r for r in list_receipts(s3, buckets)} if not keys else {}
    chosen = [key_as_stored(s3, buckets.landing.bucket, key) for key in keys or ()] or [
        *_chosen(receipts, outcome, reader_older_than),
        *(_broken(s3, buckets) if outcome == "failed" and reader_older_than is None else ()),
    ]
    before = {key: receipts.get(key) or read_receipt(s3, buckets, key) for key in chosen}
    runs = _start_all(s3, buckets.landing.bucket, chosen)
    code = ExitCode.DONE if len(runs) == len(chosen) else ExitCode.ERROR
    if wait and (runs or not chosen):
        code = max(code, _summarise(_changes(s3, before, runs, timeout)))
    if code is not ExitCode.DONE:
        raise typer.Exit(code)


def _broken(s3: S3Client, buckets: Any) -> list[str]:  # noqa: ANN401
    """Objects whose runs failed before they could leave a receipt."""
    from datetime import timedelta

    from flows.broken import broken_without_receipt
    from tasks.missing import missing

    return asyncio.run(broken_without_receipt(missing(s3, buckets, timedelta(0))))


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


def _start_all(s3: S3Client, bucket: str, keys: list[str]) -> dict[str, str]:
    """The run of each key; where one cannot be started for what is around us, the others are not tried."""
    runs: dict[str, str] = {}
    for key in dict.fromkeys(keys):
        try:
            run = _start(s3, bucket, key)
        except Exception as error:
            told = explain(error)
            if told is None:
                raise
            typer.echo(f"{told[0]}\n已建立 {len(runs)} 个运行，其余 {len(keys) - len(runs)} 个没有。", err=True)
            break
        if run:
            runs[key] = run
    return runs


def _start(s3: S3Client, bucket: str, key: str) -> str | None:
    """The id of the run, or None if there is no such object."""
    from flows.run_labels import run_url
    from flows.trigger.landed import ObjectVersion
    from tasks.storage import head_object, is_folder_marker

    head = head_object(s3, bucket, key)
    if head is None or is_folder_marker(key):
        typer.echo(f"没有这个对象：s3://{bucket}/{shown(key)}", err=True)
        return None
    run = read_again(ObjectVersion(bucket, key, head["ETag"].strip('"')))
    typer.echo(f"{shown(key)}　{run_url(run)}")
    return run


def _changes(
    s3: S3Client,
    before: dict[str, Any],
    runs: dict[str, str],
    timeout: float,
) -> Iterator[tuple[str, str, str]]:
    """Each key with its outcome before and after, as the runs end."""
    unfinished = set(runs)
    for receipt in receipts_of_runs(s3, runs, timeout):
        key = receipt["object"]["key"]
        unfinished.remove(key)
        yield key, _outcome(before[key]), _outcome(receipt)
    yield from ((key, _outcome(before[key]), _UNFINISHED) for key in unfinished)


def _outcome(receipt: dict[str, Any] | None) -> str:
    if receipt is None:
        return "无"
    return f"{receipt['outcome']}（{receipt['reason']}）" if receipt["reason"] else str(receipt["outcome"])


def _summarise(changes: Iterator[tuple[str, str, str]]) -> ExitCode:
    """Tell what changed; the code says whether some are not done, or failed again."""
    counts: Counter[str] = Counter()
    code = ExitCode.DONE
    for key, old, new in changes:
        if old != new:
            typer.echo(f"  {shown(key)}　{old} → {new}")
        if new == _UNFINISHED:
            code = ExitCode.NO_RESULT
        elif new.startswith("failed"):
            code = max(code, ExitCode.FAILED)
        counts["不变" if old == new else f"{old} → {new}"] += 1
    typer.echo("　".join(f"{change}：{number}" for change, number in counts.most_common()) or "没有要处理的对象。")
    if code is ExitCode.NO_RESULT:
        typer.echo(f"有运行没有完成：{awaited()}。补漏（sweep）会接着处理没有回执的对象。", err=True)
    return code
