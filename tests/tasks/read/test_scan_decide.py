"""What is made of figures that were recognised: sums decide, a second reader confirms, all else is our doubt."""

from dataclasses import replace

import pytest

from expectations.evidence import Cell
from expectations.forms import FORMS
from tasks.read.figures import parse_figure
from tasks.read.rows import TableReading
from tasks.read.scan.decide import BY_SUMS, Witness, decided
from tasks.read.scan.seen import FigureSeen
from tests.balanced import values

FORM = FORMS["2021"]


def table(name, changes=(), form=FORM):
    """The table as a picture showed it, with what its readers saw: all the same, but for `changes` of these."""
    cells, figures, second = [], {}, {}
    for n, figure in enumerate(form.figures(name)):
        value = str(values(form.code)[figure.address])
        seen = FigureSeen(1, (n, 0, n + 1, 1), value, 0.99, value, 0.99, width=1, pixels=b"\x00")
        change = dict(dict(changes).get(figure.address, {}))
        second_texts = change.pop("second", (value,))
        seen = replace(seen, **change)
        cells.append(Cell(figure.address, parse_figure(seen.text, figure), seen.text, 1, seen.bbox, "ocr"))
        figures[1, seen.bbox] = seen
        second[1, seen.bbox] = second_texts
    return TableReading(form.code, tuple(cells)), Witness(figures, second, has_second=True)


def rules(decision):
    return {(doubt.rule, doubt.where) for doubt in decision.check.doubts}


@pytest.mark.parametrize("name", ["table2", "table3", "table4"])
def test_what_all_readers_saw_counts(name):
    reading, witness = table(name)
    decision = decided(name, reading, witness)
    assert rules(decision) == set()
    assert decision.check.confirmed == {cell.address for cell in reading.cells}


def test_a_value_that_a_reader_proposes_and_alone_fits_is_taken_and_marked():
    address = "table3.granted.natural_person"
    right = str(values()[address])
    decision = decided("table3", *table("table3", {address: {"text": "777", "second": (right,)}}))
    assert rules(decision) == set()
    (cell,) = decision.repaired
    assert (cell.address, cell.raw, cell.second_raw, cell.engine) == (address, right, "777", BY_SUMS)


def test_what_does_not_add_up_and_is_read_in_two_ways_is_disputed():
    address = "table3.granted.natural_person"
    decision = decided("table3", *table("table3", {address: {"text": "777", "again": "777", "second": ("778",)}}))
    assert ("READ.SUM_DISPUTED", address) in rules(decision)
    assert not decision.repaired


def test_what_does_not_add_up_and_is_read_in_one_way_is_the_papers_own():
    address = "table3.granted.natural_person"
    wrong = {"text": "777", "again": "777", "second": ("777",)}
    decision = decided("table3", *table("table3", {address: wrong}))
    assert rules(decision) == set()
    assert address in decision.check.confirmed


def test_table_2_needs_the_second_reader():
    address = "table2.licensing.decisions"
    value = str(values()[address])
    for second in ((), (f"{value}1",)):
        decision = decided("table2", *table("table2", {address: {"second": second}}))
        assert rules(decision) == {("READ.UNCONFIRMED", address)}
    looked_twice = decided("table2", *table("table2", {address: {"second": (f"{value}1", value)}}))
    assert rules(looked_twice) == set()


@pytest.mark.parametrize("again", [{"second": ("", "{0}", "{0}1")}, {"second": ("", "{0}"), "again_confidence": 0.8}])
def test_other_looks_confirm_only_what_is_sure_and_none_contradicts(again):
    address = "table2.licensing.decisions"
    value = str(values()[address])
    change = again | {"second": tuple(text.format(value) for text in again["second"])}
    decision = decided("table2", *table("table2", {address: change}))
    assert rules(decision) == {("READ.UNCONFIRMED", address)}


def test_one_application_read_wrong_everywhere_adds_up_and_is_not_believed():
    """1 read as 7 in every cell: no sum says so."""
    reading, witness = table("table3")
    lone = {"new", "granted", "total"}
    cells, second = [], {}
    for cell in reading.cells:
        row, column = cell.address.removeprefix("table3.").rsplit(".", 1)
        is_one = row in lone and column in ("natural_person", "total")
        seen = replace(witness.figures[1, cell.bbox], text="7" if is_one else "0", again="7" if is_one else "0")
        witness.figures[1, cell.bbox] = seen
        second[1, cell.bbox] = ("1",) if is_one else ("0",)
        cells.append(replace(cell, value=int(seen.text), raw=seen.text))
    decision = decided("table3", replace(reading, cells=tuple(cells)), replace(witness, second=second))
    assert {rule for rule, _ in rules(decision)} == {"READ.UNCONFIRMED"}
    assert len(decision.check.doubts) == 6


def test_a_blank_with_traces_is_no_blank():
    address = "table2.regulations.issued"
    blank = {"text": "", "pixels": b"", "width": 0, "second": ()}
    sure = decided("table2", *table("table2", {address: blank}))
    assert rules(sure) == set()
    unsure = decided("table2", *table("table2", {address: blank | {"is_unsure": True}}))
    assert ("READ.CELL_UNREAD", address) in rules(unsure)


def test_rows_that_were_not_read_are_our_doubt():
    reading, witness = table("table3")
    cells = tuple(cell for cell in reading.cells if not cell.address.startswith("table3.partial."))
    decision = decided("table3", replace(reading, cells=cells), witness)
    assert ("READ.ROWS_MISSING", "table3.partial") in rules(decision)


def test_without_a_second_reader_what_no_sum_guards_waits_for_a_person():
    for name, waits in (("table2", True), ("table3", False), ("table4", True)):
        reading, witness = table(name)
        decision = decided(name, reading, replace(witness, second={}, has_second=False))
        assert bool(decision.check.doubts) == waits


def test_a_poor_picture_is_said():
    reading, witness = table("table4")
    decision = decided("table4", reading, replace(witness, poor={1: "约 72 dpi，不足以辨认"}))
    assert ("READ.LOW_RESOLUTION", "table4") in rules(decision)
