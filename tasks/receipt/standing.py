"""Where a report stands now, as its receipt tells it: the sentences, and receipts in S3 brought up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.html import render
from tasks.receipt.as_json import Json

if TYPE_CHECKING:
    from tasks.ledger import Other, Standing

_IN_PAGE = re.compile("<!-- standing -->.*?<!-- /standing -->", re.DOTALL)


def standing_dict(standing: Standing, written: str | None) -> Json:
    """What a receipt's JSON says of it; `written` is its version's address, told while that is current."""
    return {
        "written": [written] if written and standing.is_current else [],
        "superseded_by_quarantined": bool(standing.corrected_by_quarantined or standing.leaves_standing),
        "standing": {
            "place": standing.place,
            "is_current": standing.is_current,
            "replaced_by": _other(standing.replaced_by),
            "corrected_by_quarantined": _other(standing.corrected_by_quarantined),
            "leaves_standing": _other(standing.leaves_standing),
            "was_in_lake": standing.was_in_lake,
            "is_obsolete": standing.is_obsolete,
        },
    }


def standing_html(standing: Standing) -> str:
    """The part of a receipt's page that changes after it was written."""
    return render("receipt/standing.html", lines=list(standing_lines(standing)))


def standing_lines(standing: Standing) -> Iterator[str]:
    """What the uploader has to know of later versions, in Chinese."""
    if standing.replaced_by:
        yield f"同一报告的数据现在来自 {_named(standing.replaced_by)}，本次的数据已被取代。"
    elif standing.is_obsolete and not standing.is_current:
        yield "同一文件或同一报告已有较新的版本，本次结果只作记录，不需要再处理。"
    if standing.corrected_by_quarantined:
        yield (
            f"较新的版本 {_named(standing.corrected_by_quarantined)} 未通过校验，正在隔离区等待核对；"
            "数据湖中保留的是本次的数据。"
        )
    if standing.leaves_standing:
        yield f"数据湖中保留的是同一报告较早的版本 {_named(standing.leaves_standing)} 的数据。"


def brought_up_to_date(receipt: Json, page: str | None, standing: Standing) -> tuple[Json, str | None]:
    """A receipt and its page as they were written, with what is true now."""
    stored = receipt.get("version") or None
    told = receipt | standing_dict(standing, stored)
    return told, None if page is None else _IN_PAGE.sub(lambda _: standing_html(standing), page, count=1)


def _other(other: Other | None) -> Json | None:
    if other is None:
        return None
    return {"bucket": other.bucket, "key": other.key, "etag": other.etag, "landed_at": other.landed_at.isoformat()}


def _named(other: Other) -> str:
    return f"{other.key}（ETag {other.etag[:12]}）"
