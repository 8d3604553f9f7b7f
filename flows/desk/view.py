"""Pages from templates: what is filled in is escaped, what is missing raises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

import tasks
from flows.desk.handling import visitor
from tasks.html import environment
from tasks.roles import Role, role_names

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the navigation, for those who have its role."""

    path: str
    label: str
    role: Role


TABS = (
    Tab("/upload", "上传", Role.HAND_IN),
    Tab("/inbox", "收件", Role.READ),
    Tab("/review", "核对", Role.REVIEW),
    Tab("/report", "报告", Role.READ),
    Tab("/data", "数据", Role.READ),
    Tab("/operate", "运维", Role.OPERATE),
)


def render(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The template, named by its path in `templates/`, filled in, with all that the frame around it needs."""
    who = visitor(request)
    frame = {"who": who, "path": request.url.path, "tabs": [tab for tab in TABS if who.may(tab.role)]}
    return HTMLResponse(_environment().get_template(template).render({**frame, **values}), status)


@cache
def _environment() -> Environment:
    found = environment(FOLDER / "templates", *tasks.__path__)  # the receipt's tables are ours too
    found.filters.update(role_names=role_names, count=_count, instant=_instant, size=_size)
    found.globals["static"] = _static
    return found


def _static(name: str) -> str:
    """The address of a static file."""
    return f"/static/{static_version()}/{name}"


@cache
def static_version() -> str:
    """Changes with what any of them holds, so that browsers may keep them for ever."""
    files = sorted((FOLDER / "static").iterdir())
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()[:12]


def _count(number: int) -> str:
    return f"{number:,}"


def _instant(at: datetime | None) -> str:
    """As clocks here show it, to the minute; the page's JavaScript shows it as the visitor's clock does."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""


def _size(number: int | None) -> str:
    if number is None:
        return ""
    if number < 1024:
        return f"{number} 字节"
    return f"{number / 1024:.0f} KB" if number < 1024 * 1024 else f"{number / 1024 / 1024:.1f} MB"
