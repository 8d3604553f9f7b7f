"""`nianbao read`: judge files from disk, with no server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.failure import check_files
from tasks.shown import shown_json


def read(
    files: Annotated[list[Path], typer.Argument(help="报告文件", metavar="FILE...")],
    as_json: Annotated[bool, typer.Option("--json", help="每个文件输出一行 JSON")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="附上每个数字的页码、位置与原文")] = False,
) -> None:
    """读取磁盘上的报告并给出判定，不需要任何服务。"""
    from tasks.judge import judge

    check_files(files)
    for path in files:
        judgement = judge(path)
        if as_json:
            from flows.cli.read_json import as_record

            typer.echo(shown_json(as_record(judgement, evidence=evidence)))
        else:
            from flows.cli.read_terminal import show

            show(judgement, evidence=evidence)
