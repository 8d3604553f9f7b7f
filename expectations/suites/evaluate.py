"""What the suites say of reports: many at once cost each a fraction of what one alone costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from expectations.evidence import Finding, Number
from expectations.findings import Findings, rule_error
from expectations.forms import FORMS
from expectations.suites.cells import CellRow, cell_rows
from expectations.suites.claims import claim_rows, operand_rows
from expectations.suites.pairs import pair_rows
from expectations.suites.runner import Broken, SuiteResult, run_suite
from expectations.tables_read import TablesRead


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was found in one report, and the figures that no sum may rest on."""

    findings: tuple[Finding, ...]
    uncounted: frozenset[str]


@dataclass(slots=True)
class _Found:
    """One report on its way through the suites."""

    tables: TablesRead
    rows: dict[str, list[CellRow]]
    findings: list[Finding] = field(default_factory=list)

    def add(self, result: SuiteResult, broken: Mapping[str, list[Broken]]) -> None:
        counts = {row.address: row.counted for of_form in self.rows.values() for row in of_form}
        findings = Findings(self.tables, counts)
        self.findings += (findings.of(rule, place) for rule, places in broken.items() for place in places)
        self.findings += (rule_error(rule, why) for rule, why in result.errors.items())

    def done(self) -> Evaluation:
        rows = (row for of_form in self.rows.values() for row in of_form)
        return Evaluation(tuple(self.findings), frozenset(row.address for row in rows if row.counted is None))


def evaluate(reports: Sequence[TablesRead]) -> list[Evaluation]:
    """What breaks the rules on cells and text. One that could not be evaluated is a finding too, and critical."""
    found = [_Found(tables, cell_rows(tables, number)) for number, tables in enumerate(reports)]
    for form in FORMS:
        of_form = {number: report for number, report in enumerate(found) if form in report.rows}
        if of_form:
            result = run_suite(f"form_{form}", _tables(form, of_form))
            broken = _by_report(result)
            for number, report in of_form.items():
                report.add(result, broken.get(number, {}))
    return [report.done() for report in found]


def form_batches(reports: Sequence[TablesRead]) -> dict[str, dict[str, Iterator[tuple[object, ...]]]]:
    """For each form's suite the rows of its tables, for all `reports` that use the form."""
    found = [_Found(tables, cell_rows(tables, number)) for number, tables in enumerate(reports)]
    return {
        f"form_{form}": _tables(form, {n: report for n, report in enumerate(found) if form in report.rows})
        for form in FORMS
    }


def _tables(form: str, reports: Mapping[int, _Found]) -> dict[str, Iterator[tuple[object, ...]]]:
    """The claims go with the form of table 3, to which nearly all belong."""
    stating = {number: r.tables.claims for number, r in reports.items() if r.tables.form("table3").code == form}
    return {
        "batch": (row for report in reports.values() for row in report.rows[form]),
        "claims": (row for number, claims in stating.items() for row in claim_rows(number, claims)),
        "claim_operands": (
            row for number, claims in stating.items() for row in operand_rows(number, claims, FORMS[form])
        ),
    }


def _by_report(result: SuiteResult) -> dict[int, dict[str, list[Broken]]]:
    found: dict[int, dict[str, list[Broken]]] = defaultdict(lambda: defaultdict(list))
    for rule, places in result.broken.items():
        for place in places:
            found[place["report"]][rule].append(place)
    return found


def evaluate_pair(suite: str, this: Mapping[str, Number | None], other: Mapping[str, Number | None]) -> SuiteResult:
    """What breaks the rules of `suite` between two reports, given as values by address."""
    return run_suite(suite, {"batch": pair_rows(0, this, other)})
