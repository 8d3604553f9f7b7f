"""收件: what became of everything that landed, the newest first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from expectations.catalogue import CHAPTERS
from expectations.forms import FIRST_YEAR
from expectations.rules import RULES
from flows.desk.handling import page
from flows.desk.standing import stand
from flows.desk.view import render
from tasks.ledger import ObjectRow, open_ledger
from tasks.ledger.asking import Place
from tasks.ledger.listing import ON_THE_WAY, Listed, Wanted
from tasks.roles import Role
from tasks.settings import Place as Bucket
from tasks.settings import buckets_from_env
from tasks.shown import shown
from tasks.spreadsheet_text import text_only

_ROWS = 50
_TOGETHER = 500
_OUTCOMES = {
    "": "全部",
    ON_THE_WAY: "在途",
    "validated": "通过",
    "quarantined": "隔离",
    "rejected": "拒收",
    "failed": "出错",
    "gone": "未读取",
}
_COLUMNS = ("文件", "机关", "年度", "格式", "结果", "原因", "说明", "上传时间", "处理时间", "字节", "SHA-256")


class _Tab(NamedTuple):
    label: str
    number: int
    address: str
    is_chosen: bool


@page(Role.READ)
def inbox(request: Request) -> Response:
    """A page of the list."""
    wanted, ledger = _wanted(request), open_ledger()
    before, after = (_place(request.query_params.get(name)) for name in ("before", "after"))
    found = ledger.listed(wanted, before=before, after=after, limit=_ROWS + 1)
    is_more = len(found) > _ROWS
    found = (found[1:] if after else found[:-1]) if is_more else found
    counts = ledger.tally(wanted)
    landing = buckets_from_env().landing
    return render(
        request,
        "inbox.html",
        wanted=wanted,
        rows=[(one.row, stand(one.row), landing.name(one.row.object.key)) for one in found],
        tabs_of_outcomes=list(_tabs(wanted, counts)),
        total=_number(wanted.outcome, counts),
        newer=_address(wanted, after=found[0].place) if found and (before or (after and is_more)) else None,
        older=_address(wanted, before=found[-1].place) if found and (after or is_more) else None,
        csv=_address(wanted, path="/inbox.csv"),
        years=range(datetime.now(UTC).year, FIRST_YEAR - 1, -1),
        reasons=[(code, _title(code)) for code in ledger.reasons()],
        chapters=_chapters(),
    )


@page(Role.READ)
def as_csv(request: Request) -> Response:
    """All of the list as it is filtered, for Excel; it is sent while it is read."""
    name = f"attachment; filename=inbox-{datetime.now():%Y%m%d-%H%M}.csv"
    found = open_ledger().every(_wanted(request))
    return StreamingResponse(_lines(found), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _lines(found: Iterator[Listed]) -> Iterator[bytes]:
    landing = buckets_from_env().landing
    yield b"\xef\xbb\xbf" + _line(_COLUMNS)
    while together := b"".join(_line(_cells(one.row, landing)) for one in islice(found, _TOGETHER)):
        yield together


def _cells(row: ObjectRow, landing: Bucket) -> tuple[object, ...]:
    return (
        landing.name(row.object.key),
        row.agency,
        row.year,
        row.form,
        stand(row).label,
        row.reason,
        row.message,
        _iso(row.object.landed_at),
        _iso(row.processed_at),
        row.object.size,
        row.sha256,
    )


def _line(values: tuple[object, ...]) -> bytes:
    buffer = io.StringIO()
    texts = [value if isinstance(value, int) else text_only(shown(str(value or ""))) for value in values]
    csv.writer(buffer, lineterminator="\r\n").writerow(texts)
    return buffer.getvalue().encode()


def _iso(at: datetime | None) -> str:
    return at.astimezone().isoformat(timespec="seconds") if at else ""


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    year = asked.get("year", "")
    return Wanted(
        asked.get("q", "").strip()[:200],
        int(year) if year.isdecimal() and len(year) <= 4 else None,
        *((asked.get(name) or None) for name in ("outcome", "reason", "rule")),
    )


def _tabs(wanted: Wanted, counts: dict[str, int]) -> Iterator[_Tab]:
    for outcome, label in _OUTCOMES.items():
        number = _number(outcome, counts)
        is_chosen = (wanted.outcome or "") == outcome
        if number or is_chosen or outcome in ("", "validated", "quarantined", "rejected"):
            yield _Tab(label, number, _address(wanted, outcome=outcome), is_chosen)


def _number(outcome: str | None, counts: dict[str, int]) -> int:
    return counts.get(outcome, 0) if outcome else sum(counts.values())


def _address(
    wanted: Wanted, *, path: str = "/inbox", outcome: str | None = None, before: Place | None = None,
    after: Place | None = None,
) -> str:  # fmt: skip
    """Of the list with other conditions, or of another page of it."""
    asked = {
        "q": wanted.text, "year": wanted.year, "outcome": wanted.outcome if outcome is None else outcome,
        "reason": wanted.reason, "rule": wanted.rule, "before": _cursor(before), "after": _cursor(after),
    }  # fmt: skip
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def _cursor(place: Place | None) -> str:
    return f"{place[0].astimezone(UTC).isoformat()}~{place[1]}" if place else ""


def _place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    at, _, object_id = cursor.rpartition("~")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), int(object_id)
    except (ValueError, OverflowError):
        raise HTTPException(400, "页码无法理解，请回到收件的第一页。") from None


def _title(code: str) -> str:
    return RULES[code].title if code in RULES else code


def _chapters() -> list[tuple[str, list[tuple[str, str]]]]:
    """The rules by what they are about, as the catalogue has them."""
    return [
        (title, [(rule.code, rule.title) for rule in RULES.values() if rule.code.split(".")[0] == prefix])
        for prefix, title in CHAPTERS.items()
    ]


routes = [Route("/inbox", inbox), Route("/inbox.csv", as_csv)]
