"""How a command ends that cannot do what it was asked for, or has something to say by its exit code."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import Any

import typer

from flows.services.disk import disk
from tasks.errors import Failure, SettingError
from tasks.settings import home
from tasks.shown import shown_lines


class ExitCode(IntEnum):
    """What the exit code of `nianbao` means; the later of two that both apply is told."""

    DONE = 0
    """All that was asked for; of files: all are validated."""
    ERROR = 1
    """It could not be done: something is missing, does not answer, or is full."""
    USAGE = 2
    """Wrong arguments, settings or SQL."""
    QUARANTINED = 3
    """At least one file was read, and is kept back."""
    REJECTED = 4
    """At least one file is no report that could be read."""
    FAILED = 5
    """At least one file has no other outcome for our own fault."""
    NO_RESULT = 6
    """The time was over before there was a result; the work goes on."""
    INTERRUPTED = 130
    """By Ctrl-C."""


_BY_OUTCOME = {
    "quarantined": ExitCode.QUARANTINED,
    "rejected": ExitCode.REJECTED,
    "failed": ExitCode.FAILED,
}


def outcome_code(outcomes: Iterable[str]) -> ExitCode:
    """The code of the strongest outcome: 0 if all are validated."""
    return max((_BY_OUTCOME.get(outcome, ExitCode.DONE) for outcome in outcomes), default=ExitCode.DONE)


def failed(message: str, code: int = ExitCode.ERROR) -> typer.Exit:
    """Tell why on stderr; what it returns is to be raised."""
    typer.echo(shown_lines(message), err=True)
    return typer.Exit(code)


def check_files(paths: Iterable[Path]) -> None:
    """Raises typer.BadParameter unless all are files."""
    for path in paths:
        if not path.is_file():
            raise typer.BadParameter(f"没有这个文件：{path}")


def explain(error: BaseException) -> tuple[str, ExitCode] | None:
    """What a person is told of an error that the surroundings caused; None for one that is ours."""
    if isinstance(error, SettingError):
        return str(error), ExitCode.USAGE
    text = _explained(error, {cls.__module__.partition(".")[0] for cls in type(error).__mro__})
    if text is None:
        return None
    found = disk(home())
    more = f"\n{found.warning}" if found and found.warning and found.warning not in text else ""
    return text + more, ExitCode.ERROR


def _explained(error: BaseException, packages: set[str]) -> str | None:
    if isinstance(error, Failure):
        return f"{error}（{error.code}）" if error.meaning else str(error)
    if "botocore" in packages:
        return _of_storage(error)
    if packages & {"httpx", "httpcore", "prefect"}:
        return f"Prefect（{os.environ.get('PREFECT_API_URL', '未设置 PREFECT_API_URL')}）{_of_prefect(error)}"
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"磁盘已满，无法写入{f' {error.filename}' if error.filename else '输出'}。"
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return f"没有权限，或只能读：{error.filename or error}"
        return f"无法完成：{error}"
    if "sqlalchemy" in packages or "sqlite3" in packages:
        return f"数据库出错：{error}"
    return None


def _of_storage(error: Any) -> str:  # noqa: ANN401 (an error of botocore, which is not imported for this)
    where = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "AWS"
    name = type(error).__name__
    if "Timeout" in name:
        return f"对象存储没有响应：{where}。用 nianbao status --services 查看。"
    if "Connection" in name:
        return f"连接不上对象存储，请先 nianbao up，或检查 AWS_ENDPOINT_URL_S3：{error}"
    response = getattr(error, "response", None)
    if response:
        code, message = (response.get("Error", {}).get(field, "") for field in ("Code", "Message"))
        return f"对象存储报错：{code} {message}"
    return f"对象存储：{error}"


def _of_prefect(error: BaseException) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"报错：HTTP {status}。日志：{home()}/logs/prefect.log"
    if "Timeout" in type(error).__name__:
        return "没有响应。用 nianbao status --services 查看。"
    if "Connect" in type(error).__name__:
        return "连接不上，请先 nianbao up。"
    return f"出错：{error}"
