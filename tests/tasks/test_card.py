"""The receipt for people."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import get_args

import pytest

from expectations.evidence import Decision
from tasks.ledger import Other, Standing
from tasks.receipt.page import receipt_page
from tasks.receipt.standing import brought_up_to_date
from tasks.values import Outcome, Receipt

EVIL = "<script>alert(1)</script>&\"'$title{}"


class _Page(HTMLParser):
    """The page's elements, its text, and the cells that are marked."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.accused, self._open = [], "", [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._open = dict(attrs).get("class")
        assert not {"src", "onclick"} & dict(attrs).keys()

    def handle_data(self, data):
        self.text += data
        if self._open == "wrong":
            self.accused.append(data)
            self._open = None


def _receipt(make, **changes):
    source = make.source()
    plain = Receipt(
        *(source.bucket, source.key, source.etag, source.sha256, source.size, source.landed_at),
        *(datetime(2025, 3, 2, tzinfo=UTC), "quarantined", "T3.ROW_SUM", "有 1 个严重问题"),
        agency="淮安市人民政府",
        year=2024,
        report_id="77883b36834a4355",
        findings=(make.finding(),),
    )
    return replace(plain, **changes)


def test_it_tells_verdict_findings_with_their_place_and_the_tables_as_read(make):
    report = make.report()
    page = _Page(receipt_page(_receipt(make), Standing(), report))
    assert "未通过校验，已隔离" in page.text
    assert "各列之和 5 不等于总计 4" in page.text
    assert "表三“一、本年新收政府信息公开申请数量”，第 4 页" in page.text
    assert page.tags.count("td") == len(report.cells)
    suspect = next(cell for cell in report.cells if cell.address == "table3.new.total")
    assert page.accused == [suspect.raw]


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_outcome_has_a_page_without_tables_too(make, outcome):
    page = _Page(receipt_page(_receipt(make, outcome=outcome, report_id=None, agency=None, year=None), Standing()))
    assert "2024/报告.pdf" in page.text
    assert "table" not in page.tags


@pytest.mark.parametrize(("kind", "head"), [("retract", "已撤回"), ("reject", "隔离，人工核对后维持")])
def test_what_a_person_decided_for_good_asks_for_no_other_decision(make, kind, head):
    decision = Decision(kind, "张三", datetime(2025, 3, 2, tzinfo=UTC), "理由")
    text = _Page(receipt_page(_receipt(make, review=decision), Standing())).text
    assert head in text
    assert "未通过校验" not in text
    assert "请运维人员" not in text


@pytest.mark.parametrize("kind", ["accept", "correct"])
def test_a_decision_that_did_not_suffice_leaves_it_waiting(make, kind):
    decision = Decision(kind, "张三", datetime(2025, 3, 2, tzinfo=UTC), "理由")
    assert "未通过校验，已隔离" in _Page(receipt_page(_receipt(make, review=decision), Standing())).text


def test_nothing_in_a_report_becomes_markup(make):
    report = make.report()
    cells = tuple(replace(cell, raw=EVIL) for cell in report.cells)
    finding = replace(make.finding(), message=EVIL, where=EVIL, rule=EVIL)
    receipt = _receipt(make, key=EVIL, agency=EVIL, message=EVIL, findings=(finding,), flow_run_url=EVIL)
    html = receipt_page(receipt, Standing(), replace(report, title=EVIL, cells=cells))
    page = _Page(html)
    assert "script" not in page.tags
    assert page.text.count(EVIL) >= len(cells) + 5
    assert not re.search(r"https?://", html.replace(EVIL, ""))


def test_a_cell_that_was_not_read_is_not_shown_as_blank(make):
    report = make.report()
    cells = tuple(replace(c, raw="") if c.address == "table3.new.total" else c for c in report.cells[:-1])
    text = _Page(receipt_page(_receipt(make), Standing(), replace(report, cells=cells))).text
    assert (text.count("空白"), text.count("未读到")) == (1, 1)


OTHER = Other(2, "landing", "2024/更正<b>.pdf", "0123456789abcdef", datetime(2025, 3, 2, tzinfo=UTC))
STANDINGS = {
    "replaced_by": (Standing("lake", replaced_by=OTHER, is_obsolete=True), "已被取代"),
    "corrected_by_quarantined": (Standing("lake", is_current=True, corrected_by_quarantined=OTHER), "等待核对"),
    "leaves_standing": (Standing("quarantine", is_current=True, leaves_standing=OTHER), "较早的版本"),
}


@pytest.mark.parametrize("what", STANDINGS)
def test_it_says_where_the_report_stands_and_stops_saying_so(make, what):
    standing, said = STANDINGS[what]
    html = receipt_page(_receipt(make), standing, make.report())
    text = _Page(html).text
    assert (said in text, OTHER.key in text) == (True, True)
    assert "<b>" not in html
    _, later = brought_up_to_date({"version": None}, html, Standing())
    assert said not in later
    assert later == receipt_page(_receipt(make), Standing(), make.report())
    _, back = brought_up_to_date({"version": None}, later, standing)
    assert back == html


def test_it_links_to_the_receipt_of_the_first(make):
    receipt = _receipt(make, key="2024/a/报告.pdf", duplicate_of="x #1.pdf", first_receipt="x #1.pdf.html")
    assert 'href="../../x%20%231.pdf.html"' in receipt_page(receipt, Standing())
