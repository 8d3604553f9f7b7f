"""The command line: one module a command; whatever is heavy is imported when its command runs."""

from __future__ import annotations

import typer

from flows.cli.query import query
from flows.cli.read import read

app = typer.Typer(
    name="nianbao", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="把政府信息公开工作年度报告变成经过校验的数据。",
)  # fmt: skip
app.command()(read)
app.command()(query)


def main() -> None:
    """The entry point of `nianbao`."""
    app()
