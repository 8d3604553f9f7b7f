"""The command line: one module a command; whatever is heavy is imported when its command runs."""

from __future__ import annotations

import typer

from flows.cli.backfill import backfill
from flows.cli.compact import compact
from flows.cli.demo import demo
from flows.cli.docs import docs
from flows.cli.env import env
from flows.cli.export import export
from flows.cli.listen import listen
from flows.cli.open import open  # noqa: A004 (the command's name)
from flows.cli.query import query
from flows.cli.read import read
from flows.cli.replay import replay
from flows.cli.report import report
from flows.cli.retract import retract
from flows.cli.review import review
from flows.cli.status import status
from flows.cli.submit import submit
from flows.cli.trace import trace
from flows.cli.up import down, up
from flows.services.environment import activate
from tasks.settings import home

app = typer.Typer(
    name="nianbao",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="把政府信息公开工作年度报告变成经过校验的数据。",
)
SERVICES = (demo, up, down, open, env, status)
REPORTS = (submit, read, replay, backfill, listen, retract)
DATA = (query, trace, report, export, compact, docs)
for command in (*SERVICES, *REPORTS, *DATA):
    app.command()(command)
app.add_typer(review)


@app.callback()
def _find_services(context: typer.Context) -> None:
    if context.invoked_subcommand not in ("demo", "up", "down", "env", "open", "read"):
        activate(home())


def main() -> None:
    """The entry point of `nianbao`."""
    try:
        app()
    except Exception as error:
        from botocore.exceptions import EndpointConnectionError

        if not isinstance(error, EndpointConnectionError):
            raise
        typer.echo(f"连接不上对象存储，请先 nianbao up，或检查 AWS_ENDPOINT_URL_S3：{error}", err=True)
        raise SystemExit(1) from error
