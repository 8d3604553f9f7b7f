"""One test for each defect that was found in what figures mean and which row and column they have.

Each is a small web page or text as somebody publishes it, changed in the one way that was read wrong. What was found in
other rooms is kept in files of their own: test_issues_guard.py, _faults.py, _text.py, _who.py.
"""

import re

import pytest

from expectations.forms import FORMS
from tasks.judge.second_look import reconsidered
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tests.tasks.read.made import FIGURES, dump, html

OURS = {"READ.DISAGREEMENT"}


def judge(page, name="a.html"):
    """The report and the critical rules that it breaks."""
    document = recognise(name, page.encode())
    report = read(document)
    report, verdict = reconsidered(document, report, validate(report))
    return report, {f.rule for f in verdict.findings if f.severity == "critical"}


def values(report):
    return {cell.address: cell.value or 0 for cell in report.cells}


def put(address, text, form="2021"):
    """A page in which the cell at `address` prints `text`; its figure is one that stands nowhere else."""
    figure = str(FIGURES[form][address])
    page = html(form)
    assert page.count(f">{figure}<") == 1, figure
    return page.replace(f">{figure}<", f">{text}<")


ALONE = next(
    address
    for address, figure in FIGURES["2021"].items()
    if address.startswith("table3.new.") and html("2021").count(f">{figure}<") == 1
)


@pytest.mark.parametrize("mark", ["①", "²", "*", "※", "注", "（注）", "\u200b", "\ufeff", "件"])
def test_what_stands_behind_a_figure_is_no_digit(mark):
    report, broken = judge(put(ALONE, f"{FIGURES['2021'][ALONE]}{mark}"))
    assert (values(report)[ALONE], broken) == (FIGURES["2021"][ALONE], set())


@pytest.mark.parametrize("text", ["12①3", "½", "Ⅻ", "٣", "12万", "5%", "\u202e21", "12(13)", "—5", "1,23", "3 / 4"])
def test_what_may_mean_another_number_is_our_doubt(text):
    _, broken = judge(put(ALONE, text))
    assert broken == OURS


@pytest.mark.parametrize("mark", ["﹣", "＼", "─", "～", "—", "/", "无", "\ufeff", "\u200b", "不涉及", "·", "－－"])
def test_marks_for_none_are_blank(mark):
    zero = next(a for a, figure in FIGURES["2021"].items() if a.startswith("table4.") and figure == 0)
    page = html("2021")
    head, tail = page[: page.rindex("结果维持")], page[page.rindex("结果维持") :]
    report, broken = judge(head + tail.replace(">0<", f">{mark}<"))
    assert (values(report)[zero], broken) == (0, set())


@pytest.mark.parametrize("head", ["（单位：元）", "（元）", "（单位：亿元）"])
def test_an_amount_in_another_unit_is_our_doubt(head):
    _, broken = judge(html("2021").replace("（单位：万元）", head))
    assert broken == OURS


def test_a_unit_above_the_table_counts_too():
    _, broken = judge(html("2021").replace("（单位：万元）", "").replace("<table>", "<p>单位：元</p><table>", 1))
    assert broken == OURS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量"),
        ("（一）予以公开", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    ],
)
def test_rows_in_another_order_and_numbered_anew_keep_their_names(one, other):
    """Rows are exchanged whole, and their numbers follow the new order: what counts is the name."""
    page = html("2021")
    first, second = (re.search(rf"<tr>(?:(?!</tr>).)*{re.escape(label)}.*?</tr>", page)[0] for label in (one, other))
    if "rowspan" in first:  # the heading of the group stays where it is
        heading = re.match(r"<tr><td rowspan[^>]*>[^<]*</td>", first)[0]
        first, moved = first.replace(heading, "<tr>"), second.replace("<tr>", heading, 1)
        page = page.replace(heading + first.removeprefix("<tr>"), moved, 1).replace(second, first, 1)
    else:
        page = page.replace(first, "\0").replace(second, first).replace("\0", second)
    numbers = re.match(r"（?.[、）]", one)[0], re.match(r"（?.[、）]", other)[0]
    page = page.replace(one, numbers[1] + one[len(numbers[0]) :]).replace(other, numbers[0] + other[len(numbers[1]) :])
    report, broken = judge(page)
    assert broken <= OURS
    assert broken or values(report) == FIGURES["2021"]


def test_other_written_otherwise_is_no_missing_column():
    report, broken = judge(html("2021").replace(">其他<", ">其它<"))
    assert (values(report), broken) == (FIGURES["2021"], set())


def test_a_head_that_nobody_knows_is_our_doubt():
    _, broken = judge(html("2021").replace(">科研机构<", ">三资企业<"))
    assert broken == OURS


def test_an_explanation_over_several_lines_does_not_hide_a_label():
    page = html("2019").replace(">规章<", ">规章（设区的市<br>人民政府应提供）<")
    assert judge(page)[1] == set()


@pytest.mark.parametrize("table", range(1, 4))
def test_a_second_table_with_other_figures_is_our_doubt(table):
    page = html("2021")
    tables = re.findall(r"<table>.*?</table>", page)
    chosen = {1: tables[0], 2: tables[-2], 3: tables[-1]}[table]
    other = re.sub(r">([1-9]\d*)<", lambda m: f">{int(m[1]) + 1}<", chosen)
    for order in (chosen + "<p>其中本级：</p>" + other, "<p>上年：</p>" + other + chosen):
        assert judge(page.replace(chosen, order))[1] <= OURS
        assert judge(page.replace(chosen, order))[1]


def test_the_empty_form_beside_the_filled_one_is_no_second_table():
    page = html("2021")
    whole = re.findall(r"<table>.*?</table>", page)[-1]
    report, broken = judge(page.replace(whole, re.sub(r">\d+<", "><", whole) + whole))
    assert (values(report), broken) == (FIGURES["2021"], set())


def test_a_form_whose_last_rows_were_not_read_is_no_other_form():
    page = html("2021")
    for label in ("申请人无正当理由逾期不补正", "申请人逾期未按收费通知要求缴纳费用"):
        page = re.sub(rf"\d\.{label}[^<]*", "（此处模糊）", page)
    assert judge(page)[1] <= OURS


def test_labels_without_their_numbers_as_automatic_numbering_leaves_them():
    page = re.sub(r">(?:[1-8]\.|（[一二七]）|[一二四]、)(?=[^<]*</td>)", ">", html("2021"))
    report, broken = judge(page)
    assert (values(report), broken) == (FIGURES["2021"], set())


def test_traditional_characters():
    pairs = str.maketrans("开请数为项构组织务总计结转属国", "開請數為項構組織務總計結轉屬國")
    tables = re.sub(r"<table>.*?</table>", lambda m: m[0].translate(pairs), html("2021"))
    report, broken = judge(tables)
    assert (values(report), broken) == (FIGURES["2021"], set())


def test_columns_of_a_text_are_told_by_their_heads():
    page = dump("2021", "\t")
    swapped = page.replace("商业企业\t科研机构", "科研机构\t商业企业")
    assert swapped != page
    report, broken = judge(swapped, "a.txt")
    assert broken or values(report)["table3.new.research"] == FIGURES["2021"]["table3.new.enterprise"]
    assert broken <= OURS


def test_a_negative_figure_on_a_line_of_its_own_is_no_page_number():
    figure = str(FIGURES["2021"]["table2.regulations.issued"])
    page = "\n|\n".join(cell for line in dump("2021", "\t").split("\n") for cell in line.split("\t"))
    assert f"\n{figure}\n" in page
    _, broken = judge(page.replace(f"\n{figure}\n", "\n-2\n", 1), "a.txt")
    assert broken


def test_a_sum_over_what_one_reading_alone_saw_accuses_nobody():
    """The label of the row is torn, so that the second reading cannot find it."""
    label = next(row.label for row in FORMS["2021"].rows if row.code == "denied.query_matter")
    address = "table3.denied.query_matter.total"
    page = html("2021").replace(label, "8.属于行政查洵事顷")
    row = re.search(r"8\.属于行政查洵事顷.*?</tr>", page)[0]
    wrong = re.sub(r">(\d+)</td></tr>", lambda m: f">{int(m[1]) + 1}</td></tr>", row)
    report, broken = judge(page.replace(row, wrong))
    assert values(report)[address] == FIGURES["2021"][address] + 1
    assert broken == OURS
