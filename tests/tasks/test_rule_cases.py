"""Each rule that a read report is held against: a report that breaks it, where, and the nearest one that does not."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from balanced import cell, report, values

from expectations.evidence import Doubt
from expectations.forms import TABLES
from expectations.rules import RULES
from expectations.rules.documents import DOCUMENT_RULES
from expectations.suites.queries import QUERIES
from tasks.judge.draft import _sums
from tasks.judge.validate import validate
from tasks.read.claims import find_claims
from tasks.receipt.as_json import finding_dict


@dataclass(frozen=True)
class Case:
    """Changes to a balanced report that break `rule` at `where`, and like ones that do not break it."""

    rule: str
    where: str
    bad: dict
    good: dict = field(default_factory=dict)
    form: str = "2021"


NEW = "table3.new.total"
REVIEW = "table4.review"
GRANTED = "table3.granted"
V21, V19 = values("2021"), values("2019")
DENIED = sum(v for a, v in V21.items() if a.startswith("table3.denied.") and a.endswith(".total"))
LAWSUITS = sum(v for a, v in V21.items() if a.startswith("table4.litigation_") and a.endswith(".total"))
BLANK_ROW_TOTAL = {"changes": {f"{GRANTED}.total": ""}}
NONE_GRANTED = {"changes": {a: 0 for a in V21 if a.startswith(f"{GRANTED}.")} | {f"{GRANTED}.total": ""}}
ALL_BLANK = {"changes": {a: "/" for a in V21 if a.startswith(REVIEW)}}
DOUBTS = [rule.code for rule in DOCUMENT_RULES if rule.code.startswith("READ.") and rule.severity == "critical"]
DOUBTS.remove("READ.PICTURE")  # a remark of the reader's on a table
ALL_DOUBTED = tuple(Doubt(table, "1", "2") for table in TABLES)


def _plus(address, step=1, known=V21):
    return {"changes": {address: known[address] + step}}


def _moved(address, to):
    """One number is moved from a cell to another one."""
    return {"changes": {address: V21[address] - 1, to: V21[to] + 1}}


def _text(text):
    return {"claims": find_claims(f"{text}。", 2023)}


def _said(rule, where, text, number=None):
    """A text that states one more than the table holds, and one that states what it holds."""
    right = V21[where] if number is None else number
    return Case(f"TEXT.{rule}", where, _text(text.format(right + 1)), _text(text.format(right)))


CASES = (
    Case("T2.MISSING_TABLE", "table2", {"without": ("table2",)}),
    Case("T3.MISSING_TABLE", "table3", {"without": ("table3",)}),
    Case("T4.MISSING_TABLE", "table4", {"without": ("table4",)}),
    Case("T3.MISSING_TABLE", "table3", {"without": ("table3.",)}),
    Case("T2.MISSING_ROW", "table2.licensing", {"without": ("table2.licensing",)}),
    Case("T2.MISSING_ROW", "table2.fees", {"without": ("table2.fees",)}),
    Case("T2.MISSING_ROW", "table2.procurement", {"without": ("table2.procurement",)}, form="2019"),
    Case("T2.MISSING_ROW", "table2.regulations", {"without": ("table2.regulations.in_force",)}),
    Case("T2.MISSING_ROW", "table2.fees", {"also": (cell("table2.fees.amount_wan", 3),)}),
    Case("T3.MISSING_ROW", GRANTED, {"without": (f"{GRANTED}.",)}),
    Case("T3.MISSING_ROW", GRANTED, {"without": (f"{GRANTED}.total",)}, BLANK_ROW_TOTAL),
    Case("T3.MISSING_ROW", GRANTED, {"also": (cell(f"{GRANTED}.total", V21[f"{GRANTED}.total"]),)}),
    Case("T3.MISSING_ROW", "table3.other", {"without": ("table3.other.",)}, form="2019"),
    Case("T3.MISSING_COLUMN", "table3.*.research", {"without": tuple(a for a in V21 if a.endswith(".research"))}),
    Case("T4.MISSING_GROUP", REVIEW, {"without": (REVIEW,)}, ALL_BLANK),
    Case("T4.MISSING_GROUP", REVIEW, {"without": (f"{REVIEW}.pending",)}),
    Case("T4.MISSING_GROUP", REVIEW, {"without": tuple(a for a in V21 if a.endswith(".pending"))}),
    Case("T2.NOT_A_COUNT", "table2.licensing.decisions", {"changes": {"table2.licensing.decisions": "12abc"}},
         {"changes": {"table2.licensing.decisions": "—"}}),
    Case("T2.NOT_A_COUNT", "table2.licensing.decisions", {"changes": {"table2.licensing.decisions": Decimal("1.5")}},
         {"changes": {"table2.fees.amount_wan": Decimal("1.5")}}),
    Case("T2.NOT_A_COUNT", "table2.fees.amount_wan", {"changes": {"table2.fees.amount_wan": "若干"}}),
    Case("T2.NOT_A_COUNT", "table2.fees.amount_wan", {"changes": {"table2.fees.amount_wan": 10**30}}),
    Case("T2.NOT_A_COUNT", "table2.fees.amount_wan", {"changes": {"table2.fees.amount_wan": Decimal("1.2345678")}},
         {"changes": {"table2.fees.amount_wan": Decimal("1.234500")}}),
    Case("T2.NOT_A_COUNT", "table2.fees.amount_wan", {"changes": {"table2.fees.amount_wan": 1 + Decimal("1e-27")}},
         {"changes": {"table2.fees.amount_wan": Decimal("9999999999999.9999")}}),
    Case("T3.NOT_A_COUNT", f"{GRANTED}.research", {"changes": {f"{GRANTED}.research": Decimal("3.00001")}}),
    Case("T3.NOT_A_COUNT", f"{GRANTED}.research", {"changes": {f"{GRANTED}.research": 2**63}}),
    Case("T4.NOT_A_COUNT", f"{REVIEW}.total", {"changes": {f"{REVIEW}.total": "O"}},
         {"changes": {f"{REVIEW}.total": "无"}}),
    Case("T2.NEGATIVE", "table2.fees.amount_wan", {"changes": {"table2.fees.amount_wan": Decimal("-0.000001")}},
         {"changes": {"table2.fees.amount_wan": 0}}),
    Case("T2.NEGATIVE", "table2.fees.items_last_year", {"changes": {"table2.fees.items_last_year": -1}},
         {"changes": {"table2.fees.change": -1}}, "2019"),
    Case("T3.NEGATIVE", f"{GRANTED}.research", {"changes": {f"{GRANTED}.research": -1}},
         {"changes": {f"{GRANTED}.research": 0}}),
    Case("T4.NEGATIVE", f"{REVIEW}.upheld", {"changes": {f"{REVIEW}.upheld": -1}},
         {"changes": {f"{REVIEW}.upheld": 0}}),
    Case("T3.ROW_SUM", GRANTED, _moved(f"{GRANTED}.total", "table3.partial.total"),
         _moved(f"{GRANTED}.research", f"{GRANTED}.enterprise")),
    Case("T3.ROW_SUM", "table3.other", _plus("table3.other.total", known=V19), form="2019"),
    Case("T3.COLUMN_SUM", "table3.*.research", _moved(f"{GRANTED}.research", f"{GRANTED}.enterprise"),
         _moved(f"{GRANTED}.total", "table3.partial.total")),
    Case("T3.BALANCE", "table3.*.research", _moved("table3.new.research", "table3.new.enterprise"),
         _moved("table3.new.research", "table3.carried_over.research")),
    Case("T4.ROW_SUM", REVIEW, _plus(f"{REVIEW}.total"), _moved(f"{REVIEW}.upheld", f"{REVIEW}.pending")),
    Case("T3.TOTAL_BLANK", f"{GRANTED}.total", BLANK_ROW_TOTAL, NONE_GRANTED),
    Case("T3.TOTAL_BLANK", "table3.total.research", {"changes": {"table3.total.research": "/"}}),
    Case("T4.TOTAL_BLANK", f"{REVIEW}.total", {"changes": {f"{REVIEW}.total": "-"}}, ALL_BLANK),
    Case("CELL.BLANK", "table2", {"changes": {"table2.fees.amount_wan": ""}},
         {"changes": {"table2.fees.amount_wan": 0}}),
    Case("CELL.BLANK", "table4", ALL_BLANK),
    Case("FORMAT.YEAR_MISMATCH", "table3", {"year": 2021}, {"year": 2019}, "2019"),
    Case("FORMAT.YEAR_MISMATCH", "table2", {"year": 2020}, {"year": 2021}),
    Case("FORMAT.YEAR_MISMATCH", "table2", {"year": 2020}, {"year": 2020, "doubts": ALL_DOUBTED}),
    *(Case(rule, GRANTED, {"doubts": (Doubt(GRANTED, "12", "1", rule=rule),)}) for rule in DOUBTS),
    _said("RECEIVED", NEW, "收到政府信息公开申请{}件"),
    _said("CARRIED_OVER", "table3.carried_over.total", "收到申请，其中上年结转{}件"),
    _said("CARRIED_FORWARD", "table3.carried_forward.total", "收到申请，结转下年度{}件"),
    _said("HANDLED", "table3.total.total", "答复申请{}件"),
    _said("GRANTED", f"{GRANTED}.total", "答复申请，予以公开{}件"),
    _said("PARTIAL", "table3.partial.total", "答复申请，部分公开{}件"),
    _said("DENIED", "table3", "答复申请，不予公开{}件", DENIED),
    _said("REVIEW", f"{REVIEW}.upheld", "政府信息公开行政复议，结果维持{}件"),
    _said("LITIGATION", "table4", "政府信息公开行政诉讼{}件", LAWSUITS),
    Case("TEXT.ZERO", NEW, _text("未收到政府信息公开申请"), _text("收到政府信息公开申请")),
    Case("TEXT.ZERO", "table4", _text("未发生因政府信息公开引起的行政复议、行政诉讼")),
    Case("TEXT.ALL_DONE", "table3.carried_forward.total", _text("申请已全部按时办结"), _text("申请按时办结")),
    Case("TEXT.PARTS", "section.一", _text("收到申请4件，其中网上申请5件"), _text("收到申请4件，其中网上申请3件")),
    Case("DOC.NO_AGENCY", "agency", {"agency": None}),
    Case("DOC.NO_YEAR", "year", {"year": None}),
)  # fmt: skip
IDS = [f"{case.rule}-{case.where}" for case in CASES]


def _fails(case, changes):
    found = validate(report(case.form, **changes)).findings
    return [f for f in found if f.rule == case.rule and f.outcome == "fail"]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_report_that_breaks_the_rule_fails_there(case):
    found = [f for f in _fails(case, case.bad) if f.where == case.where]
    assert len(found) == 1
    assert found[0].severity == RULES[case.rule].severity
    assert any("\u4e00" <= letter <= "\u9fff" for letter in found[0].message)
    assert case.where not in found[0].message, "a place is named by its Chinese label"


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_nearest_report_that_keeps_the_rule_passes(case):
    assert _fails(case, case.good) == []


def test_every_rule_on_what_was_read_has_its_cases():
    assert {*QUERIES, *DOUBTS, "DOC.NO_AGENCY", "DOC.NO_YEAR"} == {case.rule for case in CASES}


def test_what_was_received_with_what_was_carried_over_is_only_noted():
    both = V21[NEW] + V21["table3.carried_over.total"]
    (finding,) = _fails(_said("RECEIVED", NEW, "{}"), _text(f"收到政府信息公开申请{both}件"))
    assert (finding.severity, finding.left, finding.right) == ("info", both, V21[NEW])


def test_a_claim_about_a_figure_in_doubt_is_not_judged():
    doubts = (Doubt("table3.new", "12", "1"),)
    verdict = validate(report(doubts=doubts, **_text("收到政府信息公开申请1件")))
    assert verdict.rules["TEXT.RECEIVED"] == "insufficient_data"


@pytest.mark.parametrize("rule", DOUBTS)
def test_a_sum_of_a_figure_in_doubt_is_not_said_to_hold(rule):
    """At the desk; the doubts of scans were not known there, so that sums of cells that nobody could read held."""
    doubted = report(doubts=(Doubt(NEW, "12", "1", rule=rule),))
    findings = [finding_dict(f) for f in validate(doubted).findings]
    assert {one["state"] for one in _sums(doubted, findings, [NEW])} == {"insufficient_data"}


def test_every_rule_has_its_outcome():
    rules = validate(report(changes={"table4.review.total": 1}, without=("table2",))).rules
    assert rules["T4.ROW_SUM"] == rules["T2.MISSING_TABLE"] == "fail"
    assert rules["T3.ROW_SUM"] == "pass"
    assert rules["T2.NEGATIVE"] == "insufficient_data"
    assert rules["TEXT.RECEIVED"] == "not_applicable"
    assert set(rules) == {
        *QUERIES,
        *(rule.code for rule in DOCUMENT_RULES if rule.code.startswith("READ.")),
        "DOC.NO_AGENCY",
        "DOC.NO_YEAR",
        "DOC.AGENCY_DOUBT",
        "DOC.YEAR_DOUBT",
        "DOC.YEAR_MISMATCH",
        "DOC.SECTIONS",
    }


def test_a_name_not_found_in_pictures_is_our_doubt():
    failed = {f.rule: f for f in validate(report(agency=None, year=None, pictured=(1,))).findings if f.keeps_out}
    assert failed["DOC.AGENCY_DOUBT"].fault == failed["DOC.YEAR_DOUBT"].fault == "reading"
    assert not {"DOC.NO_AGENCY", "DOC.NO_YEAR"} & set(failed)
