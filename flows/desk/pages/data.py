"""Data (数据): charts, an agency's years, files to download, what columns mean, how other programs read the lake."""

from __future__ import annotations

import importlib.util
import json
import shutil
import uuid
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from expectations.evidence import Severity
from expectations.forms import FORMS
from expectations.messages import SEVERITY_NAMES
from expectations.places import place_label
from flows.desk.connecting import recipes, variables
from flows.desk.door import policy
from flows.desk.handling import page, visitor
from flows.desk.helper import exporting, looking
from flows.desk.plain_markdown import Block, blocks
from flows.desk.view import render
from tasks.ledger import open_ledger
from tasks.roles import Role
from tasks.settings import buckets_from_env, home

if TYPE_CHECKING:
    from tasks.analysis.agency import Agency
    from tasks.analysis.export import Language
    from tasks.analysis.first_look import Parts

_PLOTLY_STYLES = (
    "'self' 'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
    "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o=' 'sha256-wkY2X5hecQzbhnFCqvTpwrUJ1f4X8LH5WFjYUzv1wmU='"
)
"""What Plotly writes into a page, by its hash: two style elements that are empty at first, and `white-space: pre`."""

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_TABLES = {
    "reports": "报告",
    "disclosures": "表二 主动公开",
    "applications": "表三 依申请公开",
    "disputes": "表四 复议、诉讼",
    "cells": "单元格及其出处",
    "findings": "未通过的规则",
    "relations": "与其他报告的比较",
    "sections": "报告章节",
    "decisions": "人工决定",
}


@page(Role.READ)
def charts(request: Request) -> Response:
    """The first look at a year."""
    parts = looking.call(_charts, _year(request.query_params.get("year")))
    figures = [json.loads(chart) for _, drawn in parts.sections for chart in drawn]
    response = render(request, "data/charts.html", parts=parts, figures=figures, plotly=_plotly())
    response.headers["Content-Security-Policy"] = policy(_PLOTLY_STYLES)
    return response


@page(Role.READ)
def plotly_script(request: Request) -> Response:
    """Plotly's JavaScript, from its wheel."""
    path = _plotly_folder() / "package_data" / "plotly.min.js"
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return FileResponse(path, media_type="text/javascript", headers=headers)


@page(Role.READ)
def agency(request: Request) -> Response:
    """One agency, or a search for it."""
    name = request.query_params.get("name", "").strip()[:200]
    reports = open_ledger().reports_by_agency(name).get(name)
    if reports is None:
        found = open_ledger().reports_by_agency(name, limit=60) if name else {}
        return render(request, "data/agencies.html", sought=name, found=found)
    known = looking.call(_agency, name)
    years = sorted({year for values in known.figures.values() for year in values}, reverse=True)
    form = max(FORMS)
    lines = [
        (place_label(address, form), [values.get(year) for year in years])
        for address, values in sorted(known.figures.items(), key=lambda one: _order(one[0]))
    ]
    return render(
        request,
        "data/agency.html",
        name=name,
        reports=reports,
        years=years,
        lines=lines,
        findings=[(year, SEVERITY_NAMES.get(cast(Severity, severity), severity), severity, rule, message)
                  for year, severity, rule, message in known.findings],
    )  # fmt: skip


@page(Role.READ)
def download(request: Request) -> Response:
    """What can be downloaded: a form."""
    return render(request, "data/download.html", tables=_TABLES, agency=request.query_params.get("agency", ""))


@page(Role.READ)
def export(request: Request) -> Response:
    """The file that the form asks for. It is written first, by a process of its own, and then sent."""
    asked = request.query_params
    kind = asked.get("format", "xlsx")
    tables = [table for table in asked.getlist("table") if table in _TABLES] or list(_TABLES)
    years = [
        year for text in asked.get("years", "").replace("，", " ").replace(",", " ").split() if (year := _year(text))
    ]
    agencies = [name.strip() for name in asked.get("agency", "").splitlines() if name.strip()]
    if kind not in ("xlsx", "csv", "parquet"):
        raise HTTPException(400, "没有这种格式。")
    folder = home() / "cache" / "exports" / uuid.uuid4().hex
    language: Language = "en" if asked.get("headers") == "en" else "zh"
    try:
        path = exporting.call(_export, folder, kind, tables, years, agencies, language)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    name = "-".join(["年报", *map(str, years), *(agencies if len(agencies) == 1 else [])])
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name + path.suffix, safe='')}"}
    media_type = _TYPES[path.suffix[1:]]
    remove = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(path, media_type=media_type, headers=headers, background=remove)


@page(Role.READ)
def dictionary(request: Request) -> Response:
    """The data dictionary."""
    text = looking.call(_dictionary)
    if request.query_params.get("as") == "markdown":
        headers = {"Content-Disposition": 'attachment; filename="data-dictionary.md"'}
        return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)
    return render(request, "data/dictionary.html", blocks=_without_preface(list(blocks(text))))


@page(Role.READ)
def connect(request: Request) -> Response:
    """How other programs read the lake, with the addresses as they are here."""
    shown = variables()
    may_operate = visitor(request).may(Role.OPERATE)
    return render(request, "data/connect.html", variables=shown, recipes=recipes(), may_operate=may_operate)


def _without_preface(every: list[Block]) -> list[Block]:
    """Without its title, and without how it is made, which stands before the first heading."""
    first = next(number for number, block in enumerate(every) if block.kind == "h2")
    return every[first:]


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) == 4 else None


@cache
def _order_of() -> dict[str, int]:
    return {
        figure.address: number for number, figure in enumerate(f for form in FORMS.values() for f in form.figures())
    }


def _order(address: str) -> int:
    return _order_of().get(address, len(_order_of()))


@cache
def _plotly_folder() -> Path:
    found = importlib.util.find_spec("plotly")
    assert found
    assert found.origin
    return Path(found.origin).parent


def _plotly() -> str:
    return f"/data/plotly.js?{version('plotly')}"


def _charts(year: int | None) -> Parts:
    from tasks.analysis.first_look import first_look_parts

    return first_look_parts(buckets_from_env(), year)


def _agency(name: str) -> Agency:
    from tasks.analysis.agency import agency

    return agency(name, buckets_from_env())


def _dictionary() -> str:
    from tasks.analysis.dictionary import dictionary_markdown

    return dictionary_markdown()


def _export(
    folder: Path, kind: str, tables: Sequence[str], years: Sequence[int], agencies: Sequence[str], language: Language
) -> Path:
    from tasks.analysis.export import Selection
    from tasks.analysis.export import export as write

    is_one_file = kind == "xlsx" or len(tables) == 1
    to = folder / f"data.{kind}" if is_one_file else folder
    written = write(Selection(tables, years, agencies), to, kind, language, buckets=buckets_from_env())
    if is_one_file:
        return written[0].path
    packed = folder / "data.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED if kind == "csv" else zipfile.ZIP_STORED) as archive:
        for one in written:
            archive.write(one.path, one.path.name)
            one.path.unlink()
    return packed


routes = [
    Route("/data", charts),
    Route("/data/plotly.js", plotly_script),
    Route("/data/agency", agency),
    Route("/data/download", download),
    Route("/data/export", export),
    Route("/data/dictionary", dictionary),
    Route("/data/connect", connect),
]
