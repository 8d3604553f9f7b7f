"""Report (报告): what was read of a file beside its pages, what is wrong with it, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from expectations.forms import FORMS
from flows.desk import page_pictures
from flows.desk.beside import beside
from flows.desk.handling import page, visitor
from flows.desk.helper import reading
from flows.desk.history import history
from flows.desk.sheets import sheets
from flows.desk.standing import stand
from flows.desk.view import render
from tasks.ledger import ObjectRow, open_ledger
from tasks.receipt.page.findings import accused, marks, shown_findings
from tasks.receipt.page.pages import Pages
from tasks.receipt.page.tables import shown_tables
from tasks.roles import Role
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

if TYPE_CHECKING:
    from tasks.receipt.stored import Stored

_CHUNK = 65_536
_MOST = 60


@page(Role.READ)
def index(request: Request) -> Response:
    """Agencies and their years: each year leads to the report."""
    sought = request.query_params.get("q", "").strip()[:100]
    after = request.query_params.get("after", "")
    reports = open_ledger().reports_by_agency(sought, after, _MOST + 1)
    agencies = list(reports)[:_MOST]
    years = sorted({year for agency in agencies for year in reports[agency]}, reverse=True)
    more = agencies[-1] if len(reports) > _MOST else None
    shown = {agency: reports[agency] for agency in agencies}
    return render(request, "report/index.html", sought=sought, after=after, reports=shown, years=years, more=more)


@page(Role.READ)
def report(request: Request) -> Response:
    """One report, of one landed object."""
    row = row_of(request)
    if row.duplicate_of is not None:
        return RedirectResponse(f"/report/{row.duplicate_of}", 303)
    found = stored_of(row)
    if found is None:
        return render(request, "report/waiting.html", row=row)
    read, form = found.report, found.receipt["form"] or max(FORMS)
    marked = marks(found.findings, read.cells if read else ())
    sizes = page_pictures.sizes(row)
    findings = shown_findings(found.findings, form, Pages((), (), marked, form))
    return render(
        request,
        "report/report.html",
        row=row,
        stand=stand(row),
        title=read.title if read else row.object.key,
        receipt=found.receipt,
        run_url=_link(found.receipt["flow_run"]["url"]),
        findings=[(one, accused(finding)) for one, finding in zip(findings, found.findings, strict=True)],
        sheets=sheets(read.cells, marked, form, sizes) if read else [],
        tables=shown_tables(read, marked) if read else [],
        addressed=True,
        beside=beside(row, read) if read else None,
        history=history(row),
        may_review=row.outcome == "quarantined" and visitor(request).may(Role.REVIEW),
    )


@page(Role.READ)
def picture(request: Request) -> Response:
    """A page's picture. It is of bytes that never change, so browsers may keep it."""
    path = page_pictures.picture(row_of(request), request.path_params["number"])
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"})


@page(Role.READ)
def source(request: Request) -> Response:
    """The file as it was handed in: to be saved, never to be shown by a browser as a page of ours."""
    row = row_of(request)
    s3 = s3_client()
    try:
        found = s3.get_object(Bucket=row.object.bucket, Key=row.object.key)
    except s3.exceptions.NoSuchKey:
        raise HTTPException(404, "原文件已被删除。") from None
    if found["ETag"].strip('"') != row.object.etag:
        raise HTTPException(404, "原文件已被新的版本取代。")
    name = quote(row.object.key.rpartition("/")[2] or "report", safe="", errors="replace")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Content-Length": str(row.object.size)}
    if row.object.size is None:
        del headers["Content-Length"]
    return StreamingResponse(found["Body"].iter_chunks(_CHUNK), media_type="application/octet-stream", headers=headers)


def row_of(request: Request) -> ObjectRow:
    """The landed object that the address names. Raises HTTPException for one that there is not."""
    number = request.path_params["id"]
    row = open_ledger().get([number]).get(number) if number < 2**62 else None
    if row is None:
        raise HTTPException(404, "没有这份报告。")
    return row


def stored_of(row: ObjectRow) -> Stored | None:
    """What is stored of it; None if it has no receipt yet."""
    return reading.call(_stored, row)


def _link(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None


def _stored(row: ObjectRow) -> Stored | None:
    from tasks.receipt.stored import stored

    return stored(s3_client(), buckets_from_env(), row)


routes = [
    Route("/report", index),
    Route("/report/{id:int}", report),
    Route("/report/{id:int}/page/{number:int}.jpg", picture),
    Route("/report/{id:int}/source", source),
]
