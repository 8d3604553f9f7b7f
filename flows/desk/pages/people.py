"""用户: who may come to the desk and do what; for those who operate it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from flows.desk.handling import Form, action, page, visitor
from flows.desk.links import desk_address, make_link
from flows.desk.view import render
from tasks.ledger import open_ledger
from tasks.roles import Role
from tasks.settings import home


@page(Role.OPERATE)
def people(request: Request) -> Response:
    """All users."""
    return _page(request)


@action(Role.OPERATE)
def add(request: Request, sent: Form) -> Response:
    """A new user, whose link is shown once."""
    name = sent.one("name").strip()
    open_ledger().add_user(name, _roles(sent))
    return _page(request, name, _link(name))


@action(Role.OPERATE)
def change(request: Request, sent: Form) -> Response:
    """Other roles for a user, a new link, or no user any more."""
    name, wanted = sent.one("name"), sent.one("do")
    if name == visitor(request).name and wanted != "link":
        raise HTTPException(400, "不能改变或移除自己；请由另一位运维人员操作，或用 nianbao user 命令。")
    if wanted == "link":
        return _page(request, name, _link(name))
    if wanted == "roles":
        open_ledger().change_user(name, roles=_roles(sent))
    elif wanted == "remove":
        open_ledger().remove_user(name)
    return RedirectResponse("/operate/people", 303)


def _page(request: Request, name: str = "", link: str = "") -> Response:
    return render(
        request, "people.html", people=open_ledger().every_user(), every_role=list(Role), name=name, link=link
    )


def _link(name: str) -> str:
    return make_link(open_ledger(), name, desk_address(home()))


def _roles(sent: Form) -> list[Role]:
    roles = [role for role in Role if role in sent.every("role")]
    if not roles:
        raise HTTPException(400, "请至少选择一项权限。")
    return roles


routes = [
    Route("/operate/people", people),
    Route("/operate/people/add", add, methods=["POST"]),
    Route("/operate/people/change", change, methods=["POST"]),
]
