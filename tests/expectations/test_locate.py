"""Table 3 tells which cell is wrong."""

import random
from itertools import combinations

import pytest
from balanced import values

from expectations.evidence import Suspect
from expectations.forms import FORMS, identities
from expectations.locate import candidates, locate

CELLS = [(form, figure.address) for form in FORMS.values() for figure in form.figures("table3")]


def _table3(form):
    return {address: value for address, value in values(form.code).items() if address.startswith("table3")}


def test_the_forms_have_161_and_175_cells():
    assert [sum(form.code == code for form, _ in CELLS) for code in ("2019", "2021")] == [161, 175]


@pytest.mark.parametrize(("form", "address"), CELLS, ids=lambda part: getattr(part, "code", part))
@pytest.mark.parametrize("step", [1, -1, 1000])
def test_every_single_wrong_cell_is_located_with_its_right_value(form, address, step):
    table = _table3(form)
    wrong = table | {address: table[address] + step}
    assert locate(form, wrong) == Suspect(address, table[address])


def test_a_table_that_balances_has_no_suspect():
    assert locate(FORMS["2021"], _table3(FORMS["2021"])) is None


def test_two_wrong_cells_have_no_suspect():
    table = _table3(FORMS["2021"])
    wrong = {a: table[a] + 1 for a in ("table3.granted.research", "table3.partial.enterprise")}
    assert locate(FORMS["2021"], table | wrong) is None


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("steps", [(1, 1), (1, -1), (1, 2)])
def test_a_suspect_for_two_wrong_cells_balances_the_whole_table(form, steps):
    table = _table3(form)
    pairs = random.Random(3).sample(list(combinations(table, 2)), 200)
    in_one_row = [p for p in combinations(table, 2) if p[0].rsplit(".", 1)[0] == p[1].rsplit(".", 1)[0]][::3]
    in_one_column = [p for p in combinations(table, 2) if p[0].rsplit(".", 1)[1] == p[1].rsplit(".", 1)[1]][::20]
    for pair in (*pairs, *in_one_row, *in_one_column):
        wrong = table | {a: table[a] + step for a, step in zip(pair, steps, strict=True)}
        suspect = locate(form, wrong)
        assert suspect is None or _balances(form, wrong | {suspect.address: suspect.balancing_value}), pair


def _balances(form, table):
    sums = (i for i in identities(form) if i.rule.startswith("T3."))
    return all(sum(table[a] for a in i.left) == sum(table[a] for a in i.right) for i in sums)


def test_one_cell_does_not_explain_gaps_of_different_size():
    table = _table3(FORMS["2021"])
    wrong = {"table3.granted.total": table["table3.granted.total"] + 1}
    wrong["table3.total.research"] = table["table3.total.research"] + 2
    assert locate(FORMS["2021"], table | wrong) is None


def test_no_number_below_zero_is_proposed():
    ones = ("granted.enterprise", "total.enterprise", "new.enterprise", "partial.research", "partial.total")
    ones = (*ones, "total.total", "new.total")
    table = dict.fromkeys(_table3(FORMS["2021"]), 0) | {f"table3.{cell}": 1 for cell in ones}
    assert locate(FORMS["2021"], table) is None


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_two_cells_stand_in_the_same_identities(form):
    patterns = [
        frozenset(i for i in identities(form) if figure.address in (*i.left, *i.right))
        for figure in form.figures("table3")
    ]
    assert len(set(patterns)) == len(patterns)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("steps", [(1, 1), (1, -1), (3, 2)])
def test_two_wrong_cells_are_balanced_or_among_the_candidates(form, steps):
    table = _table3(form)
    pairs = random.Random(5).sample(list(combinations(table, 2)), 150)
    in_one_row = [p for p in combinations(table, 2) if p[0].rsplit(".", 1)[0] == p[1].rsplit(".", 1)[0]][::7]
    for pair in (*pairs, *in_one_row):
        wrong = table | {a: table[a] + step for a, step in zip(pair, steps, strict=True)}
        suspect = locate(form, wrong)
        if suspect:
            assert _balances(form, wrong | {suspect.address: suspect.balancing_value}), pair
        else:
            assert set(pair) & set(candidates(form, wrong)), pair


def test_a_row_that_adds_up_and_yet_is_wrong_is_a_candidate():
    table = _table3(FORMS["2021"])
    row = {f"table3.carried_forward.{column}": 2 for column in ("natural_person", "total")}
    found = candidates(FORMS["2021"], table | {a: table[a] + step for a, step in row.items()})
    assert set(row) <= set(found)
    assert {a.split(".")[1] for a in found} == {"new", "carried_over", "carried_forward"}


def test_a_table_that_balances_has_no_candidates():
    assert candidates(FORMS["2021"], _table3(FORMS["2021"])) == ()
