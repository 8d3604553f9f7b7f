"""The receipt of each way in which a landed object can end, whoever processed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from expectations.messages import NAMES
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.errors import Rejected
from tasks.judge.decisions import in_force
from tasks.judge.files import Judgement
from tasks.names import receipt_name
from tasks.values import Outcome, Receipt, Report, Source, Verdict, ending

if TYPE_CHECKING:
    from expectations.evidence import DecisionKind
    from tasks.ledger import ObjectRow, ObjectVersion


NAME_BOUND = (
    *("DOC.TYPE_MISMATCH", "DOC.UNSUPPORTED_TYPE", "DOC.NO_AGENCY", "DOC.NO_YEAR", "FORMAT.UNSUPPORTED_YEAR"),
    *IDENTITY_DOUBTS.values(),
)
"""What depends on the file's name as much as on its bytes: under another name they may come to something else.

As a warning it says that agency or year were taken from the name, which no report under another name must be told.
"""

_WHAT_TO_DO = {
    "validated": "它的数据已入库，不需要再上传。",
    "quarantined": "它未通过校验，问题见第一次的回执：请改正内容后上传；内容无误的，请运维人员核对第一次上传的文件。",
    "retracted": "它已由人撤回，原因见第一次的回执：改正后的报告请重新上传。",
    "upheld": "它经人工核对维持隔离，问题见第一次的回执：请改正内容后上传。",
    "rejected": "它无法读取，原因见第一次的回执：请更换文件，只改文件名不会有别的结果。",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """The run that processed an object."""

    flow_run_id: str | None = None
    flow_run_url: str | None = None


def judged_receipt(
    source: Source, judgement: Judgement, report_id: str, version: str, seconds: dict[str, float], origin: Origin
) -> Receipt:
    """A report that was read and held against the rules; `version` is the address of what was written."""
    report, verdict = judgement.report, judgement.verdict
    assert report
    assert verdict
    holding = in_force(judgement.reviews)
    return Receipt(
        **_base(source, origin, seconds),
        outcome=verdict.outcome,
        reason=verdict.reason,
        message=summary(report, verdict),
        agency=report.agency,
        year=report.year,
        form=report.form,
        report_id=report_id,
        findings=verdict.findings,
        rules=verdict.rules,
        review=holding[-1].decision if holding else None,
        read_as=report.read_as,
        version=version,
    )


def rejected_receipt(source: Source, rejected: Rejected, seconds: dict[str, float], origin: Origin) -> Receipt:
    """A file that cannot be read as a report."""
    base = _base(source, origin, seconds)
    return Receipt(**base, outcome="rejected", reason=rejected.code, message=str(rejected))


def duplicate_receipt(source: Source, first: ObjectRow, seconds: dict[str, float], origin: Origin) -> Receipt:
    """Bytes that were processed before, under another key: `first` is what became of them."""
    outcome = cast("Outcome", first.outcome)
    ended = ending(outcome, cast("DecisionKind | None", first.review))
    return Receipt(
        **_base(source, origin, seconds),
        outcome=outcome,
        reason="DOC.DUPLICATE",
        message=f"内容与 {first.object.key} 完全相同，{_WHAT_TO_DO[ended]}",
        agency=first.agency,
        year=first.year,
        form=first.form,
        report_id=first.report_id,
        duplicate_of=first.object.key,
        first_receipt=f"{first.receipt_name or receipt_name(first.object.key)}.html",
    )


def failed_receipt(source: Source, why: str, origin: Origin, reason: str = "PROCESSING.FAILED") -> Receipt:
    """Our machinery broke, or a person stopped it: `why` says how, in Chinese."""
    message = f"{why}，不是文件的问题；可用 nianbao replay 重新处理。"
    return Receipt(**_base(source, origin, {}), outcome="failed", reason=reason, message=message)


def unread(landed: ObjectVersion) -> Source:
    """What is known of an object that could not even be fetched."""
    return Source(landed.bucket, landed.key, landed.etag, landed.size or 0, landed.landed_at, "", b"")


def is_name_bound(reason: str | None, rules: Iterable[str]) -> bool:
    """Whether what came to this, with findings of these rules, may come to something else under another name."""
    return not {reason, *rules}.isdisjoint(NAME_BOUND)


def rules_of(reason: str | None, found: Iterable[str]) -> tuple[str, ...]:
    """The rules that an object can be found by: what it was kept back for, and all that did not pass."""
    return tuple(sorted({*found, *([reason] if reason else [])}))


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


def _base(source: Source, origin: Origin, seconds: dict[str, float]) -> dict[str, Any]:
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
        "seconds": seconds,
    }
