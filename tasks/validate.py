"""Hold a report against the rules."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.evidence import Doubt, Finding
from expectations.places import place_label
from expectations.suites import evaluate
from tasks.values import Report, Verdict

_ORDER = {"critical": 0, "warning": 1, "info": 2}


def validate(report: Report) -> Verdict:
    """The verdict on `report`: `validated` only if no critical rule failed, errored, or is in doubt."""
    findings = [
        *_identity(report),
        *(_disagreement(doubt, report.form or "2021") for doubt in report.doubts),
        *evaluate(report.cells, report.forms, report.year, report.doubts),
        *report.notes,
    ]
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    critical = any(finding.severity == "critical" for finding in findings)
    return Verdict("quarantined" if critical else "validated", tuple(findings))


def _identity(report: Report) -> Iterator[Finding]:
    if not report.agency:
        yield Finding("DOC.NO_AGENCY", "critical", "fail", "agency", "报告和文件名中都找不到发文机关。")
    if report.year is None:
        yield Finding("DOC.NO_YEAR", "critical", "fail", "year", "报告和文件名中都找不到报告年度。")


def _disagreement(doubt: Doubt, form: str) -> Finding:
    message = (
        f"{place_label(doubt.where, form)}：两种独立读法不一致（一为“{doubt.first}”，一为“{doubt.second}”），"
        "这是本系统读取存疑，不代表报告有误，请人工核对原文。"
    )
    return Finding("READ.DISAGREEMENT", "critical", "fail", doubt.where, message, doubt.cells)
