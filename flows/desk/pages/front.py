"""The bare address: it leads to what the visitor has most to do with."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from flows.desk.handling import page, visitor
from flows.desk.view import TABS
from tasks.roles import Role


@page(Role.READ)
def front(request: Request) -> Response:
    """To the first page of the navigation."""
    who = visitor(request)
    return RedirectResponse(next(tab.path for tab in TABS if who.may(tab.role)), 303)


routes = [Route("/", front)]
