"""Review at the desk: a doubtful cell is decided in a real browser, by keyboard, and stands in the lake."""

import time

from expectations.forms import FORMS
from tasks.judge.decisions import review_in
from tasks.lake.query import connect
from tasks.roles import Role
from tests.desk.conftest import settled
from tests.desk.reports import ADDRESS, MISSED_ROW, PRINTED, doubtful_report, report, report_missing_a_row, wrong_report


def reviewer(browse):
    """A page of one who reviews; the helpers are started by it, which takes a while on a busy machine."""
    page = browse(Role.REVIEW, Role.READ)
    page.set_default_timeout(60_000)
    return page


def decisions_on(ledger, row):
    return [review_in(one.content) for one in ledger.decisions_on(row.sha256)]


def cells_in_lake(buckets, ledger, address):
    with connect(buckets, ledger=ledger) as lake:
        sql = "SELECT value, raw, is_corrected, printed_value, page, x0, engine FROM cells WHERE address = ?"
        return lake.execute(sql, [address]).fetchall()


def test_a_doubtful_cell_is_corrected_by_keyboard_and_found_in_the_lake(browse, landed, ledger, buckets):
    (row,) = landed({"存疑.pdf": doubtful_report()})
    assert row.reason == "READ.DISAGREEMENT"
    page = reviewer(browse)
    page.goto("/review")
    page.get_by_role("link", name="开始").focus()
    page.keyboard.press("Enter")
    page.locator(".cell.here input:focus").wait_for()
    page.locator(".verdict.bad").wait_for()
    page.keyboard.type("37633")
    page.locator(".verdict.good").wait_for()
    start = time.monotonic()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    shown = time.monotonic() - start
    row = settled(ledger, buckets, "存疑.pdf")
    in_lake = time.monotonic() - start
    page.get_by_text("已提交更正。通过").wait_for()
    assert row.outcome == "validated"
    ((value, raw, is_corrected, *_),) = cells_in_lake(buckets, ledger, ADDRESS)
    assert (str(value), raw, is_corrected) == ("37633.0000", PRINTED, True)
    (review,) = decisions_on(ledger, row)
    assert (review.decision.kind, review.decision.by) == ("correct", "王莉")
    assert shown < 5
    assert in_lake < 10, "a whole run under the tests' load; docs/desk.md says what it takes alone"


def test_ten_alike_are_ten_key_presses_and_a_reload_loses_nothing(browse, landed, ledger):
    rows = landed({f"{n}.pdf": doubtful_report(f"云浦县{name}局") for n, name in enumerate(("财政", "教育", "审计"))})
    page = reviewer(browse)
    page.goto(f"/review/{rows[-1].id}")
    page.locator(".cell.here input:focus").wait_for()
    page.keyboard.type("5")
    page.reload()
    page.locator(".cell.here input:focus").wait_for()
    assert page.locator(".cell.here input").input_value() == "5"
    page.keyboard.type("37632")
    for n in range(3):
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before)
        if n < 2:
            page.locator(".cell.here input:focus").wait_for()
    made = [decisions_on(ledger, row) for row in rows]
    assert [len(one) for one in made] == [1, 1, 1]
    assert {c.value for (review,) in made for c in review.corrections} == {"37632"}


def test_control_z_takes_back_a_confirmation_and_then_the_decision(browse, landed, ledger, buckets):
    (row,) = landed({"存疑.pdf": doubtful_report()})
    page = reviewer(browse)
    page.goto(f"/review/{row.id}")
    page.locator(".cell.here input:focus").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    assert settled(ledger, buckets, "存疑.pdf").outcome == "validated"
    page.get_by_role("button", name="撤销").click()
    page.wait_for_url(f"**/review/{row.id}")
    deadline = time.monotonic() + 30
    while ledger.find(buckets.landing.bucket, "存疑.pdf")[0].outcome != "quarantined":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [one.decision.kind for one in decisions_on(ledger, row)] == ["correct", "undo"]


def test_what_nobody_read_is_not_confirmed_with_one_key(browse, landed, ledger):
    (row,) = landed({"元.pdf": report(changes={ADDRESS: "376320元"})})
    page = reviewer(browse)
    page.goto(f"/review/{row.id}")
    page.locator(".cell.here input:focus").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("请填数").wait_for()
    assert page.locator(".cell.done").count() == 0
    page.keyboard.type("37.632")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    (review,) = decisions_on(ledger, row)
    assert [c.value for c in review.corrections] == ["37.632"]


def test_a_missed_row_is_added_with_its_place(browse, landed, ledger, buckets):
    (row,) = landed({"缺行.pdf": report_missing_a_row()})
    assert row.reason == "T3.MISSING_ROW"
    page = reviewer(browse)
    page.goto(f"/review/{row.id}")
    page.locator(".cell.here input:focus").wait_for()
    box = page.locator(".cell.here svg.crop").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 40)
    page.mouse.up()
    for _ in FORMS["2021"].applicants:
        page.keyboard.type("0")
        page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    assert settled(ledger, buckets, "缺行.pdf").outcome == "validated"
    ((value, raw, is_corrected, printed, number, x0, engine),) = cells_in_lake(
        buckets, ledger, f"{MISSED_ROW}.natural_person"
    )
    assert (value, raw, is_corrected, printed, engine) == (0, "", True, None, "person")
    assert number
    assert x0 > 0
    ((_, _, _, _, no_place, *_),) = cells_in_lake(buckets, ledger, f"{MISSED_ROW}.total")
    assert no_place is None, "a place is told only where a person showed one"


def test_a_source_error_is_accepted_with_a_note_or_left(browse, landed, ledger, buckets):
    (row,) = landed({"原文有误.pdf": wrong_report()})
    page = reviewer(browse)
    page.goto(f"/review/{row.id}")
    page.get_by_role("button", name="按原文入库").click()
    page.get_by_role("alert").get_by_text("请写明理由").wait_for()
    page.keyboard.type("原件如此，已电话核实")
    page.get_by_role("button", name="按原文入库").click()
    page.wait_for_url("**/review")
    assert settled(ledger, buckets, "原文有误.pdf").outcome == "validated"
    (review,) = decisions_on(ledger, row)
    assert (review.decision.kind, review.decision.note) == ("accept", "原件如此，已电话核实")


def test_the_rules_are_held_by_the_server_as_the_pipeline_would(visit, landed):
    (row,) = landed({"原文有误.pdf": wrong_report()})
    client = visit(Role.REVIEW, Role.READ)
    held = client.call(f"/review/{row.id}/hold", corrections={}, about=["table3.new.total"]).json()
    assert held["outcome"] == "quarantined"
    assert {one["state"] for one in held["sums"]} == {"fail"}
    page = client.get(f"/review/{row.id}").text
    suggestion = page.partition('data-take="')[2].partition('"')[0]
    held = client.call(
        f"/review/{row.id}/hold", corrections={"table3.new.total": suggestion}, about=["table3.new.total"]
    ).json()
    assert (held["outcome"], held["findings"]) == ("validated", [])
    assert {one["state"] for one in held["sums"]} == {"pass"}
    wrong = client.call(f"/review/{row.id}/hold", corrections={"table3.new.total": "五"}, about=[])
    assert (wrong.status_code, "不是数" in wrong.json()["error"]) == (400, True)


def test_only_who_may_review_decides_and_not_over_another(visit, landed, ledger):
    (row,) = landed({"原文有误.pdf": wrong_report()})
    order = {"kind": "reject", "note": "机关将重新发布", "seen": 0}
    reader = visit(Role.READ, Role.HAND_IN, name="李雷")
    assert reader.get(f"/review/{row.id}").status_code == 403
    assert reader.call(f"/review/{row.id}/decide", **order).status_code == 403
    one, other = visit(Role.REVIEW, Role.READ, name="王莉"), visit(Role.REVIEW, Role.READ, name="赵敏")
    assert one.post(f"/review/{row.id}/decide", json=order).status_code == 403, "no token"
    assert one.call(f"/review/{row.id}/decide", **{**order, "kind": "retract"}).status_code == 400
    assert one.call(f"/review/{row.id}/decide", **order).status_code == 200
    late = other.call(f"/review/{row.id}/decide", **{**order, "kind": "accept"})
    assert (late.status_code, "王莉" in late.json()["error"]) == (400, True)
    assert len(decisions_on(ledger, row)) == 1
