"""`nianbao replay`: read stored sources again, after a fix or a failure, and say what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failure import ExitCode
from flows.cli.wait import awaited, ended
from tasks.shown import shown

if TYPE_CHECKING:
    from tasks.ledger import Ledger, ObjectRow

TIMEOUT_SECONDS = 3600.0
OUTCOMES = ("validated", "quarantined", "rejected", "failed")
_PAGE = 1000


def replay(
    keys: Annotated[list[str] | None, typer.Argument(help="landing 中的对象名", metavar="[KEY]...")] = None,
    prefix: Annotated[str | None, typer.Option("--prefix", help="重新处理此前缀下的对象")] = None,
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

    不写对象名时，几个选项同时成立的对象才重新处理；各取最新一版。
    退出码：0 都有新的结果，1 有对象不存在，5 有处理出错，6 有对象没有处理完。
    """
    from tasks.ledger import open_ledger

    if not keys and outcome is None and reader_older_than is None and not prefix:
        raise typer.BadParameter("请写明对象名，或 --prefix，或 --outcome，或 --reader-older-than")
    if outcome is not None and outcome not in OUTCOMES:
        raise typer.BadParameter(f"--outcome 只能是 {'、'.join(OUTCOMES)}")
    older_than = _version(reader_older_than) if reader_older_than is not None else None
    ledger = open_ledger(migrate=False)
    chosen = _named(ledger, keys) if keys else list(_chosen(ledger, prefix, outcome, older_than))
    before = {row.id: _outcome(row) for row in chosen}
    ledger.reopen(before)
    for row in chosen if keys else ():
        typer.echo(f"重新处理　{shown(row.object.key)}")
    code = ExitCode.ERROR if keys and len(chosen) < len(set(keys)) else ExitCode.DONE
    if not wait:
        typer.echo(f"{len(chosen)} 个对象将重新处理。")
    elif chosen or not keys:
        code = max(code, _summarise(_changes(chosen, before, timeout)))
    if code is not ExitCode.DONE:
        raise typer.Exit(code)


def _named(ledger: Ledger, keys: list[str]) -> list[ObjectRow]:
    """What is there now under these keys; where the ledger does not know it, it gets to know it."""
    from tasks.ledger import ObjectVersion
    from tasks.names import key_as_stored
    from tasks.settings import buckets_from_env
    from tasks.storage import head_object, is_folder_marker, plain_etag, s3_client

    s3, bucket = s3_client(), buckets_from_env().landing.bucket
    versions = []
    for key in dict.fromkeys(key_as_stored(s3, bucket, key) for key in keys):
        head = None if is_folder_marker(key) else head_object(s3, bucket, key)
        if head is None:
            typer.echo(f"没有这个对象：s3://{bucket}/{shown(key)}", err=True)
            continue
        etag, at = plain_etag(head["ETag"]), head["LastModified"]
        versions.append(ObjectVersion(bucket, key, etag, at, head["ContentLength"]))
    ledger.add(versions)
    return ledger.rows_of(versions)


def _chosen(
    ledger: Ledger, prefix: str | None, outcome: str | None, older_than: tuple[int, ...] | None
) -> Iterator[ObjectRow]:
    """The newest version of each object that meets every condition."""
    from tasks.ledger.asking import place_in_pages
    from tasks.settings import buckets_from_env

    landing, before = buckets_from_env().landing, None
    start = landing.key(prefix or "")
    readers = _readers() if older_than else {}
    while page := ledger.page(
        outcome=outcome, bucket=landing.bucket, prefix=start, is_open=False, before=before, limit=_PAGE
    ):
        before = place_in_pages(page[-1])
        for row in page:
            is_old = older_than is None or _version(readers.get(row.receipt_name, "0")) < older_than
            if is_old and row.outcome != "gone" and _is_newest(ledger, row):
                yield row


def _is_newest(ledger: Ledger, row: ObjectRow) -> bool:
    return ledger.find(row.object.bucket, row.object.key)[0].id == row.id


def _readers() -> dict[str | None, str]:
    """Which version of the reader each receipt names: receipts know it, the ledger does not."""
    from tasks.receipt.write import stored_receipts
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    found = stored_receipts(s3_client(), buckets_from_env())
    return {name: str(receipt["versions"]["reader"]) for name, receipt in found}


def _version(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split("."))
    except ValueError:
        raise typer.BadParameter(f"版本应是数字，如 2 或 2.1：{text}") from None


def _changes(
    chosen: list[ObjectRow], before: Mapping[int, str], timeout: float
) -> Iterator[tuple[str, str, str | None]]:
    """Each key with its outcome before and after, as the objects are done; None for those that are not in time."""
    unfinished = {row.id: row for row in chosen}
    for row in ended([row.object for row in chosen], timeout):
        del unfinished[row.id]
        yield row.object.key, before[row.id], _outcome(row)
    yield from ((row.object.key, before[row.id], None) for row in unfinished.values())


def _outcome(row: ObjectRow) -> str:
    if row.outcome is None:
        return "无"
    return f"{row.outcome}（{row.reason}）" if row.reason else row.outcome


def _summarise(changes: Iterator[tuple[str, str, str | None]]) -> ExitCode:
    """Tell what changed; the code says whether some are not done, or failed again."""
    counts: Counter[str] = Counter()
    code = ExitCode.DONE
    for key, old, outcome in changes:
        new = outcome or "没有完成"
        if old != new:
            typer.echo(f"  {shown(key)}　{old} → {new}")
        if outcome is None:
            code = ExitCode.NO_RESULT
        elif outcome.startswith("failed"):
            code = max(code, ExitCode.FAILED)
        counts["不变" if old == new else f"{old} → {new}"] += 1
    typer.echo("　".join(f"{change}：{number}" for change, number in counts.most_common()) or "没有要处理的对象。")
    if code is ExitCode.NO_RESULT:
        typer.echo(f"有对象没有处理完：{awaited()}。处理仍会继续。", err=True)
    return code
