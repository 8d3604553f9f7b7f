"""Found by fresh eyes: plausible documents that the maker of tests/plausible does not make, one test for each class."""

import random
import re

import pytest

from expectations.blanks import is_blank_mark
from expectations.forms import FORMS
from tasks.judge.validate import validate
from tasks.read.figures import read_figure
from tasks.read.recognise import recognise
from tasks.read.report import read
from tests.plausible.document import Cell, Line, Run, base
from tests.plausible.render import printed

FEES = "table2.fees.amount_wan"
COUNT = next(f for f in FORMS["2021"].figures() if f.address == "table2.licensing.decisions")
AMOUNT = next(f for f in FORMS["2021"].figures() if f.address == FEES)


def draft(medium, form="2021"):
    made = base(random.Random(4), medium, form)
    made.file_stem, made.page_title = "report", ""
    return made


def judged(made, change=lambda body: body):
    name, body = printed(made)
    report = read(recognise(name, change(body)))
    return report, validate(report)


def failed(verdict):
    return {f.rule for f in verdict.findings if f.outcome == "fail" and f.severity == "critical"}


def test_the_plain_reports_are_validated():
    for medium in ("html", "docx", "md"):
        assert judged(draft(medium))[1].outcome == "validated"


@pytest.mark.parametrize(
    "said", ["注：金额以元为单位。", "备注：上表中收费金额按元填报。", "说明：收费金额系以元计。", "以上金额均为元。"]
)
@pytest.mark.parametrize("medium", ["html", "docx", "tabs"])
def test_a_sentence_may_say_the_unit_of_the_amounts(medium, said):
    made = draft(medium)
    made.cell(FEES).text = "120000"
    after = max(n for n, block in enumerate(made.blocks) if getattr(block, "name", "") == "table2")
    made.blocks.insert(after + 1, Line([Run(said)]))
    assert failed(judged(made)[1]) == {"READ.DISAGREEMENT"}


@pytest.mark.parametrize("unit", ["（RMB）", "（￥）", "（角）", "（$）"])
@pytest.mark.parametrize("medium", ["html", "md"])
def test_a_currency_in_the_head_is_another_unit(medium, unit):
    made = draft(medium)
    next(c for t in made.tables() for c in t.cells() if "收费金额" in c.text).text = f"本年收费金额{unit}"
    assert failed(judged(made)[1]) == {"READ.DISAGREEMENT"}


def test_what_hides_a_figure_is_no_blank():
    assert not any(map(is_blank_mark, ("####", "***", "??", "＃＃＃")))
    assert all(map(is_blank_mark, ("-", "/", "——", "…", "·")))


@pytest.mark.parametrize(
    "raw",
    ["####", "***", "nan", "NULL", "#REF!", "十二", "1.2E+04", "62+2", "49/52", "(44)", "￥120000", "20057\n其中本级2"],
)
def test_what_may_mean_a_number_is_a_doubt_and_no_accusation(raw):
    assert read_figure(raw, COUNT).unclear


def test_a_full_stop_for_the_point_is_a_doubt():
    assert read_figure("12。35", AMOUNT).unclear


@pytest.mark.parametrize("medium", ["html", "md", "tabs", "pdf"])
def test_one_item_for_the_city_and_for_the_whole_area(medium):
    made = draft(medium)
    table = next(t for t in made.tables() if any(c.text == "行政处罚" for c in t.cells()))
    at = next(n for n, row in enumerate(table.rows) if row[0].text == "行政处罚")
    again = [Cell([Run(c.text)], c.rows, c.cols, c.role) for c in table.rows[at]]
    table.rows[at][0].text, again[0].text, again[1].text = "行政处罚（市本级）", "行政处罚（全市）", "588"
    table.rows.insert(at + 1, again)
    assert failed(judged(made)[1]) == {"READ.DISAGREEMENT"}


def test_items_as_columns_are_no_missing_rows():
    table = "| 信息内容 | 规章 | 行政规范性文件 |\n|---|---|---|\n| 本年制发件数 | 3 | 4 |\n| 本年废止件数 | 1 | 2 |\n"
    table += "| 现行有效件数 | 5 | 6 |\n\n"
    made = draft("md")
    text = printed(made)[1].decode()
    start, end = text.index("| 第二十条第（一）项"), text.index("| 第二十条第（五）项")
    _, verdict = judged(made, lambda _: (text[:start] + table + text[end:]).encode())
    assert failed(verdict) == {"READ.DISAGREEMENT"}


def test_a_table_s_foot_is_shown_last():
    def with_foot(body):
        text = body.decode()
        at = text.index("申请人情况")
        start, end = text.rindex("<table", 0, at), text.index("</table>", at)
        rows = re.findall(r"<tr.*?</tr>", text[start:end], re.DOTALL)
        table = f"<table><tfoot>{rows[-1]}</tfoot><tbody>{''.join(rows[:-1])}</tbody>"
        return (text[:start] + table + text[end:]).encode()

    assert judged(draft("html"), with_foot)[1].outcome == "validated"


def test_what_is_laid_over_a_cell_is_a_doubt():
    made = draft("html")
    cell = made.cell("table2.licensing.decisions")
    cell.text = "20OVER"
    over = b'<span style="position:absolute;left:0;background:#fff">13</span>'
    _, verdict = judged(made, lambda body: body.replace(b"OVER", over))
    assert failed(verdict) == {"READ.DISAGREEMENT"}


BOX = (
    '<w:p><w:r><w:pict><v:shape style="position:absolute;left:200pt;top:300pt"><v:textbox><w:txbxContent><w:p><w:r>'
    "<w:t>{}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
)
FRAME = '<w:p><w:pPr><w:framePr w:hAnchor="page" w:x="5000" w:y="5000"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'


@pytest.mark.parametrize("floating", [BOX, FRAME])
def test_a_number_that_floats_over_a_word_table_is_a_doubt(floating):
    made = draft("docx")
    made.cell("table2.licensing.decisions").text = ""
    made.before = floating.format("224")
    assert failed(judged(made)[1]) == {"READ.DISAGREEMENT"}


def test_a_title_two_years_older_than_its_date_is_a_doubt_and_no_wrong_form():
    made = draft("tabs", "2019")
    made.blocks = [b for b in made.blocks if getattr(b, "kind", "") not in ("intro", "sign", "date")]
    made.lines("title")[0].text = f"{made.agency}2021年政府信息公开工作年度报告"
    made.blocks.append(Line([Run("2023年1月20日")], "date"))
    _, verdict = judged(made)
    assert failed(verdict) == {"DOC.YEAR_DOUBT"}
    assert verdict.rules["FORMAT.YEAR_MISMATCH"] == "insufficient_data"
