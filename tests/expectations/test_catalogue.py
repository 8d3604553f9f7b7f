"""The rules as people read them."""

from pathlib import Path

import pytest

from expectations.catalogue import catalogue_markdown
from expectations.rules import RULES
from tasks.errors import ProcessingFailed, Rejected

DOCS = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_committed_catalogue_is_current():
    assert DOCS.read_text() == catalogue_markdown(), "run python -m expectations.catalogue > docs/rules.md"


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_in_the_catalogue_once(code):
    assert catalogue_markdown().count(f"### `{code}` ") == 1


REASONS = [rejection for rejection in Rejected.__subclasses__() if rejection is not ProcessingFailed]


@pytest.mark.parametrize("rejection", REASONS, ids=lambda rejection: rejection.code)
def test_every_reason_to_reject_a_file_is_a_critical_rule(rejection):
    assert RULES[rejection.code].severity == "critical"


def test_a_fault_of_ours_is_no_rule_for_reports():
    assert ProcessingFailed.code not in RULES


def test_every_rule_is_explained():
    assert all(r.title and r.basis and r.formula and r.forms and r.operands and r.advice for r in RULES.values())
