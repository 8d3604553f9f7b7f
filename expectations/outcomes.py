"""The outcome of every rule on a report by itself: not only what fails, but what passed and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from expectations.evidence import Finding, RuleOutcome
from expectations.forms import TABLES, TableName, identities
from expectations.rules import REJECTIONS, RULES, YEAR_RULES
from expectations.tables_read import TablesRead

_TABLE_OF: dict[str, TableName] = dict(zip(("T2", "T3", "T4"), TABLES, strict=True))
_ELSEWHERE = {rule.code for rule in (*REJECTIONS, *YEAR_RULES)}
"""Rules that are not about one report that was read."""


def rule_outcomes(tables: TablesRead, uncounted: Set[str], findings: Iterable[Finding]) -> dict[str, RuleOutcome]:
    """By rule: what was found if anything was, else whether it passed; `uncounted` are figures that no sum may use."""
    found: dict[str, RuleOutcome] = {}
    for finding in findings:
        if found.get(finding.rule) != "error":
            found[finding.rule] = finding.outcome
    return {
        code: found.get(code) or _without_finding(code, tables, uncounted) for code in RULES if code not in _ELSEWHERE
    }


def _without_finding(code: str, tables: TablesRead, uncounted: Set[str]) -> RuleOutcome:
    prefix = code.split(".")[0]
    if prefix == "TEXT":
        return _text(code, tables, uncounted)
    table = _TABLE_OF.get(prefix)
    if table is None:
        return "insufficient_data" if code == "FORMAT.YEAR_MISMATCH" and tables.year is None else "pass"
    if tables.form(table).code not in RULES[code].forms:
        return "not_applicable"
    if not tables.found(table):
        return "insufficient_data"
    unknown = any(address in uncounted for address in _operands(code, tables, table))
    return "insufficient_data" if unknown else "pass"


def _operands(code: str, tables: TablesRead, table: TableName) -> Iterator[str]:
    """The figures that a sum needs; the other rules judge each figure for itself."""
    for identity in identities(tables.form(table)):
        if identity.rule == code:
            yield from (*identity.left, *identity.right)


def _text(code: str, tables: TablesRead, uncounted: Set[str]) -> RuleOutcome:
    claims = [claim for claim in tables.claims if claim.rule == code]
    if not claims:
        return "not_applicable"
    unknown = any(operand in uncounted for claim in claims for operand in claim.operands)
    return "insufficient_data" if unknown else "pass"
