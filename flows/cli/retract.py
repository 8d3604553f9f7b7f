"""`nianbao retract`: take a validated report out of the lake, for good and on record."""

from __future__ import annotations

import typer

from flows.cli.failure import failed
from flows.cli.review import By, Key, Note, keep_decision
from tasks.shown import shown


def retract(key: Key, note: Note, by: By) -> None:
    """撤回一份已入库的报告：移出数据湖，记录在案，重新处理或上传同样的文件都不会恢复。"""
    receipt = keep_decision(key, "retract", note, by, {})
    if receipt["outcome"] != "quarantined" or receipt["superseded_by_quarantined"]:
        raise failed("决定已记录，但数据没有移出数据湖，请查看上面的结果。")
    typer.echo(f"已撤回，数据已移出数据湖。要恢复：nianbao review accept {shown(key)} --note …")
