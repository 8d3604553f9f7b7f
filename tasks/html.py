"""HTML by Jinja2 templates, beside the code that fills them; what is filled in is escaped, what is missing raises."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.shown import shown


def render(template: str, **values: object) -> str:
    """The template, named by its path in this package, filled in."""
    return environment(Path(__file__).parent).get_template(template).render(values)


@cache
def environment(*folders: str | Path) -> Environment:
    """Templates of these folders."""
    found = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["shown"] = shown
    return found
