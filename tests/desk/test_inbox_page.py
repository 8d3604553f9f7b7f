"""The list of everything: searched, filtered, counted, a page at a time, and as CSV."""

import csv
import re

import pytest

from tasks.ledger import Settlement
from tasks.ledger.listing import Wanted
from tasks.roles import Role


@pytest.fixture
def four(land):
    """One of each kind."""
    land("a/水务局2023.pdf", "quarantined", "T3.ROW_SUM", "松岭县水务局", 2023, ("T3.ROW_SUM", "TEXT.NEW"))
    land("b/教育局2024.PDF", "validated", None, "沧溪区教育局", 2024, ("TEXT.NEW",))
    land("预算.pdf", "rejected", "DOC.NOT_ANNUAL_REPORT", rules=("DOC.NOT_ANNUAL_REPORT",), message="不是年度报告。")
    land("在路上.pdf")


def names(answer):
    return re.findall(r'<th scope="row">\s*(?:<a[^>]*>)?([^<]*?)(?:</a>)?\s*(?:<p>|</th>)', answer.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["在路上.pdf", "预算.pdf", "b/教育局2024.PDF", "a/水务局2023.pdf"]),
        ("q=教育局", ["b/教育局2024.PDF"]),
        ("q=沧溪区", ["b/教育局2024.PDF"]),
        ("q=2024.pdf", ["b/教育局2024.PDF"]),
        ("q=松岭 水务", ["a/水务局2023.pdf"]),
        ("q=松岭 教育", []),
        ("q=%25", []),
        ("year=2023", ["a/水务局2023.pdf"]),
        ("outcome=open", ["在路上.pdf"]),
        ("outcome=validated", ["b/教育局2024.PDF"]),
        ("reason=DOC.NOT_ANNUAL_REPORT", ["预算.pdf"]),
        ("rule=TEXT.NEW", ["b/教育局2024.PDF", "a/水务局2023.pdf"]),
        ("rule=TEXT.NEW&year=2024&q=教育", ["b/教育局2024.PDF"]),
        ("year=x&rule=NONE", []),
    ],
)
def test_the_list_is_searched_and_filtered(visit, buckets, four, query, found):
    assert names(visit(Role.READ).get(f"/inbox?{query}")) == found


def test_outcomes_are_counted_under_the_other_conditions(ledger, four):
    every = ledger.tally(Wanted(outcome="validated"))
    assert {kind: number for kind, number in every.items() if number} == {
        "open": 1, "validated": 1, "quarantined": 1, "rejected": 1,
    }  # fmt: skip
    assert ledger.tally(Wanted(text="教育"))["validated"] == 1
    assert ledger.tally(Wanted(rule="TEXT.NEW", year=2023))["quarantined"] == 1


def test_pages_follow_one_another_without_a_gap(visit, buckets, land):
    for number in range(120):
        land(f"{number}.pdf", "validated", None, "机关", 2024)
    client, seen, address = visit(Role.READ), [], "/inbox?q=机关"
    while address:
        answer = client.get(address)
        seen += names(answer)
        older = re.search(r'href="([^"]+)" rel="next"', answer.text)
        land("新来的.pdf")
        address = older and older[1].replace("&amp;", "&")
    assert seen == [f"{number}.pdf" for number in range(119, -1, -1)]
    newer = re.search(r'href="([^"]+)" rel="prev"', answer.text)[1].replace("&amp;", "&")
    assert names(client.get(newer)) == [f"{number}.pdf" for number in range(69, 19, -1)]
    assert client.get("/inbox?before=nonsense").status_code == 400


def test_what_is_judged_anew_is_found_by_its_new_rules(ledger, land):
    object_id = land("a.pdf", "quarantined", "T3.ROW_SUM", "机关", 2024, ("T3.ROW_SUM",))
    ledger.reopen([object_id])
    ledger.claim([object_id], "test", 60)
    ledger.settle([Settlement(object_id, "validated", None, "", "另一机关", 2024, sha256="s0", rules=())], "test")
    assert ledger.listed(Wanted(rule="T3.ROW_SUM")) == []
    assert [one.row.id for one in ledger.listed(Wanted(text="另一"))] == [object_id]


def test_as_csv_it_is_whole_and_holds_no_formula(visit, buckets, land):
    land('=HYPERLINK("http://evil").pdf', "rejected", "DOC.CORRUPT", message="+1\n坏了")
    land("好.pdf", "validated", None, "@机关", 2024)
    client = visit(Role.READ)
    answer = client.get("/inbox.csv?outcome=rejected")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    head, row = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert (head[0], row[0]) == ("文件", '\'=HYPERLINK("http://evil").pdf')
    assert row[6] == "'+1\\n坏了"
    assert len(client.get("/inbox.csv").text.splitlines()) == 3


def test_a_hostile_name_is_text_in_the_list(browse, buckets, land):
    land("<script>alert(1)</script>‮.pdf", "rejected", "DOC.CORRUPT", message="<img src=x onerror=alert(1)>")
    page = browse(Role.READ)
    page.goto("/inbox")
    assert page.locator("tbody th a").inner_text() == "<script>alert(1)</script>\\u202e.pdf"
    assert page.locator("main img, main script").count() == 0
