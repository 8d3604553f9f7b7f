"""The command line: one module a command; whatever is heavy is imported when its command runs."""

from __future__ import annotations

import atexit
import os
import sys
from typing import Annotated, NoReturn

import typer

from flows.cli.backfill import backfill
from flows.cli.chinese import ChineseCommand, ChineseGroup
from flows.cli.compact import compact
from flows.cli.demo import demo
from flows.cli.docs import docs
from flows.cli.env import env
from flows.cli.export import export
from flows.cli.failure import ExitCode
from flows.cli.listen import listen
from flows.cli.open import open  # noqa: A004 (the command's name)
from flows.cli.query import query
from flows.cli.read import read
from flows.cli.rebuild import rebuild
from flows.cli.replay import replay
from flows.cli.report import report
from flows.cli.retract import retract
from flows.cli.review import review
from flows.cli.status import status
from flows.cli.submit import submit
from flows.cli.trace import trace
from flows.cli.up import down, up
from flows.cli.user import user
from flows.services.environment import activate
from tasks.settings import home, settings, unknown_settings

app = typer.Typer(
    name="nianbao",
    cls=ChineseGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="把政府信息公开工作年度报告变成经过校验的数据。",
)
SERVICES = (demo, up, down, open, env, status)
REPORTS = (submit, read, replay, backfill, listen, retract)
DATA = (query, trace, report, export, compact, rebuild, docs)
for command in (*SERVICES, *REPORTS, *DATA):
    app.command(cls=ChineseCommand)(command)
app.add_typer(review)
app.add_typer(user)

_LIMITS = {
    "NIANBAO_PATIENCE": "short",
    "PREFECT_CLIENT_MAX_RETRIES": "1",
    "PREFECT_API_REQUEST_TIMEOUT": "10",
}
"""For who waits at the terminal: services are more patient."""


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nianbao {version('nianbao')}")
        raise typer.Exit


@app.callback()
def _find_services(
    context: typer.Context,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本后退出。")] = False,
) -> None:
    if context.invoked_subcommand == "read":
        return
    settings()
    for slip in unknown_settings():
        typer.echo(slip, err=True)
    if context.invoked_subcommand not in ("demo", "up", "down", "env", "open"):
        for name, value in _LIMITS.items():
            os.environ.setdefault(name, value)
        activate(home())


def main() -> None:
    """The entry point of `nianbao`."""
    try:
        app()
    except SystemExit as end:
        if "pyarrow" not in sys.modules or not isinstance(end.code, int):
            raise
        _end_at_once(end.code)


def _end_at_once(code: int) -> NoReturn:
    """Without the interpreter's own end, in which Arrow's threads abort the process if they still read ahead."""
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or ExitCode.ERROR
    os._exit(code)
