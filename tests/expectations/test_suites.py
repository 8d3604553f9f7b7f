"""The suites as someone who knows Great Expectations sees them."""

import os
import subprocess
import sys

import pytest
from balanced import cells

from expectations.forms import FORMS, TABLES
from expectations.rules import REJECTIONS, RULES
from expectations.rules.documents import DOCUMENT_RULES
from expectations.suites import evaluate, runner
from expectations.suites.cells import cell_rows
from expectations.suites.queries import QUERIES
from expectations.suites.runner import run_suite
from expectations.suites.suite import SUITES
from expectations.tables_read import TablesRead


def _rows(form, **changes):
    return cell_rows(TablesRead(cells(form, **changes), dict.fromkeys(TABLES, form), None))[form]


def _run(form, **changes):
    return run_suite(f"form_{form}", {"batch": _rows(form, **changes)})


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_a_named_suite_with_an_expectation_a_rule(form):
    suite = SUITES[f"form_{form}"].expectation_suite()
    assert suite.name == f"form_{form}"
    assert [e.meta["rule"] for e in suite.expectations] == list(QUERIES)


def test_every_rule_on_a_report_that_was_read_is_an_expectation_or_a_remark_of_the_reader():
    expected = {rule for suite in SUITES.values() for rule in suite.queries}
    remarks = {
        *(rule.code for rule in DOCUMENT_RULES if rule.code.startswith("READ.")),
        *(rule.code for rule in DOCUMENT_RULES if rule.code.startswith("DOC.")),
    }
    assert set(RULES) == expected | remarks | {rule.code for rule in REJECTIONS}


@pytest.mark.parametrize(
    "expectation",
    [e for suite in SUITES.values() for e in suite.expectation_suite().expectations],
    ids=lambda e: e.meta["rule"],
)
def test_each_expectation_carries_its_rules_severity_and_words(expectation):
    rule = RULES[expectation.meta["rule"]]
    assert expectation.severity == rule.severity
    assert rule.title in expectation.description
    assert "{batch}" in expectation.unexpected_rows_query


@pytest.mark.parametrize("form", FORMS)
def test_there_is_one_row_for_every_figure_read_or_not(form):
    wanted = [f.address for f in FORMS[form].figures()]
    assert [row.address for row in _rows(form)] == wanted
    assert [row.address for row in _rows(form, without=("table3.new", "table4"))] == wanted


def test_one_report_leaves_nothing_behind_for_the_next():
    assert _run("2021", without=("table3.new.",)).broken
    assert _run("2021").broken == {}


def test_more_broken_figures_than_great_expectations_shows_of_one_rule_are_all_told():
    changes = {f.address: -1 for f in FORMS["2021"].figures("table3")}
    tables = TablesRead(cells("2021", changes=changes), dict.fromkeys(TABLES, "2021"), None)
    found = [sum(f.rule == "T3.NEGATIVE" for f in e.findings) for e in evaluate([tables, tables])]
    assert found == [len(changes)] * 2
    assert sum(found) > 200


def test_many_reports_at_once_are_found_what_each_is_found_alone():
    forms = [("2021", {}), ("2019", {"without": ("table4",)}), ("2021", {"changes": {"table3.new.total": 1}})]
    tables = [TablesRead(cells(f, **changes), dict.fromkeys(TABLES, f), None) for f, changes in forms]
    assert evaluate(tables) == [evaluate([one])[0] for one in tables]


def test_the_suites_are_made_once_a_process():
    _run("2021")
    made = runner._runner
    _run("2019")
    assert runner._runner is made


def test_a_forked_child_makes_suites_of_its_own():
    _run("2021")
    child = os.fork()
    if child == 0:
        os._exit(7 if _run("2021").broken == {} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert _run("2021").broken == {}


def test_great_expectations_is_imported_only_when_a_suite_runs_and_without_analytics():
    code = (
        "import sys, os, tasks.judge.validate;"
        "assert not {'great_expectations', 'pandas', 'sqlalchemy'} & set(sys.modules), 'imported early';"
        "assert os.environ['GX_ANALYTICS_ENABLED'] == 'false'"
    )
    env = {name: value for name, value in os.environ.items() if name != "GX_ANALYTICS_ENABLED"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, timeout=120)
