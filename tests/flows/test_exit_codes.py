"""The exit codes: what is documented is what there is."""

import re
from pathlib import Path

import pytest

from flows.cli.failure import ExitCode, outcome_code

ROOT = Path(__file__).parents[2]


def test_the_operators_table_has_every_code():
    table = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("Exit codes")[2].partition("## ")[0]
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| [`\w]", table, re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(code.value, code.name) for code in ExitCode]


@pytest.mark.parametrize(("readme", "head"), [("README.md", "Exit codes: "), ("README.zh.md", "退出码：")])
def test_the_readme_names_every_code(readme, head):
    told = (ROOT / readme).read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0]
    assert [int(code) for code in re.findall(r"\b\d+(?= )", told)] == list(ExitCode)


def test_of_several_outcomes_the_greater_code_is_told():
    assert outcome_code([]) is ExitCode.DONE
    assert outcome_code(["validated", "validated"]) is ExitCode.DONE
    assert outcome_code(["rejected", "validated", "quarantined"]) is ExitCode.REJECTED
    assert outcome_code(["failed", "rejected", "duplicate"]) is ExitCode.FAILED
