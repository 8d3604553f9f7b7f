"""The forms as data: what the notices ask for, and what follows from it."""

import re
from collections import Counter
from pathlib import Path

import pytest

from expectations.forms import FIRST_YEAR, FORMS, TABLES, common, form_for, identities

CONTRACT = Path(__file__).parents[2].parent / "shared" / "forms.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+?) \| (.*?) ?\| (Y?) ?\| (Y?) ?\|$", re.MULTILINE)
ITEM = re.compile(r"^\| `([a-z_]+)` \| (.+?) \| (第二十条.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
PLACE = {"2019": 3, "2021": 4}
needs_contract = pytest.mark.skipif(not CONTRACT.is_file(), reason="the contract on the forms is not here")


FIGURES = {"2019": (22, 161, 15), "2021": (10, 175, 15)}
"""By form: how many numbers each table of its notice asks for, counted by hand; a new form is counted too."""
ROWS = {"2019": 23, "2021": 25}


@pytest.mark.parametrize("form", FORMS)
def test_each_table_has_its_figures(form):
    assert tuple(len(FORMS[form].figures(table)) for table in TABLES) == FIGURES.get(form)


def test_what_the_reader_knows_by_one_form_is_the_same_in_all():
    """Wherever `tasks/read` says `FORMS["2021"]`, it means every form; one that differs has to be read by its own."""
    for form in FORMS.values():
        found = form.applicants, form.groups, form.results
        assert found == (common.APPLICANTS, common.DISPUTE_GROUPS, common.DISPUTE_RESULTS)
        headings = common.sections(common.PROBLEMS, common.PROBLEMS_2019)
        assert [{s.number, s.heading, *s.aliases} for s in form.sections] == [
            {s.number, s.heading, *s.aliases} for s in headings
        ]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_two_figures_share_an_address(form):
    addresses = [figure.address for figure in form.figures()]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("form", FORMS)
def test_the_sums_that_follow(form):
    found = Counter(identity.rule for identity in identities(FORMS[form]))
    assert found == {"T3.ROW_SUM": ROWS.get(form), "T3.COLUMN_SUM": 7, "T3.BALANCE": 7, "T4.ROW_SUM": 3}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_sums_rest_on_counts_of_tables_3_and_4_only(form):
    figures = {figure.address: figure for figure in form.figures()}
    operands = [figures[a] for identity in identities(form) for a in (*identity.left, *identity.right)]
    assert {(figure.kind, figure.signed) for figure in operands} == {("count", False)}
    assert {figure.table for figure in operands} == {"table3", "table4"}


def test_only_the_change_of_items_may_be_negative_and_only_amounts_have_fractions():
    figures = [figure for form in FORMS.values() for figure in form.figures()]
    assert {f.column for f in figures if f.signed} == {"change"}
    assert {f.column for f in figures if f.kind == "amount"} == {"amount", "amount_wan"}


@pytest.mark.parametrize(
    ("year", "form"), [(2018, None), (2019, "2019"), (2020, "2019"), (2021, "2021"), (2030, "2021")]
)
def test_the_year_says_which_form(year, form):
    assert getattr(form_for(year), "code", None) == form


def test_the_first_year_is_the_first_with_a_form():
    assert form_for(FIRST_YEAR) is not None
    assert form_for(FIRST_YEAR - 1) is None


@needs_contract
@pytest.mark.parametrize("form", FORMS)
def test_the_rows_of_table_3_are_those_of_the_contract(form):
    wanted = [row[:3] for row in ROW.findall(CONTRACT.read_text()) if row[PLACE[form]]]
    assert [(row.code, row.label, row.group) for row in FORMS[form].rows] == wanted


@needs_contract
@pytest.mark.parametrize("form", FORMS)
def test_the_items_of_table_2_are_those_of_the_contract(form):
    items = [(i[0], i[2], re.findall("`([a-z_]+)`", i[PLACE[form]])) for i in ITEM.findall(CONTRACT.read_text())]
    found = [(item.code, item.article, [m.code for m in item.measures]) for item in FORMS[form].items]
    assert found == [item for item in items if item[2]]
