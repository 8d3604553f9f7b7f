"""Hold reports against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations import messages
from expectations.evidence import Finding
from expectations.forms import form_for
from expectations.outcomes import rule_outcomes
from expectations.rules import RULES
from expectations.rules.documents import IDENTITY_DOUBTS
from expectations.suites import Evaluation, evaluate
from expectations.tables_read import TablesRead
from tasks.values import Report, Verdict, outcome_of

_ORDER = {"critical": 0, "warning": 1, "info": 2}


def validate(report: Report) -> Verdict:
    """The verdict on `report`: `validated` only if no critical rule failed, could not be evaluated, or is in doubt."""
    return validate_all([report])[0]


def validate_all(reports: Sequence[Report]) -> list[Verdict]:
    """The verdict on each report: a thousand at once cost each a fraction of what one alone costs."""
    tables = [TablesRead(r.cells, r.forms, _sure_year(r), r.doubts, r.claims) for r in reports]
    return [_verdict(*of_one) for of_one in zip(reports, tables, evaluate(tables), strict=True)]


def _sure_year(report: Report) -> int | None:
    """The year that the tables are held against: none where it is in doubt, unless any of them wants the same form."""
    doubt = next((note for note in report.notes if note.rule == IDENTITY_DOUBTS["year"]), None)
    if doubt is None or "year" in report.read_as:
        return report.year
    forms = {form_for(int(year)) if year.isdigit() else None for year in doubt.candidates}
    return report.year if len(forms) == 1 and None not in forms else None


def _verdict(report: Report, tables: TablesRead, evaluation: Evaluation) -> Verdict:
    findings = [*_unnamed(report), *_disagreements(tables), *evaluation.findings, *report.notes]
    findings.sort(key=lambda finding: _ORDER[finding.severity])
    rules = rule_outcomes(tables, evaluation.uncounted, findings)
    return Verdict(outcome_of(findings), tuple(findings), rules)


def _unnamed(report: Report) -> Iterator[Finding]:
    missing = {"DOC.NO_AGENCY": ("agency", report.agency), "DOC.NO_YEAR": ("year", report.year)}
    for rule, (where, value) in missing.items():
        if not value and report.pictured:
            message = messages.not_recognised(where)
            yield Finding(IDENTITY_DOUBTS[where], "critical", "fail", where, message, fault="reading")
        elif not value:
            message = f"{RULES[rule].title}：报告和文件名中都没有。"
            yield Finding(rule, RULES[rule].severity, "fail", where, message)


def _disagreements(tables: TablesRead) -> Iterator[Finding]:
    for doubt in tables.doubts:
        rule = RULES[doubt.rule]
        message = messages.disagreement(doubt, tables.form_at(doubt.where).code)
        yield Finding(rule.code, rule.severity, "fail", doubt.where, message, doubt.cells, fault="reading")
