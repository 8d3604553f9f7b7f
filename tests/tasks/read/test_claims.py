"""What section one says of the tables: every claim of the genuine reports, and none where words mean other things."""

from pathlib import Path

import pytest

from tasks.read.claims import find_claims
from tasks.read.recognise import recognise
from tasks.read.report import read

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "dev" / "docs"
GENUINE = "szfgs2024.pdf"
NEW, CARRIED_OVER = "table3.new.total", "table3.carried_over.total"
CARRIED_FORWARD, HANDLED = "table3.carried_forward.total", "table3.total.total"


def _found(text, year=2023):
    return [(c.rule.removeprefix("TEXT."), c.stated, c.operands) for c in find_claims(text, year)]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("全年共收到政府信息公开申请１２件", [("RECEIVED", 12, (NEW,))]),
        ("2023年新收申请1,167件，办理答复1,175件。", [("RECEIVED", 1167, (NEW,)), ("HANDLED", 1175, (HANDLED,))]),
        ("收到公民、法人和其他组织提出的政府信息公开申请 3 件", [("RECEIVED", 3, (NEW,))]),
        ("（二）依申请公开情况。2023年受理34件，答复33件。", [("RECEIVED", 34, (NEW,)), ("HANDLED", 33, (HANDLED,))]),
        ("收到申请9件（含上年结转1件）", [("RECEIVED", 9, (NEW,)), ("CARRIED_OVER", 1, (CARRIED_OVER,))]),
        ("收到申请9件，结转下年度继续办理2件", [("RECEIVED", 9, (NEW,)), ("CARRIED_FORWARD", 2, (CARRIED_FORWARD,))]),
        ("收到申请9件，另有2件顺延到下年度答复", [("RECEIVED", 9, (NEW,)), ("CARRIED_FORWARD", 2, (CARRIED_FORWARD,))]),
        ("答复申请5件。其中，予以公开3件，部分公开1件，不予公开1件。",
         [("HANDLED", 5, (HANDLED,)), ("GRANTED", 3, ("table3.granted.total",)),
          ("PARTIAL", 1, ("table3.partial.total",)), ("DENIED", 1, ("table3.denied.*.total",))]),
        ("收到申请5件，已全部按时办结", [("RECEIVED", 5, (NEW,)), ("ALL_DONE", 0, (CARRIED_FORWARD,))]),
        ("因政府信息公开引起的行政复议6件，其中结果维持4件，结果纠正2件",
         [("REVIEW", 6, ("table4.review.total",)), ("REVIEW", 4, ("table4.review.upheld",)),
          ("REVIEW", 2, ("table4.review.corrected",))]),
        ("政府信息公开行政诉讼3件；尚未审结3件",
         [("LITIGATION", 3, ("table4.litigation_*.total",)), ("LITIGATION", 3, ("table4.litigation_*.pending",))]),
        ("我局未收到依申请公开的申请诉求", [("ZERO", 0, (NEW,))]),
        ("全年未收到政府信息公开申请", [("ZERO", 0, (NEW,))]),
        ("未发生因政府信息公开引起的行政复议、行政诉讼",
         [("ZERO", 0, ("table4.review.total", "table4.litigation_*.total"))]),
        ("没有被提起行政诉讼的案件", [("ZERO", 0, ("table4.litigation_*.total",))]),
    ],
)  # fmt: skip
def test_a_plain_statement_is_a_claim(text, claims):
    assert _found(text) == claims


@pytest.mark.parametrize(
    "text",
    [
        "通过门户网站公开各类信息803条，政务新媒体推送信息876篇",
        "全年办理12345热线工单300件，答复300件",
        "收到网上申请3件",
        "其中通过信函收到申请2件",
        "上半年收到政府信息公开申请4件",
        "2022年收到政府信息公开申请40件",
        "受理行政许可申请300件，办结299件",
        "全年办理行政复议案件500件，行政诉讼30件",
        "发布规范性文件解读5件，公开3件",
        "未发生依申请公开相关信访、投诉情况",
        "全年未发生因政府信息公开工作被责任追究的情况",
        "均在法定期限内予以答复",
        "全部申请件均控制在7个工作日内办结答复",
        "收取信息处理费0元，未收到申请减免信息处理费",
        "未收到涉及第三方合法权益的政府信息公开申请",
        "未发生因行政复议被纠正的情况",
        "共有2件正在办理，逾期答复0件",
    ],
)
def test_other_figures_are_no_claims(text):
    assert _found(f"（二）依申请公开情况。{text}。") == []


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("收到申请4件，其中网上申请3件，占75%；当面申请1件，占25%", [(4, 4), (3, 3), (1, 1)]),
        ("收到申请4件，其中网上申请3件，占75%；当面申请2件，占25%", [(5, 4), (3, 3), (2, 1)]),
        ("收到申请40件，其中网上申请30件", [(30, 30)]),
        ("收到申请4件，其中网上申请5件", [(5, 4)]),
        ("收到申请3件，其中网上申请1件，占33.3%", [(1, 1), (1, 1)]),
        ("政府信息公开行政复议9件，其中结果维持4件，结果纠正2件，其他结果1件，尚未审结1件", [(8, 9)]),
    ],
)
def test_the_parts_of_a_sentence_are_held_against_its_total(text, pairs):
    found = find_claims(text, 2023)
    assert [(c.stated, c.against) for c in found if c.rule == "TEXT.PARTS"] == pairs


@pytest.mark.parametrize(
    ("name", "number"),
    [(GENUINE, 14), ("002_364df7c04d74c708.txt", 5), ("003_4821fefb51fb680f.txt", 2), ("000_637ae1aad918b47d.txt", 1),
     ("001_c99affc8c425dc5e.txt", 1)],
)  # fmt: skip
@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_every_checkable_claim_of_the_genuine_reports_is_found(name, number):
    report = read(recognise(name, (CORPUS / name).read_bytes()))
    assert sum(claim.rule != "TEXT.PARTS" for claim in report.claims) == number
