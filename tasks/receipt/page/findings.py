"""The findings of a report card: what is wrong, where it stands, whose fault it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from expectations.evidence import Finding
from expectations.messages import SETTLED, SEVERITY_NAMES
from expectations.places import place_label
from expectations.rules import RULES
from tasks.receipt.page.pages import Pages

_MOST_PICTURED = 12
"""Findings that are shown with their place: more would only be scrolled past."""


def findings_html(findings: Sequence[Finding], form: str, pages: Pages) -> str:
    """Every finding, the gravest first, each beside its place."""
    if not findings:
        return ""
    items = "".join(
        _finding(finding, form, pages.place(finding) if number < _MOST_PICTURED else "")
        for number, finding in enumerate(findings)
    )
    return f'<section><h2>问题（{len(findings)}）</h2><ol class="findings">{items}</ol></section>'


def _finding(finding: Finding, form: str, place: str) -> str:
    where = "，".join(filter(None, [place_label(finding.where, form), _pages(finding)]))
    notes = "".join(f'<p class="dim small">{line}</p>' for line in _notes(finding))
    return (
        f'<li class="{finding.severity}"><p><span class="badge">{SEVERITY_NAMES[finding.severity]}</span> '
        f"{escape(finding.message)}</p>{notes}"
        f'<p class="dim small">{escape(where)} · <code>{escape(finding.rule)}</code></p>{place}</li>'
    )


def _pages(finding: Finding) -> str:
    pages = sorted({cell.page for cell in finding.cells if cell.page})
    return f"第 {'、'.join(map(str, pages))} 页" if pages else ""


def _notes(finding: Finding) -> Iterator[str]:
    decision = finding.decision
    if decision:
        yield escape(f"已由 {decision.by} 于 {decision.at:%Y-%m-%d} {SETTLED[decision.kind]}：{decision.note}")
    elif finding.rule in RULES:
        yield escape(RULES[finding.rule].advice)
