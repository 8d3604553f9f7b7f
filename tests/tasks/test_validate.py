"""The verdict: what keeps a report out, what is only flagged, what is not judged at all, and whose fault it is."""

import json
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from balanced import cell, report, values

from expectations.evidence import Cell, Doubt, Finding, Suspect
from expectations.suites import runner
from expectations.suites.suite import SUITES
from tasks.judge.validate import validate, validate_all
from tasks.values import Report

GRANTED = "table3.granted"
V21 = values("2021")
TRUTH = Path(__file__).parents[2].parent / "shared" / "corpus" / "dev" / "truth"


def _rules(verdict):
    return [(f.rule, f.where) for f in verdict.findings]


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_a_sound_report_is_validated_without_a_remark(form):
    verdict = validate(report(form))
    assert (verdict.outcome, verdict.findings, verdict.reason) == ("validated", (), None)


def test_a_wrong_cell_fails_its_sums_with_evidence_and_is_named():
    address = f"{GRANTED}.research"
    verdict = validate(report(changes={address: V21[address] + 2}))
    assert verdict.outcome == "quarantined"
    assert _rules(verdict) == [("T3.ROW_SUM", GRANTED), ("T3.COLUMN_SUM", "table3.*.research")]
    row = verdict.findings[0]
    assert row.left - row.right == 2
    assert [c.address.rsplit(".", 1)[1] for c in row.cells][-1] == "total"
    assert all(c.page == 4 and c.bbox and c.raw for c in row.cells)
    assert row.suspect == Suspect(address, V21[address])
    assert row.message == (
        f"表三“（一）予以公开”行：各类申请人之和为 {row.left}，总计为 {row.right}，相差 2。"
        f"只要表三“（一）予以公开·科研机构”由 {V21[address] + 2} 改为 {V21[address]}，"
        "表内各项合计即全部平衡，请先核对这一格。"
    )


def test_two_wrong_cells_have_no_suspect():
    changes = {a: V21[a] + 1 for a in (f"{GRANTED}.research", "table3.partial.enterprise")}
    found = validate(report(changes=changes)).findings
    assert len(found) == 4
    assert all(f.suspect is None for f in found)


def test_a_table_that_is_not_fully_known_names_no_suspect():
    broken = report(changes={f"{GRANTED}.total": V21[f"{GRANTED}.total"] + 1}, without=("table3.partial.",))
    (finding,) = [f for f in validate(broken).findings if f.rule == "T3.ROW_SUM"]
    assert (finding.where, finding.suspect) == (GRANTED, None)


def test_a_sum_over_a_missing_or_improper_number_is_not_judged():
    assert _rules(validate(report(without=(f"{GRANTED}.",)))) == [("T3.MISSING_ROW", GRANTED)]
    broken = report(changes={f"{GRANTED}.research": "三"})
    assert _rules(validate(broken)) == [("T3.NOT_A_COUNT", f"{GRANTED}.research")]


@pytest.mark.parametrize("where", [f"{GRANTED}.research", GRANTED, "table3.*.research", "table3"])
def test_a_sum_over_a_doubted_cell_is_our_doubt_and_not_the_reports_fault(where):
    address = f"{GRANTED}.research"
    doubted = report(changes={address: V21[address] + 2}, doubts=(Doubt(where, "3", "1"),))
    verdict = validate(doubted)
    assert _rules(verdict) == [("READ.DISAGREEMENT", where)]
    assert verdict.outcome == "quarantined"
    assert "不代表报告有误" in verdict.findings[0].message


def test_the_cells_of_a_doubt_are_doubted_wherever_it_is_said_to_be():
    address = f"{GRANTED}.research"
    doubt = Doubt("table3.?", "3", "1", (cell(address, 3),))
    verdict = validate(report(changes={address: V21[address] + 2}, doubts=(doubt,)))
    assert _rules(verdict) == [("READ.DISAGREEMENT", "table3.?")]
    assert verdict.findings[0].cells == doubt.cells


@pytest.mark.parametrize("missing", [GRANTED, "table3.*.research", "table2.fees", "table4.review", "table4"])
def test_what_is_missing_under_a_doubt_is_not_called_missing(missing):
    gone = tuple(a for a in V21 if a.startswith(f"{missing}.") or missing == f"table3.*.{a.rsplit('.', 1)[1]}")
    verdict = validate(report(without=("table4",) if missing == "table4" else gone, doubts=(Doubt(missing, "", "1"),)))
    assert _rules(verdict) == [("READ.DISAGREEMENT", missing)]


def test_a_missing_column_is_told_once_and_no_sum_rests_on_it():
    gone = tuple(a for a in V21 if a.startswith("table3.") and a.endswith(".total"))
    assert _rules(validate(report(without=gone))) == [("T3.MISSING_COLUMN", "table3.*.total")]


def test_a_long_misprint_is_cut_in_the_message():
    address = f"{GRANTED}.research"
    (finding,) = validate(report(changes={address: "x" * 5000})).findings
    assert len(finding.message) < 120
    assert len(finding.cells[0].raw) == 5000


def test_a_blank_column_of_totals_is_derived_and_only_flagged():
    totals = {a: "/" for a in V21 if a.startswith("table3.") and a.endswith(".total")}
    verdict = validate(report(changes=totals))
    assert verdict.outcome == "validated"
    assert [f.rule for f in verdict.findings] == ["T3.TOTAL_BLANK"] * 25 + ["CELL.BLANK"]


def test_a_blank_row_of_totals_is_derived_and_still_balances_the_year():
    totals = {a: "" for a in V21 if a.startswith("table3.total.")}
    assert validate(report(changes=totals)).outcome == "validated"
    new = "table3.new.natural_person"
    broken = validate(report(changes=totals | {new: V21[new] + 1}))
    assert [f.rule for f in broken.findings if f.severity == "critical"] == ["T3.ROW_SUM", "T3.BALANCE"]


def test_a_total_that_is_derived_of_unknown_parts_is_not_judged():
    blank = {"table3.total.research": ""}
    verdict = validate(report(changes=blank, without=(f"{GRANTED}.",)))
    assert [f.rule for f in verdict.findings if f.severity == "critical"] == ["T3.MISSING_ROW"]


def test_a_blank_grand_total_must_be_the_same_by_rows_and_by_columns():
    verdict = validate(report(changes={"table3.total.total": "", f"{GRANTED}.total": V21[f"{GRANTED}.total"] + 1}))
    sums = [f for f in verdict.findings if f.rule.endswith("_SUM")]
    assert [f.where for f in sums] == [GRANTED, "table3.*.total"]
    assert "总计未填，按其余各数推算" in sums[1].message


def test_a_repeated_row_shows_both_of_each_cell():
    again = tuple(cell(a, v) for a, v in V21.items() if a.startswith(f"{GRANTED}."))
    (finding,) = validate(report(also=again)).findings
    assert (finding.rule, finding.where, len(finding.cells)) == ("T3.MISSING_ROW", GRANTED, 14)
    assert "重复" in finding.message


def test_a_cell_missing_in_a_row_is_named():
    (finding,) = validate(report(without=(f"{GRANTED}.research",))).findings
    assert finding.message == "表三“（一）予以公开”一行不完整或重复：应有 7 个数，缺 1 个数（科研机构）。"


def test_the_blank_cells_of_a_table_are_one_finding():
    blanks = {"table2.fees.amount_wan": "/", "table2.licensing.decisions": " — "}
    (finding,) = validate(report(changes=blanks)).findings
    assert {c.address for c in finding.cells} == set(blanks)
    assert "2 处" in finding.message


def test_each_table_is_held_against_its_own_form():
    old = {"table2": "2019", "table3": "2021", "table4": "2021"}
    cells = [c for c in report("2019").cells if c.address.startswith("table2")]
    cells += [c for c in report("2021").cells if not c.address.startswith("table2")]
    verdict = validate(report(forms=old, cells=tuple(cells), year=2023))
    assert _rules(verdict) == [("FORMAT.YEAR_MISMATCH", "table2")]


def test_table_4_is_the_same_in_both_forms_and_never_of_the_wrong_year():
    verdict = validate(report("2019", year=2024))
    assert _rules(verdict) == [("FORMAT.YEAR_MISMATCH", "table2"), ("FORMAT.YEAR_MISMATCH", "table3")]


def test_a_report_without_any_table_misses_all_three_and_nothing_else():
    verdict = validate(report(without=("table2", "table3", "table4")))
    assert [f.rule for f in verdict.findings] == ["T2.MISSING_TABLE", "T3.MISSING_TABLE", "T4.MISSING_TABLE"]


def test_cells_of_a_table_that_was_not_recognised_do_not_make_up_for_it():
    forms = {"table2": "2021", "table3": "2021"}
    assert _rules(validate(report(forms=forms))) == [("T4.MISSING_TABLE", "table4")]


def test_the_readers_notes_pass_through_after_what_is_critical():
    note = Finding("DOC.SECTIONS", "warning", "fail", "section.五", "第五部分没有内容")
    assert validate(report(notes=(note,))).findings == (note,)
    verdict = validate(report(notes=(note,), without=("table4",)))
    assert [f.severity for f in verdict.findings] == ["critical", "warning"]
    assert verdict.reason == "T4.MISSING_TABLE"


def test_a_rule_that_cannot_be_evaluated_is_our_fault_and_never_a_pass(monkeypatch):
    monkeypatch.setitem(SUITES["form_2021"].queries, "CELL.BLANK", "SELECT no_such_column FROM {batch}")
    monkeypatch.setattr(runner, "_runner", None)
    verdict = validate(report())
    (finding,) = verdict.findings
    assert (verdict.outcome, finding.rule, finding.severity) == ("quarantined", "CELL.BLANK", "critical")
    assert (finding.outcome, finding.where) == ("error", "rules")
    assert "本系统的故障" in finding.message
    assert "no_such_column" in finding.message


def test_threads_share_the_suites_and_keep_their_reports_apart():
    good, bad = report(), report("2019", without=("table4",))
    wrong = []

    def work():
        for _ in range(3):
            outcomes = validate(good).outcome, validate(bad).outcome
            if outcomes != ("validated", "quarantined"):
                wrong.append(outcomes)

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == []


def _truths():
    found = (json.loads(path.read_text()) for path in sorted(TRUTH.glob("*.json")))
    return [t for t in found if t["table3"] is not None]


def _as_report(truth):
    forms, cells = {}, []
    for table in ("table2", "table3", "table4"):
        for row, figures in (truth[table] or {}).items():
            forms[table] = truth["table3_format"] if table == "table3" else truth["format"]
            figures.pop("amount_unit", None)
            cells += (_as_cell(f"{table}.{row}.{column}", value) for column, value in figures.items())
    who = truth["agency"], truth["year"]
    return Report("", *who, None, forms, tuple(cells), (), (), (), "truth", "truth")


def _as_cell(address, value):
    number = Decimal(value) if isinstance(value, str) else value
    return Cell(address, number, "" if value is None else str(value), 1, None, "truth")


@pytest.mark.skipif(not TRUTH.is_dir(), reason="the development corpus is not here")
def test_the_truth_of_the_corpus_breaks_just_the_rules_that_it_says():
    wrong = {}
    for truth in _truths():
        found = validate(_as_report(truth)).findings
        critical = {f"{f.rule} {f.where}" for f in found if f.severity == "critical"}
        expected = {" ".join(v.split()[:2]) for v in truth["violation_cells"]}
        warned = {f.rule for f in found if f.severity == "warning"} - {"CELL.BLANK"}
        if critical != expected or warned - set(truth["warnings"]):
            wrong[truth["doc_id"]] = critical, expected, warned
    assert wrong == {}


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_of_every_report_with_one_wrong_cell_in_table_3_that_cell_is_named(form):
    right = values(form)
    cells = [address for address in right if address.startswith("table3.")]
    verdicts = validate_all([report(form, changes={address: right[address] + 1}) for address in cells])
    for address, verdict in zip(cells, verdicts, strict=True):
        failed = [f for f in verdict.findings if f.severity == "critical"]
        assert failed
        assert {(f.suspect.address, f.suspect.balancing_value) for f in failed} == {(address, right[address])}
