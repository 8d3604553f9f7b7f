"""How a command ends that cannot do what it was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from tasks.shown import shown_lines


def failed(message: str, code: int = 1) -> typer.Exit:
    """Tell why on stderr; what it returns is to be raised."""
    typer.echo(shown_lines(message), err=True)
    return typer.Exit(code)


def check_files(paths: Iterable[Path]) -> None:
    """Raises typer.BadParameter unless all are files."""
    for path in paths:
        if not path.is_file():
            raise typer.BadParameter(f"没有这个文件：{path}")
