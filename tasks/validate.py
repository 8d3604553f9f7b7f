"""Hold a report against the rules."""

from __future__ import annotations

from collections.abc import Iterator

from expectations import messages
from expectations.evidence import Finding
from expectations.rules import RULES
from expectations.suites import evaluate
from expectations.tables_read import TablesRead
from tasks.values import Report, Verdict

_ORDER = {"critical": 0, "warning": 1, "info": 2}


def validate(report: Report) -> Verdict:
    """The verdict on `report`: `validated` only if no critical rule failed, could not be evaluated, or is in doubt."""
    tables = TablesRead(report.cells, report.forms, report.year, report.doubts)
    findings = [*_unnamed(report), *_disagreements(tables), *evaluate(tables), *report.notes]
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    critical = any(finding.severity == "critical" for finding in findings)
    return Verdict("quarantined" if critical else "validated", tuple(findings))


def _unnamed(report: Report) -> Iterator[Finding]:
    missing = {"DOC.NO_AGENCY": ("agency", report.agency), "DOC.NO_YEAR": ("year", report.year)}
    for rule, (where, value) in missing.items():
        if not value:
            message = f"{RULES[rule].title}：报告和文件名中都没有。"
            yield Finding(rule, RULES[rule].severity, "fail", where, message)


def _disagreements(tables: TablesRead) -> Iterator[Finding]:
    rule = RULES["READ.DISAGREEMENT"]
    for doubt in tables.doubts:
        form = tables.form_at(doubt.where).code
        yield Finding(rule.code, rule.severity, "fail", doubt.where, messages.disagreement(doubt, form), doubt.cells)
