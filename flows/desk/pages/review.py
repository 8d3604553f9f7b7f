"""Review (核对): what waits for a person, by kind of doubt; each figure beside its picture, decided by keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from expectations.evidence import DecisionKind
from expectations.forms import FORMS
from expectations.messages import NAMES
from expectations.places import place_label
from expectations.rules import RULES
from flows.desk import page_pictures
from flows.desk.cards import card_of, cards
from flows.desk.handling import call, page, visitor
from flows.desk.helper import judging, reading
from flows.desk.pages.report import row_of, stored_of
from flows.desk.standing import stand
from flows.desk.view import render
from tasks.judge.decisions import in_force, reviews_of
from tasks.judge.offers import offers
from tasks.ledger import ObjectRow, open_ledger
from tasks.roles import Role
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

if TYPE_CHECKING:
    from tasks.judge.draft import Held

_SHOWN = 50
_AHEAD = 200
_MOST_CELLS = 400
_NOTE = "已核对原文"


@page(Role.REVIEW)
def queue(request: Request) -> Response:
    """All that waits, by reason."""
    judging.prepare()
    ledger = open_ledger()
    reasons = ledger.review_reasons()
    groups = [
        (reason, RULES[reason].title if reason in RULES else reason, count, _waiting(reason, _SHOWN))
        for reason, count in reasons.items()
    ]
    return render(request, "review/queue.html", groups=groups, total=sum(reasons.values()))


@page(Role.REVIEW)
def report(request: Request) -> Response:
    """One report: all that keeps it out of the lake, each at its place."""
    judging.prepare()
    row = row_of(request)
    found = stored_of(row)
    if found is None or row.is_open:
        return render(request, "report/waiting.html", row=row)
    if row.outcome != "quarantined" or row.duplicate_of is not None:
        return RedirectResponse(f"/report/{row.id}", 303)
    form = found.receipt["form"] or max(FORMS)
    read = found.report
    offered = offers(found.findings, read.forms if read else {}, [cell.address for cell in read.cells] if read else [])
    sizes = page_pictures.sizes(row) if read else ()
    known = _decisions(row)
    return render(
        request,
        "review/report.html",
        row=row,
        receipt=found.receipt,
        cards=cards(offered.cells, read, form, sizes) if read else [],
        names=[(one, NAMES[one.name], str(found.receipt[one.name] or "")) for one in offered.names],
        first_page=sizes[0] if sizes else None,
        others=offered.others,
        places=[(figure.address, place_label(figure.address, form)) for figure in FORMS[form].figures()],
        seen=len(known),
        undoable=len(in_force(reviews_of(known))),
        title=RULES[row.reason].title if row.reason in RULES else row.reason or "",
        left=max(open_ledger().review_reasons().get(row.reason or "", 0) - 1, 0),
        following=_following(row),
    )


@page(Role.REVIEW)
def card(request: Request) -> Response:
    """One more cell to be looked at: a part of the page above."""
    row = row_of(request)
    found = stored_of(row)
    address = request.query_params.get("address", "")
    if found is None or found.report is None:
        raise HTTPException(404)
    try:
        one = card_of(address, found.report, found.receipt["form"] or max(FORMS), page_pictures.sizes(row))
    except LookupError:
        raise HTTPException(404, "表中没有这一格。") from None
    return render(request, "review/card_alone.html", row=row, card=one)


@call(Role.REVIEW)
def hold(request: Request, asked: dict[str, Any]) -> Response:
    """What the rules say of the report with what has been typed so far."""
    row = row_of(request)
    about = [str(address) for address in asked.get("about") or []][:_MOST_CELLS]
    held = judging.call(_hold, row.id, _corrections(asked), about)
    findings = [
        {"rule": f["rule"], "message": f["message"], "where": f["where"]}
        for f in held.findings
        if f["severity"] == "critical" and not f["decision"]
    ]
    return JSONResponse({"outcome": held.outcome, "findings": findings, "sums": held.sums})


@call(Role.REVIEW)
def decide(request: Request, asked: dict[str, Any]) -> Response:
    """Keep a decision: the same as `nianbao review`, by the one who is signed in."""
    row = row_of(request)
    kind, corrections = asked.get("kind"), _corrections(asked)
    if kind not in get_args(DecisionKind) or kind == "retract":
        raise HTTPException(400, "没有这种决定。")
    note = str(asked.get("note") or "").strip() or (_NOTE if kind in ("correct", "undo") else "")
    seen = asked.get("seen")
    if not isinstance(seen, int):
        raise HTTPException(400, "请求无法理解。")
    following = _following(row)
    helper = judging if kind == "accept" and corrections else reading
    helper.call(_settle, row.id, cast(DecisionKind, kind), note, visitor(request).name, corrections, seen)
    return JSONResponse({"next": f"/review/{following}" if following else "/review"})


@page(Role.REVIEW)
def state(request: Request) -> Response:
    """How a report stands now, for the page that its decision was made on."""
    row = row_of(request)
    now = stand(row)
    seen = len(_decisions(row))
    answer = {"label": now.label, "kind": now.kind, "sentence": now.sentence, "is_final": now.is_final, "seen": seen}
    return JSONResponse(answer)


def _decisions(row: ObjectRow) -> list[str]:
    return [one.content for one in open_ledger().decisions_on(row.sha256)]


def _waiting(reason: str | None, limit: int) -> list[ObjectRow]:
    """Without those that are being judged again: they have been decided on just now."""
    return [row for row in open_ledger().review_queue(reason=reason, limit=limit) if not row.is_open]


def _following(row: ObjectRow) -> int | None:
    """The next one of its kind, or of any; the queue is newest first, and begins again at its end."""
    for reason in (row.reason, None):
        ids = [one.id for one in _waiting(reason, _AHEAD)]
        at = ids.index(row.id) if row.id in ids else -1
        others = [one for one in ids[at + 1 :] + ids[: max(at, 0)] if one != row.id]
        if others:
            return others[0]
    return None


def _corrections(asked: Mapping[str, Any]) -> dict[str, str]:
    found = asked.get("corrections") or {}
    if not isinstance(found, dict) or len(found) > _MOST_CELLS:
        raise HTTPException(400, "请求无法理解。")
    return {str(address): str(value)[:200] for address, value in found.items()}


def _hold(object_id: int, corrections: Mapping[str, str], about: list[str]) -> Held:
    from tasks.judge import draft

    return draft.hold(s3_client(), open_ledger(), object_id, corrections, about)


def _settle(object_id: int, kind: DecisionKind, note: str, by: str, corrections: Mapping[str, str], seen: int) -> None:
    from tasks.judge import draft

    draft.settle(s3_client(), buckets_from_env(), open_ledger(), object_id, kind, note, by, corrections, seen)


routes = [
    Route("/review", queue),
    Route("/review/{id:int}", report),
    Route("/review/{id:int}/card", card),
    Route("/review/{id:int}/state", state),
    Route("/review/{id:int}/hold", hold, methods=["POST"]),
    Route("/review/{id:int}/decide", decide, methods=["POST"]),
]
