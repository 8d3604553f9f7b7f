"""HTML as sites, Word and WPS write it."""

import pytest

from tasks.samples import Layout
from tests.tasks.read.made import AGENCY, FIGURES, html, outcome, title_of

FURNITURE = (
    "<header>青岚市人民政府门户网站</header><ul><li>首页</li><li>政府信息公开</li><li>年报</li></ul>"
    "<div>当前位置：首页 &gt; 政府信息公开年报 &gt; 正文</div>"
)
FOOTER = "<div>发布日期：2025-01-20　来源：市水利局　浏览次数：1234</div><footer>备案号 12345678</footer>"


@pytest.mark.parametrize("form", ["2019", "2021"])
class TestHtml:
    def test_merged_cells(self, form):
        assert outcome("a.html", html(form), form) == "exact"

    @pytest.mark.parametrize("zero", ["", "/", "—", "-"])
    def test_zeros_left_out(self, form, zero):
        assert outcome("a.html", html(form, Layout(zero=zero)), form) == "exact"

    @pytest.mark.parametrize("charset", ["gbk", "gb2312", "gb18030"])
    def test_chinese_encodings(self, form, charset):
        assert outcome("a.html", html(form).replace("utf-8", charset).encode("gb18030"), form) == "exact"

    def test_no_charset_declared(self, form):
        page = html(form).replace('<meta charset="utf-8">', "")
        assert outcome("a.html", page.encode("gb18030"), form) == "exact"

    def test_a_whole_page_of_a_site_around_it(self, form):
        page = html(form).replace("<body>", "<body>" + FURNITURE).replace("</body>", FOOTER + "</body>")
        assert outcome("a.html", page, form) == "exact"

    def test_a_frame_of_layout_tables(self, form):
        page = html(form).replace("<body>", "<body><table><tr><td><table><tr><td>")
        page = page.replace("</body>", "</td></tr></table></td></tr></table></body>")
        assert outcome("a.html", page, form) == "exact"

    def test_text_in_torn_spans_as_pasted_from_word(self, form):
        page = html(form).replace("数量", '<span lang="EN-US">数</span><o:p></o:p><span\n>量</span>')
        assert outcome("a.html", page, form) == "exact"

    def test_scripts_styles_and_hidden_text_are_no_text(self, form):
        noise = "<script>var 总计 = 9;</script><style>p::after{content:'9'}</style><!-- 9 -->"
        assert outcome("a.html", html(form).replace("<p>", noise + "<p>"), form) == "exact"

    def test_another_table_before(self, form):
        other = "<table>" + "<tr><td>目录</td><td>页码</td><td>1</td><td>2</td></tr>" * 3 + "</table>"
        assert outcome("a.html", html(form).replace("<p>二、", other + "<p>二、"), form) == "exact"

    def test_radicals_that_look_like_ideographs(self, form):
        page = html(form).replace("人", "⼈").replace("水", "⽔").replace("行", "⾏").replace("青", "⻘")
        assert outcome("a.html", page, form) == "exact"


CELLS = {
    "a remark in brackets": ("2021", "table2.normative_documents.in_force", "{}（其中修订16件）"),
    "a unit of counting": ("2021", "table2.licensing.decisions", "{}件"),
    "a unit of money": ("2021", "table2.fees.amount_wan", "{}万元"),
    "yuan where the form states no unit": ("2019", "table2.procurement.amount", "{}元"),
    "a line break inside a figure": ("2021", "table2.penalties.decisions", "{}<br/>"),
}


@pytest.mark.parametrize(("form", "address", "template"), CELLS.values(), ids=CELLS)
def test_what_cells_hold_beside_figures(form, address, template):
    figure = str(FIGURES[form][address])
    page = html(form).replace(f">{figure}<", f">{template.format(figure)}<")
    assert page != html(form)
    assert outcome("a.html", page, form) == "exact"


def test_yuan_where_the_form_wants_ten_thousand_yuan_is_not_taken_for_it():
    figure = str(FIGURES["2021"]["table2.fees.amount_wan"])
    page = html("2021").replace(f">{figure}<", f">{figure}元<")
    assert [problem.split()[0] for problem in outcome("a.html", page, "2021")] == ["READ.DISAGREEMENT"]


LABELS = {
    "a word left out": ("保护第三方合法权益", "保护第三方权益"),
    "no quotation marks": ("“三安全一稳定”", "三安全一稳定"),
    "a typo": ("属于行政查询事项", "属于行政查洵事项"),
    "a fee by another name": ("行政事业性收费", "行政事业收费"),
    "spaces inside": ("科研机构", "科 研 机 构"),
    "a line break inside": ("社会公益组织", "社会公益<br>组织"),
    "no unit in the heading": ("本年收费金额（单位：万元）", "本年收费金额"),
    "another word for the total": ("总计</td>", "合计</td>"),
    "an ideographic comma after the number": ("1.属于国家秘密", "1、属于国家秘密"),
    "no number at all": ("2.重复申请", "重复申请"),
    "other brackets": ("（一）予以公开", "(一)予以公开"),
}


@pytest.mark.parametrize(("label", "printed"), LABELS.values(), ids=LABELS)
def test_labels_that_are_not_quite_the_forms(label, printed):
    assert label in html("2021")
    assert outcome("a.html", html("2021").replace(label, printed), "2021") == "exact"


EXPLAINED = {
    ">规章<": ">规章（设区的市、自治州人民政府应提供相关数据）<",
    ">规范性文件<": ">规范性文件（行政机关制定发布的决定、公告、通告、意见、通知等）<",
    ">上一年项目数量<": ">上一年项目数量（指2019年事项数）<",
    ">本年增/减<": ">本年增/减（指2020年增加或减少的事项数）<",
    ">处理决定数量<": ">处理决定数量（指2020年办件量）<",
}


def test_labels_with_explanations_inside():
    page = html("2019")
    for label, printed in EXPLAINED.items():
        assert label in page
        page = page.replace(label, printed)
    assert outcome("a.html", page, "2019") == "exact"


TITLES = {
    "Chinese numerals": "{agency}二〇二四年政府信息公开工作年度报告",
    "Chinese numerals with circles": "二○二四年度{agency}政府信息公开工作年度报告",
    "the year first": "2024年{agency}政府信息公开工作年度报告",
    "as a report about": "{agency}关于2024年度政府信息公开工作的报告",
    "year and report doubled": "{agency}2024年度政府信息公开年度报告",
    "the year in brackets behind": "{agency}政府信息公开工作年度报告（2024年）",
    "no annual": "{agency}2024年政府信息公开工作报告",
    "the year inside": "{agency}政府信息公开2024年度报告",
    "in title marks": "《{agency}2024年政府信息公开工作年度报告》",
    "about, in front": "关于{agency}2024年政府信息公开工作年度报告",
    "broken over lines": "{agency} 2024 年<br>政府信息公开工作年度报告",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_titles(title):
    assert outcome("a.html", html("2021", title=title.format(agency=AGENCY)), "2021") == "exact"


def test_the_whole_agency_with_its_second_name():
    agency = "青岚市水利局（挂青岚市河长制办公室牌子）"
    page = html("2021", title=title_of("2021").replace(AGENCY, agency))
    assert outcome("a.html", page, "2021") == (set(), (agency, 2024, "2021"))
