"""The suites: one a form, an expectation a rule, as Great Expectations knows them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from expectations.forms import Form
from expectations.rules import RULES
from expectations.suites.queries import QUERIES

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read when great_expectations is imported


def form_suite(form: Form) -> ExpectationSuite:
    """The suite of every rule on cells that applies to `form`, for the tables `cells_<form>` and `operands_<form>`."""
    from great_expectations import ExpectationSuite

    codes = [code for code in QUERIES if form.code in RULES[code].forms]
    return ExpectationSuite(
        name=f"form_{form.code}",
        expectations=[_expectation(code, form) for code in codes],
        meta={"form": form.code, "notice": form.notice},
    )


def _expectation(code: str, form: Form) -> UnexpectedRowsExpectation:
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
    from great_expectations.expectations.metadata_types import FailureSeverity

    rule = RULES[code]
    return UnexpectedRowsExpectation(
        unexpected_rows_query=QUERIES[code].replace("{operands}", f"operands_{form.code}"),
        severity=FailureSeverity(rule.severity),
        description=f"{rule.title}：{rule.formula}",
        meta={"rule": code, "basis": rule.basis},
    )
