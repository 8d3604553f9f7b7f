"""`nianbao read`: judge files from disk, with no server."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failure import ExitCode, check_files, outcome_code
from tasks.shown import shown_json

if TYPE_CHECKING:
    from tasks.judge.files import Judgement

logger = logging.getLogger(__name__)


def read(
    files: Annotated[list[Path], typer.Argument(help="报告文件", metavar="FILE...")],
    as_json: Annotated[bool, typer.Option("--json", help="每个文件输出一行 JSON")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="附上每个数字的页码、位置与原文")] = False,
) -> None:
    """读取磁盘上的报告并给出判定，不需要任何服务。

    退出码：0 全部通过，3 有隔离，4 有拒收；--json 时只要都判定了就是 0。
    """
    from flows.cli.read_json import as_record
    from flows.cli.read_terminal import show

    check_files(files)
    outcomes = []
    for path in files:
        body = path.read_bytes()
        judgement = _judged(path, body)
        record = as_record(judgement, str(path), hashlib.sha256(body).hexdigest(), evidence=evidence)
        if as_json:
            typer.echo(shown_json(record))
        else:
            show(record, judgement.report if evidence else None)
        outcomes.append(record["outcome"])
    code = outcome_code(outcomes)
    if code is not ExitCode.DONE and not as_json:
        raise typer.Exit(code)


def _judged(path: Path, body: bytes) -> Judgement:
    """Here is no run that could fail: broken machinery is told as a rejection that says so."""
    from tasks.errors import ProcessingFailed
    from tasks.judge.files import Judgement, judge_file

    try:
        return judge_file(path.name, body)
    except Exception as error:
        logger.exception("%s: processing failed", path)
        return Judgement(rejected=ProcessingFailed(type(error).__name__))
