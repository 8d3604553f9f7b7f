"""The suites as Great Expectations knows them: one a form, one between years, one between agencies.

An expectation a rule. Each suite has one table that is its batch, and may have others that its queries join.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectations.forms import FORMS, Form, identities
from expectations.rules import RULES
from expectations.suites.cells import COLUMNS
from expectations.suites.claims import CLAIM_COLUMNS, OPERAND_COLUMNS
from expectations.suites.later import import_later
from expectations.suites.pairs import PAIR_COLUMNS, PEER_QUERIES, YEAR_QUERIES
from expectations.suites.queries import QUERIES

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

    from expectations.suites.expectation import ExpectStatutoryRuleToHold

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read when great_expectations is imported
import_later()


@dataclass(frozen=True)
class SuiteDefinition:
    """A suite: its rules as SQL, and its tables by their names in that SQL, `batch` first.

    `fixed` holds the rows of tables that are the same for every batch.
    """

    name: str
    queries: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    fixed: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    meta: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> str:
        """The database's name of one of the suite's tables."""
        return f"{name}_{self.name}"

    def expectation_suite(self) -> ExpectationSuite:
        """The suite for Great Expectations."""
        from great_expectations import ExpectationSuite

        expectations = [self._expectation(code, query) for code, query in self.queries.items()]
        return ExpectationSuite(name=self.name, expectations=expectations, meta=dict(self.meta))

    def _expectation(self, code: str, query: str) -> ExpectStatutoryRuleToHold:
        from great_expectations.expectations.metadata_types import FailureSeverity

        from expectations.suites.expectation import ExpectStatutoryRuleToHold

        rule = RULES[code]
        for name in self.columns:
            query = query.replace(f"{{{name}}}", self.table(name)) if name != "batch" else query
        return ExpectStatutoryRuleToHold(
            unexpected_rows_query=query,
            severity=FailureSeverity(rule.severity),
            description=f"{rule.title}：{rule.formula}",
            meta={"rule": code, "basis": rule.basis},
        )


def _form_suite(form: Form) -> SuiteDefinition:
    operands = tuple(
        (identity.rule, identity.where, identity.right[0], side, address)
        for identity in identities(form)
        for side, addresses in (("left", identity.left), ("right", identity.right))
        for address in addresses
    )
    return SuiteDefinition(
        f"form_{form.code}",
        {code: query for code, query in QUERIES.items() if form.code in RULES[code].forms},
        {
            "batch": COLUMNS,
            "operands": ("rule", "place", "total", "side", "address"),
            "claims": CLAIM_COLUMNS,
            "claim_operands": OPERAND_COLUMNS,
        },
        {"operands": operands},
        {"form": form.code, "notice": form.notice},
    )


SUITES: dict[str, SuiteDefinition] = {
    suite.name: suite
    for suite in (
        *map(_form_suite, FORMS.values()),
        SuiteDefinition("between_years", YEAR_QUERIES, {"batch": PAIR_COLUMNS}),
        SuiteDefinition("between_agencies", PEER_QUERIES, {"batch": PAIR_COLUMNS}),
    )
}
