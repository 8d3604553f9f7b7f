"""`nianbao read`: judge files from disk, with no server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.failure import ExitCode, check_files, outcome_code
from tasks.shown import shown_json


def read(
    files: Annotated[list[Path], typer.Argument(help="报告文件", metavar="FILE...")],
    as_json: Annotated[bool, typer.Option("--json", help="每个文件输出一行 JSON")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="附上每个数字的页码、位置与原文")] = False,
) -> None:
    """读取磁盘上的报告并给出判定，不需要任何服务。

    退出码：0 全部通过，3 有隔离，4 有拒收；--json 时只要都判定了就是 0。
    """
    from tasks.judge.file import judge

    check_files(files)
    outcomes = []
    for path in files:
        judgement = judge(path)
        if as_json:
            from flows.cli.read_json import as_record

            typer.echo(shown_json(as_record(judgement, evidence=evidence)))
        else:
            from flows.cli.read_terminal import show

            show(judgement, evidence=evidence)
        outcomes.append(judgement.verdict.outcome if judgement.verdict else "rejected")
    code = outcome_code(outcomes)
    if code is not ExitCode.DONE and not as_json:
        raise typer.Exit(code)
