"""`nianbao review`: reports that wait for a person, and what a person decides on them."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.chinese import ChineseCommand, ChineseGroup
from flows.cli.failure import ExitCode, failed
from flows.cli.show import show_receipt
from flows.cli.wait import awaited, ended, receipt_of
from tasks.shown import shown, shown_json

if TYPE_CHECKING:
    from expectations.evidence import DecisionKind
    from tasks.ledger import ObjectRow
    from tasks.receipt.as_json import Json

_MOST = 12
"""Cells of a command that is offered: more would not be read."""
TIMEOUT_SECONDS = 300.0

review = typer.Typer(name="review", cls=ChineseGroup, no_args_is_help=True, help="人工核对：隔离区的报告等人作决定。")

Key = Annotated[str, typer.Argument(help="landing 中的对象名", metavar="KEY")]
Note = Annotated[str, typer.Option("--note", help="理由，记录在案")]
By = Annotated[str, typer.Option("--by", help="决定人", default_factory=getpass.getuser, show_default="当前用户")]


@review.command("list", cls=ChineseCommand)
def list_waiting(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON：每行一份回执")] = False,
    limit: Annotated[int, typer.Option("--limit", help="最多列出多少份")] = 1000,
) -> None:
    """列出等待决定的报告，新上传的在前。"""
    from tasks.ledger import open_ledger
    from tasks.storage import s3_client

    rows = open_ledger().review_queue(limit=limit)
    for row in rows:
        if as_json:
            receipt = receipt_of(s3_client(), row)
            typer.echo(shown_json(receipt) if receipt else "", nl=receipt is not None)
        else:
            who = f"{row.agency or '未知机关'} {row.year or ''}".strip()
            typer.echo(shown(f"{row.object.key}　{who}　{row.reason}　{row.message}"))
    if not rows and not as_json:
        typer.echo("没有等待决定的报告。")
    elif len(rows) == limit and not as_json:
        typer.echo(f"只列出了最新的 {limit} 份，更多请用 --limit。", err=True)


@review.command(cls=ChineseCommand)
def show(key: Key) -> None:
    """显示一份报告为什么被隔离，以及可以作的决定。"""
    from tasks.ledger import open_ledger
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    rows = [row for row in open_ledger().find(buckets_from_env().landing.bucket, key) if row.receipt_name]
    receipt = receipt_of(s3_client(), rows[0]) if rows else None
    if receipt is None:
        raise failed(f"没有回执：{shown(key)}")
    show_receipt(receipt)
    doubts = _names_in_doubt(receipt)
    if doubts:
        choices = " ".join(f"{name}={'|'.join(values)}" for name, values in doubts.items())
        typer.echo(f"  请写明　nianbao review correct {key} {choices} --note …（“|”分开的是读出的，也可另写）")
    for finding in receipt["findings"]:
        if finding["suspect"]:
            cell = f"{finding['suspect']['address']}={finding['suspect']['balancing_value']}"
            typer.echo(f"  可更正　nianbao review correct {shown(key)} {cell} --note …")
            break
    for offered in _offered(rows[0]):
        typer.echo(f"  {offered[0]}　nianbao review correct {shown(key)} {offered[1]} --note …")


def _offered(row: ObjectRow) -> Iterator[tuple[str, str]]:
    """What is to be looked at (a doubtful figure, as it was read) and what can be given (a figure that was missed)."""
    from tasks.judge.offers import offers, proposal
    from tasks.receipt.as_json import number
    from tasks.receipt.stored import stored
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    found = stored(s3_client(), buckets_from_env(), row)
    if found is None or found.report is None or row.outcome != "quarantined":
        return
    cells = {cell.address: cell for cell in found.report.cells}
    offered = offers(found.findings, found.report.forms, cells).cells
    missed = [one.address for one in offered if one.address not in cells]
    doubted = [(one.address, proposal(one, cells.get(one.address))) for one in offered if one.kind == "doubted"]
    if doubted:
        yield "请核对", " ".join(f"{a}={'…' if v is None else number(v)}" for a, v in doubted[:_MOST])
    if missed:
        yield "可补上", " ".join(f"{address}=…" for address in missed[:_MOST])


def _names_in_doubt(receipt: Json) -> dict[str, list[str]]:
    """What was read for the agency and the year where that is in doubt and nobody has settled it."""
    from expectations.rules.documents import IDENTITY_DOUBTS

    findings = {f["rule"]: f for f in receipt["findings"] if not f["decision"]}
    return {name: findings[rule]["candidates"] for name, rule in IDENTITY_DOUBTS.items() if rule in findings}


@review.command(cls=ChineseCommand)
def accept(key: Key, note: Note, by: By) -> None:
    """按原文入库：问题保留，并注明由谁接受。"""
    keep_decision(key, "accept", note, by, {})


@review.command(cls=ChineseCommand)
def reject(key: Key, note: Note, by: By) -> None:
    """维持隔离：不再列为等待决定。"""
    keep_decision(key, "reject", note, by, {})


@review.command(cls=ChineseCommand)
def correct(
    key: Key,
    corrections: Annotated[
        list[str],
        typer.Argument(
            help="单元格=数值，如 table3.new.total=5；空白的写“空白”；漏读的格可补上，并写明位置：5@页码:左,上,右,下",
            metavar="ADDRESS=VALUE",
        ),
    ],
    note: Note,
    by: By,
) -> None:
    """更正单元格（或 agency、year）后重新校验；原文与更正值都保留。读数无误的，写与读出相同的数即为确认。"""
    wanted = dict(part.partition("=")[::2] for part in corrections)
    keep_decision(key, "correct", note, by, wanted)


@review.command(cls=ChineseCommand)
def undo(key: Key, note: Note, by: By) -> None:
    """撤销最近一次决定，按之前的决定重新判定。"""
    keep_decision(key, "undo", note, by, {})


def keep_decision(key: str, kind: DecisionKind, note: str, by: str, corrections: dict[str, str]) -> Json:
    """Keep the decision, have the object processed again under it, and show and return the new receipt."""
    from tasks.judge.review import CannotDecideError, decide
    from tasks.ledger import open_ledger
    from tasks.settings import buckets_from_env
    from tasks.storage import s3_client

    s3 = s3_client()
    try:
        row = decide(s3, buckets_from_env(), open_ledger(), key, kind, note, by, corrections)
    except CannotDecideError as error:
        raise failed(shown(str(error))) from error
    done = next(ended([row.object], TIMEOUT_SECONDS), None)
    receipt = receipt_of(s3, done) if done else None
    if receipt is None:
        raise failed(
            f"决定已记录，但 {TIMEOUT_SECONDS:.0f} 秒内没有新的回执：{awaited()}。处理仍会继续。", ExitCode.NO_RESULT
        )
    show_receipt(receipt)
    return receipt
