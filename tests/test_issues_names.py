"""Who and when, and whose fault it is: documents made against the code that names reports. One table for each class."""

import io
import random

import docx
import numpy as np
import pytest

from expectations.forms import FORMS
from tasks.judge.validate import validate
from tasks.read.claims import find_claims
from tasks.read.dates import find_date
from tasks.read.html import read_html
from tasks.read.identity import identify
from tasks.read.ink import _without_frame
from tasks.read.lines import Line
from tasks.read.plain_text import read_plain_text
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf
from tasks.samples.draw import Paper
from tasks.samples.tables import table2, table3, table4
from tests.tasks.read.made import fill, rows

A, B, C = "青岚市财政局", "青岚市水利局", "青岚市教育局"
GOV, OFFICE = "青岚市人民政府", "青岚市人民政府办公室"
R = "政府信息公开工作年度报告"
T, TU = f"{A}2023年{R}", f"2023年{R}"
DATED = "2024年1月20日"
BY = f"{A}\n{DATED}"
PERIOD = "本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。"
RIGHT, WHO, WHEN = (A, 2023), "agency", "year"
FIGURES = {code: consistent_figures(form, random.Random(5)) for code, form in FORMS.items()}


def parts(head, intro="", begun="认真落实《条例》。", signed="", form="2021"):
    """A report from top to bottom: lines of text, and tables."""
    shape, figures = FORMS[form], FIGURES[form]
    heads = [f"{section.number}、{section.heading}" for section in shape.sections]
    yield from (*head.split("\n"), *([intro] if intro else []), heads[0], begun, heads[1])
    yield from table2(shape, figures, Layout())
    yield heads[2]
    yield table3(shape, figures, Layout())
    yield heads[3]
    yield table4(shape, figures, Layout())
    yield from (heads[4], "公开不够及时。", heads[5], "无。", *(signed.split("\n") if signed else []))


def text(*reports):
    lines = [part if isinstance(part, str) else "\n".join(map("\t".join, rows(part))) for r in reports for part in r]
    return "\n".join(lines).encode()


def html_table(table):
    cells = {row: [c for c in table.cells if c.row0 == row] for row in range(table.rows)}
    return (
        "<table>"
        + "".join(
            "<tr>"
            + "".join(
                f'<td rowspan="{c.row1 - c.row0 + 1}" colspan="{c.col1 - c.col0 + 1}">{c.text}</td>'
                for c in sorted(cells[row], key=lambda c: c.col0)
            )
            + "</tr>"
            for row in cells
        )
        + "</table>"
    )


def web(*reports, title="", above="", below=""):
    body = "".join(f"<p>{p}</p>" if isinstance(p, str) else html_table(p) for report in reports for p in report)
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f"<html>{head}<body>{above}{body}{below}</body></html>".encode()


def word(*reports):
    document = docx.Document()
    for part in (part for report in reports for part in report):
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        fill(document.add_table(part.rows, len(part.widths)), part)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def named(lines, names=(), name="a.txt"):
    """Agency and year, or what is in doubt instead of them."""
    who = identify(name, lines, names)
    doubts = {note.where for note in who.notes if note.severity == "critical"}
    return tuple(what if what in doubts else value for what, value in ((WHO, who.agency), (WHEN, who.year)))


def in_text(head, name="a.txt", **kinds):
    """The same of a report's running text."""
    return named(read_plain_text("\n".join(p for p in parts(head, **kinds) if isinstance(p, str))).lines, name=name)


def judged(body, name):
    """Agency and year of what is validated; else the rules that keep it out, all our doubts."""
    verdict = validate(report := read(recognise(name, body)))
    critical = {f.rule: f.fault for f in verdict.findings if f.severity == "critical"}
    assert set(critical.values()) <= {"reading"}, "no one is accused"
    return set(critical) or (report.agency, report.year)


TRADITIONAL = {
    "title": ("某某縣財政局", "某某縣財政局2023年政府信息公開工作年度報告", {}),
    "signed": ("青嵐市財政局", "2023年政府信息公開工作年度報告", {"signed": "青嵐市財政局\n2024年1月20日"}),
    "signed in simplified": ("青嵐市財政局", "青嵐市財政局2023年政府信息公開工作年度報告", {"signed": BY}),
    "introduction": (
        "青嵐市財政局",
        "2023年政府信息公開工作年度報告",
        {"intro": "本報告由青嵐市財政局按照《條例》要求編製。"},
    ),
    "another word for information": ("青嵐市衛生健康委員會", "青嵐市衛生健康委員會2023年政府資訊公開工作年度報告", {}),
    "two lines": ("青嵐市人民政府辦公室", "青嵐市人民政府辦公室\n二〇二三年政府信息公開工作年度報告", {}),
    "a name that keeps one": ("乾安县财政局", f"乾安县财政局2023年{R}", {"signed": f"乾安县财政局\n{DATED}"}),
    "of another body": (WHO, "青嵐市財政局2023年政府信息公開工作年度報告", {"signed": f"青岚市水利局\n{DATED}"}),
}


@pytest.mark.parametrize("trap", TRADITIONAL)
def test_traditional_characters_name_as_printed(trap):
    agency, head, kinds = TRADITIONAL[trap]
    assert in_text(head, **kinds) == (agency, 2023)


YEARS = ("二〇二三", "二○二三", "二零二三", "二O二三", "二0二三", "二◯二三", "二\u041e二三", "贰零贰叁")
PLACES = {
    "title": lambda year: in_text(f"{A}{year}年{R}"),
    "brackets": lambda year: in_text(f"{A}{R}（{year}年度）"),
    "period": lambda year: in_text(f"{A}{R}", intro=f"所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。"),
    "introduction": lambda year: in_text(f"{A}{R}", intro=f"现公布{A}{year}年{R}。"),
    "opening": lambda year: in_text(f"{A}{R}", begun=f"{year}年，我局认真落实《条例》。"),
    "file": lambda year: in_text(f"{A}{R}", name=f"{A}{year}年{R}.txt"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("year", YEARS)
def test_years_in_chinese_numerals(year, place):
    assert PLACES[place](year) == RIGHT


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("二〇二四年一月二十日", "2024-01-20"),
        ("二○二四年十二月三十一日", "2024-12-31"),
        ("贰零贰肆年十月十日", "2024-10-10"),
        ("2024年1月5日", "2024-01-05"),
        ("二〇二四年二月三十日", "None"),
    ],
)
def test_dates_in_chinese_numerals(printed, day):
    assert str(find_date([Line(A), Line(printed)])) == day


def test_a_date_in_chinese_numerals_puts_an_old_year_in_doubt():
    assert in_text(f"{A}2019年{R}", signed=f"{A}\n二〇二四年一月二十日") == (A, WHEN)


HALF = (
    "2023年上半年",
    "2023年第三季度",
    "2023年1-6月",
    "2023年1月—6月",
    "2023年度上半年",
    "二〇二三年上半年",
    "2023年前三季度",
    "2023年一季度",
    "2023年半年度",
    "2023年1至9月",
)
PARTLY = {
    **{f"title, {part}": {"head": f"{A}{part}{R}"} for part in HALF},
    **{
        f"two lines, {part}": {"head": f"{A}\n{part}政府信息公开工作报告", "signed": f"{A}\n2023年10月9日"}
        for part in HALF
    },
    "半年报": {"head": f"{A}2023年政府信息公开半年报"},
    "brackets": {"head": f"{A}{R}（2023年上半年）"},
    "period": {"head": T, "intro": "统计期限自2023年1月1日起至2023年6月30日止。"},
    "period, short": {"head": T, "intro": "本报告中所列数据的统计期限为2023年1-6月。", "signed": BY},
    "second half": {"head": T, "intro": "统计期限为2023年7月1日至12月31日。", "signed": BY},
    "file": {"head": T, "name": f"{A}2023年上半年{R}.txt"},
    "opening": {"head": T, "begun": "2023年上半年，我局认真落实《条例》。"},
}
WHOLE = {
    "all months": {"head": f"{A}2023年1-12月{R}"},
    "half of the year in the text": {"head": T, "begun": "2023年，公开信息。上半年5条，第三季度2条。"},
    "opening, dated": {"head": T, "begun": "2023年上半年，我局开展培训。", "signed": BY},
    "file, period": {"head": T, "intro": PERIOD, "name": f"{A}2023年上半年{R}.txt"},
    "month of issue": {"head": f"{T}（2024年1月）"},
    "a place with a season in its name": {"head": T, "intro": "统计期限为2023年1月1日至12月31日。", "signed": BY},
}


@pytest.mark.parametrize("trap", PARTLY)
def test_a_report_on_less_than_a_year_is_no_annual_report(trap):
    assert in_text(**PARTLY[trap]) == (A, WHEN)


@pytest.mark.parametrize("trap", WHOLE)
def test_a_whole_year_is_not_taken_for_less(trap):
    assert in_text(**WHOLE[trap]) == RIGHT


PAGE_TITLES = {
    "report": (f"{TU}-{GOV}", "2021", (A, 2023)),
    "年报": (f"{A}2023年年报", "2021", (A, 2023)),
    "form of 2019": (f"{A}2020年年报", "2019", (A, 2020)),
    "template of an older report": (f"{A}2020年{R}", "2021", {"DOC.YEAR_DOUBT"}),
    "template of before the form": (f"{A}2018年{R}", "2021", {"DOC.YEAR_DOUBT"}),
}


@pytest.mark.parametrize("trap", PAGE_TITLES)
def test_a_year_that_only_the_page_title_has_accuses_nobody(trap):
    title, form, wanted = PAGE_TITLES[trap]
    assert judged(web(parts(f"{A}{R}", form=form), title=title), "a.html") == wanted


SECOND = {
    "agency": ({"head": f"{B}2023年{R}"}, "DOC.AGENCY_DOUBT", [A, B]),
    "agency, signed": ({"head": TU, "signed": f"{B}\n{DATED}"}, "DOC.AGENCY_DOUBT", [A, B]),
    "year": ({"head": f"{A}2022年{R}"}, "DOC.YEAR_DOUBT", ["2023", "2022"]),
    "year before the form": ({"head": f"{A}2018年{R}"}, "DOC.YEAR_DOUBT", ["2023", "2018"]),
}


@pytest.mark.parametrize("medium", ["text", "web", "word"])
@pytest.mark.parametrize("second", SECOND)
def test_two_reports_in_one_file_are_our_doubt(second, medium):
    kinds, rule, candidates = SECOND[second]
    make, name = {"text": (text, "a.txt"), "web": (web, "a.html"), "word": (word, "a.docx")}[medium]
    verdict = validate(read(recognise(name, make(parts(T, signed=BY), parts(**kinds)))))
    critical = [f for f in verdict.findings if f.severity == "critical"]
    assert {f.fault for f in critical} == {"reading"}
    assert [list(f.candidates) for f in critical if f.rule == rule] == [candidates]


BODIES = {
    "forwarded": (
        (WHO, 2023),
        {"head": f"{OFFICE}关于转发澜山县人民政府2023年{R}的通知", "signed": f"{OFFICE}\n{DATED}"},
    ),
    "sent by letter": (RIGHT, {"head": f"关于报送2023年{R}的函\n{OFFICE}：", "signed": BY}),
    "attached": (RIGHT, {"head": f"{A}关于印发《{T}》的通知\n{BY}\n附件1\n{T}"}),
    "two attachments": (RIGHT, {"head": f"附件1：{T}\n附件2：{B}2023年{R}", "signed": BY}),
    "two attachments, nothing else": ((WHO, 2023), {"head": f"附件1：{T}\n附件2：{B}2023年{R}"}),
    "town, county signs": (
        (WHO, 2023),
        {"head": f"澜山县石桥镇人民政府2023年{R}", "signed": f"澜山县人民政府\n{DATED}"},
    ),
    "county, town signs": ((WHO, 2023), {"head": f"澜山县人民政府2023年{R}", "signed": f"石桥镇人民政府\n{DATED}"}),
    "town, short": (
        ("澜山县石桥镇人民政府", 2023),
        {"head": f"澜山县石桥镇人民政府2023年{R}", "signed": f"石桥镇政府\n{DATED}"},
    ),
    "another street": (
        (WHO, 2023),
        {"head": f"沧溪区清和街道办事处2023年{R}", "signed": f"沧溪区云台街道办事处\n{DATED}"},
    ),
    "short title, two places": (
        (WHO, 2023),
        {"head": f"财政局2023年{R}", "intro": f"本报告由{A}编制。", "signed": f"青岚市沧溪区财政局\n{DATED}"},
    ),
    "old name": ((WHO, 2023), {"head": f"青岚市扶贫开发办公室2023年{R}", "signed": f"青岚市乡村振兴局\n{DATED}"}),
    "two names, signed by the second": (
        ("青岚市规划局（青岚市林业局）", 2023),
        {"head": f"青岚市规划局（青岚市林业局）2023年{R}", "signed": f"青岚市林业局\n{DATED}"},
    ),
    "jointly compiled": ((WHO, 2023), {"head": TU, "intro": f"本报告由{A}、{B}联合编制。"}),
    "copy to": (RIGHT, {"head": T, "signed": f"{BY}\n抄送：{OFFICE}、{B}\n{A}办公室 2024年1月22日印发"}),
    "rare character": (("㵲阳县财政局", 2023), {"head": f"㵲阳县财政局2023年{R}", "signed": f"㵲阳县财政局\n{DATED}"}),
    "a font's own character": ((WHO, 2023), {"head": f"\ue123阳县财政局2023年{R}"}),
    "a character that is none": ((WHO, 2023), {"head": f"\ufffd阳县财政局2023年{R}"}),
    "hexagonal brackets": (RIGHT, {"head": f"{A}{R}〔2023年度〕"}),
    "a dash": (RIGHT, {"head": f"{A}{R}-2023年"}),
    "in a page's corner": (RIGHT, {"head": f"{T} 青岚市人民政府门户网站"}),
    "period in numerals": (
        (A, WHEN),
        {"head": T, "intro": "统计期限自二○二二年一月一日起至二○二二年十二月三十一日止。"},
    ),
    "the path's year": (RIGHT, {"head": T, "name": "2022年/水利局/年报.txt"}),
}


@pytest.mark.parametrize("trap", BODIES)
def test_names_and_years_of_plausible_documents(trap):
    wanted, kinds = BODIES[trap]
    assert in_text(**kinds) == wanted


META = "<table><tr><td>发布机构：</td><td>{}</td></tr><tr><td>索引号</td><td>0001</td></tr></table>"
SITES = {
    "particulars": (RIGHT, {"above": META.format(A)}),
    "particulars of an office": ((WHO, 2023), {"above": META.format(OFFICE)}),
    "particulars beside another body": ((WHO, 2023), {"above": f"{META.format(A)}<p>{B}</p><p>欢迎访问</p>"}),
    "a bureau's site": ((WHO, 2023), {"above": f"<div>{A}</div><p>欢迎访问</p><p>今天是星期一</p>"}),
    "site as first heading": ((WHO, 2023), {"above": f"<h1>{GOV}</h1><h2>{TU}</h2>"}),
}


@pytest.mark.parametrize("trap", SITES)
def test_what_a_page_says_of_itself(trap):
    wanted, around = SITES[trap]
    medium = read_html(web(parts(TU), **around).decode())
    assert named(medium.lines, medium.names, "a.html") == wanted


@pytest.mark.parametrize(
    "said",
    [
        "近三年累计收到政府信息公开申请800件，其中2023年12件。",
        "各镇（街道）共收到政府信息公开申请54件，局机关收到12件。",
        "下属单位共收到政府信息公开申请9件，均已办结9件。",
    ],
)
def test_what_a_sentence_says_of_others_is_no_claim(said):
    assert not [claim for claim in find_claims(f"（二）依申请公开情况。{said}", 2023) if claim.rule != "TEXT.PARTS"]


def test_a_heading_in_the_first_row_of_its_table_is_not_missing():
    heading = "三、收到和处理政府信息公开申请情况"
    page = (
        web(parts(T)).decode().replace(f"<p>{heading}</p><table>", f'<table><tr><td colspan="10">{heading}</td></tr>')
    )
    verdict = validate(read(recognise("a.html", page.encode())))
    assert (verdict.outcome, [f.rule for f in verdict.findings if f.severity == "warning"]) == ("validated", [])


def test_slanted_print_is_read(monkeypatch):
    """Italics of a font that has none, as browsers draw them: the characters lean, the line does not."""

    plain = Paper._text

    def write(paper, text, x, baseline, size):
        paper.canvas.saveState()
        paper.canvas.transform(1, 0, 0.1, 1, -0.1 * (paper.height - baseline), 0)
        plain(paper, text, x, baseline, size)
        paper.canvas.restoreState()

    monkeypatch.setattr(Paper, "_text", write)
    body = draw_pdf(SampleReport(A, 2023, "2021", FIGURES["2021"]))
    assert judged(body, "a.pdf") == RIGHT
    assert {c.address: c.value or 0 for c in read(recognise("a.pdf", body)).cells} == {
        address: value or 0 for address, value in FIGURES["2021"].items()
    }


def test_the_frame_of_a_single_cell_is_no_mark_but_a_stroke_in_it_is():
    """Cells with borders of their own, as browsers print tables whose borders are not collapsed."""
    paper = np.ones((18, 40), dtype=bool)
    paper[5:13, 10:30] = False  # the cell's figure
    marks = np.zeros_like(paper)
    marks[:, [1, -2]] = marks[[1, -2], :] = True
    assert not _without_frame(marks & paper, paper).any()
    marks[3:15, 34] = True
    assert _without_frame(marks & paper, paper).sum() > 6
