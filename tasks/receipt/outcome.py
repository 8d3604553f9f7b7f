"""The receipt of each way in which a landed object can end, whoever processed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from expectations.messages import NAMES
from tasks.errors import Rejected
from tasks.judge.decisions import Review, standing
from tasks.lake.publish import Publication
from tasks.receipt.as_json import Json
from tasks.values import Receipt, Report, Source, Verdict


@dataclass(frozen=True, slots=True)
class Origin:
    """The run that processed an object, and the seconds of its stages."""

    flow_run_id: str | None = None
    flow_run_url: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def judged_receipt(
    source: Source,
    report: Report,
    verdict: Verdict,
    publication: Publication,
    reviews: Sequence[Review],
    origin: Origin,
) -> Receipt:
    """A report that was read and held against the rules."""
    return Receipt(
        **_base(source, origin),
        outcome=verdict.outcome,
        reason=verdict.reason,
        message=summary(report, verdict),
        agency=report.agency,
        year=report.year,
        form=report.form,
        report_id=publication.report_id,
        findings=verdict.findings,
        rules=verdict.rules,
        review=standing(reviews),
        read_as=report.read_as,
        written=publication.written,
        superseded_by_quarantined=publication.superseded_by_quarantined,
    )


def rejected_receipt(source: Source, rejected: Rejected, origin: Origin) -> Receipt:
    """A file that cannot be read as a report."""
    return Receipt(**_base(source, origin), outcome="rejected", reason=rejected.code, message=str(rejected))


def duplicate_receipt(source: Source, first: Json, origin: Origin) -> Receipt:
    """Bytes that were processed before, under another key: `first` is their receipt."""
    earlier = first["object"]["key"]
    return Receipt(
        **_base(source, origin),
        outcome=first["outcome"],
        reason="DOC.DUPLICATE",
        message=f"内容与 {earlier} 完全相同，结果以先到者为准。",
        agency=first.get("agency"),
        year=first.get("year"),
        form=first.get("form"),
        report_id=first.get("report_id"),
        duplicate_of=earlier,
    )


def failed_receipt(source: Source, why: str, origin: Origin) -> Receipt:
    """Our machinery broke: `why` says how, in Chinese."""
    message = f"{why}，不是文件的问题；修复后可用 nianbao replay 重新处理。"
    return Receipt(**_base(source, origin), outcome="failed", reason="PROCESSING.FAILED", message=message)


def summary(report: Report, verdict: Verdict) -> str:
    """The verdict in one sentence."""
    critical = [finding for finding in verdict.findings if finding.keeps_out]
    if critical:
        more = f"（共 {len(critical)} 处严重问题）" if len(critical) > 1 else ""
        return f"{critical[0].message}{more}"
    let_pass = sum(finding.decision is not None for finding in verdict.findings)
    changed = sum(cell.is_corrected for cell in report.cells)
    named = "和".join(NAMES[name] for name in report.read_as)
    people = [f"更正 {changed} 格"] * bool(changed) + [f"写明{named}"] * bool(named)
    people += [f"接受 {let_pass} 处问题"] * bool(let_pass)
    return f"经人工{'、'.join(people)}，数据已入库。" if people else "全部规则通过，数据已入库。"


def _base(source: Source, origin: Origin) -> dict[str, Any]:
    return {
        "bucket": source.bucket,
        "key": source.key,
        "etag": source.etag,
        "sha256": source.sha256,
        "size": source.size,
        "landed_at": source.landed_at,
        "processed_at": datetime.now(UTC),
        "flow_run_id": origin.flow_run_id,
        "flow_run_url": origin.flow_run_url,
        "seconds": origin.seconds,
    }
