"""The Great Expectations suites made from the forms and the rules, and what they say of a report's tables."""

from expectations.evidence import Finding
from expectations.findings import Findings, rule_error
from expectations.suites.cells import cell_rows
from expectations.suites.runner import run_suite
from expectations.tables_read import TablesRead


def evaluate(tables: TablesRead) -> tuple[Finding, ...]:
    """Every rule on cells that does not pass; one that could not be evaluated is a finding too, and critical."""
    rows = cell_rows(tables)
    findings = Findings(tables, {row.address: row.counted for of_form in rows.values() for row in of_form})
    found: list[Finding] = []
    for form, of_form in rows.items():
        result = run_suite(form, of_form)
        found += (findings.of(rule, broken) for rule, places in result.broken.items() for broken in places)
        found += (rule_error(rule, why) for rule, why in result.errors.items())
    return tuple(found)


__all__ = ["evaluate"]
