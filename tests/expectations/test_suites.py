"""The suites as someone who knows Great Expectations sees them."""

import os
import subprocess
import sys

import pytest
from balanced import cells

from expectations.forms import FORMS, TABLES
from expectations.rules import RULES
from expectations.suites import runner
from expectations.suites.cells import cell_rows
from expectations.suites.queries import QUERIES
from expectations.suites.runner import run_suite
from expectations.suites.suite import form_suite
from expectations.tables_read import TablesRead


def _rows(form, **changes):
    return cell_rows(TablesRead(cells(form, **changes), dict.fromkeys(TABLES, form), None))[form]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_has_a_named_suite_with_an_expectation_a_rule(form):
    suite = form_suite(form)
    assert suite.name == f"form_{form.code}"
    assert [e.meta["rule"] for e in suite.expectations] == list(QUERIES)


@pytest.mark.parametrize("expectation", form_suite(FORMS["2021"]).expectations, ids=lambda e: e.meta["rule"])
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
    assert run_suite("2021", _rows("2021", without=("table3.new.",))).broken
    assert run_suite("2021", _rows("2021")).broken == {}


def test_more_broken_figures_than_great_expectations_shows_of_one_rule_are_all_told():
    changes = {f.address: -1 for f in FORMS["2021"].figures("table3")}
    broken = run_suite("2021", _rows("2021", changes=changes)).broken
    assert len(broken["T3.NEGATIVE"]) == len(changes) < 200


def test_the_suites_are_made_once_a_process():
    run_suite("2021", _rows("2021"))
    made = runner._runner
    run_suite("2019", _rows("2019"))
    assert runner._runner is made


def test_a_forked_child_makes_suites_of_its_own():
    run_suite("2021", _rows("2021"))
    child = os.fork()
    if child == 0:
        os._exit(7 if run_suite("2021", _rows("2021")).broken == {} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert run_suite("2021", _rows("2021")).broken == {}


def test_great_expectations_is_imported_only_when_a_suite_runs_and_without_analytics():
    code = (
        "import sys, os, tasks.validate;"
        "assert not {'great_expectations', 'pandas', 'sqlalchemy'} & set(sys.modules), 'imported early';"
        "assert os.environ['GX_ANALYTICS_ENABLED'] == 'false'"
    )
    env = {name: value for name, value in os.environ.items() if name != "GX_ANALYTICS_ENABLED"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, timeout=120)
