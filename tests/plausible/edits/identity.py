"""Who issued it, and for which year."""

from __future__ import annotations

import random

from tests.plausible.document import BODIES, PLACES, Draft, Line, Run
from tests.plausible.edits.kinds import ALL, PAGES, TEXTS, NotHere, kind

_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")


def _title(draft: Draft) -> Line:
    return draft.lines("title")[0]


def _other_body(draft: Draft, rng: random.Random) -> str:
    return next(b for b in iter(lambda: rng.choice(PLACES) + rng.choice(BODIES), None) if b[:3] != draft.agency[:3])


def _drop(draft: Draft, *kinds: str) -> None:
    draft.blocks = [b for b in draft.blocks if not (isinstance(b, Line) and b.kind in kinds)]


def _anonymous(draft: Draft, text: str = "{year}年政府信息公开工作年度报告") -> None:
    """A title without a body, and nothing else that names one."""
    _title(draft).text = text.format(year=draft.year)
    _drop(draft, "sign", "intro")
    draft.page_title, draft.file_stem = "", "nb"


def _top(draft: Draft, text: str, kind: str = "furniture") -> None:
    draft.blocks.insert(0, Line([Run(text)], kind))


@kind("html")
def page_title_of_other_report(draft: Draft, rng: random.Random) -> None:
    """<title> left from the template or from last year."""
    other = _other_body(draft, rng) if rng.random() < 0.5 else draft.agency
    draft.page_title = (
        f"{other}{draft.year - rng.choice((0, 1, 2)) - (other == draft.agency)}年政府信息公开工作年度报告"
    )


@kind("html")
def agency_only_in_page_title(draft: Draft, rng: random.Random) -> None:
    _anonymous(draft)
    draft.page_title = f"{draft.agency}{draft.year}年政府信息公开工作年度报告"


@kind(*ALL)
def agency_only_in_introduction(draft: Draft, rng: random.Random) -> None:
    _anonymous(draft)
    text = rng.choice(
        (
            "根据《中华人民共和国政府信息公开条例》规定，现公布{agency}{year}年政府信息公开工作年度报告。",
            "{agency}根据《中华人民共和国政府信息公开条例》要求，编制本年度报告。所列数据统计期限为{year}年1月1日至12月31日。",
            "本报告由{agency}根据《条例》编制并向社会公布。",
        )
    )
    draft.blocks.insert(1, Line([Run(text.format(agency=draft.agency, year=draft.year))], "intro"))


@kind(*ALL)
def agency_only_in_signature(draft: Draft, rng: random.Random) -> None:
    _anonymous(draft)
    _drop(draft, "date")
    signed = [Line([Run(draft.agency)], "sign"), Line([Run(f"{draft.year + 1}年1月22日")], "date")]
    draft.blocks += (
        signed if rng.random() < 0.7 else [Line([Run(f"{draft.agency}　　{draft.year + 1}年1月22日")], "sign")]
    )


@kind(*ALL)
def year_only_in_period(draft: Draft, rng: random.Random) -> None:
    """The title has no year; the introduction gives the period, with or without 自."""
    _title(draft).text = f"{draft.agency}政府信息公开工作年度报告"
    _drop(draft, "intro")
    draft.page_title, draft.file_stem = "", "nb"
    period = rng.choice(
        ("自{0}年1月1日起至{0}年12月31日止", "{0}年1月1日至12月31日", "{0}年1月1日—{0}年12月31日", "{0}年度")
    )
    draft.blocks.insert(1, Line([Run(f"本报告中所列数据的统计期限为{period.format(draft.year)}。")], "intro"))


@kind(*ALL)
def month_of_issue_in_title(draft: Draft, rng: random.Random) -> None:
    """（2024年1月）under or in the title is when it was issued."""
    title, date = _title(draft), f"（{draft.year + 1}年{rng.choice((1, 2, 3))}月）"
    title.text = f"{draft.agency}政府信息公开工作年度报告"
    _drop(draft, "intro")
    draft.page_title, draft.file_stem = "", "nb"
    if rng.random() < 0.5:
        title.text += date
    else:
        draft.blocks.insert(1, Line([Run(date)], "text"))
    at = 1 + (draft.blocks[1].text == date if isinstance(draft.blocks[1], Line) else 0)
    draft.blocks.insert(at, Line([Run(f"统计期限自{draft.year}年1月1日起至{draft.year}年12月31日止。")], "intro"))


@kind(*ALL)
def title_over_lines(draft: Draft, rng: random.Random) -> None:
    """The title on two or three lines, broken where the line was full."""
    title = _title(draft)
    text, at = title.text, rng.randrange(2, len(title.text) - 4)
    if rng.random() < 0.5:
        title.text = text[:at]
        draft.blocks.insert(1, Line([Run(text[at:])], "title"))
    else:
        title.runs = [Run(text[:at]), Run("", "break"), Run(text[at:])]


@kind(*ALL)
def submitted_to(draft: Draft, rng: random.Random) -> None:
    """关于报送, 关于印发, 发布: the words around the name are no part of it."""
    report = "{year}年政府信息公开工作年度报告"
    patterns = (
        f"{{agency}}关于报送{report}的函",
        f"{{agency}}关于印发{report}的通知",
        f"{{agency}}关于{report}",
        f"{{agency}}发布{report}",
        f"关于报送{{agency}}{report}的报告",
        f"{{agency}}关于公布{report}的公告",
        "{agency}关于{year}年度政府信息公开工作情况的报告",
    )
    _title(draft).text = rng.choice(patterns).format(agency=draft.agency, year=draft.year)


@kind(*ALL)
def transmitted_by_other(draft: Draft, rng: random.Random) -> None:
    """关于转发: whose report it is, only the inner title says."""
    above = f"{_other_body(draft, rng)}关于转发{_title(draft).text}的通知"
    _top(draft, above, "text")


@kind(*ALL)
def letterhead(draft: Draft, rng: random.Random) -> None:
    """红头: the letterhead of the parent body and a document number above the title."""
    parent = rng.choice((_other_body(draft, rng), draft.agency[:3] + "人民政府办公室", draft.agency))
    for text in (f"澜财〔{draft.year + 1}〕3号", f"{parent}文件"):
        _top(draft, text, rng.choice(("furniture", "text")))


@kind(*ALL)
def letterhead_and_title_without_body(draft: Draft, rng: random.Random) -> None:
    """The letterhead names one body, the sign-off another, the title none: nobody can tell."""
    _anonymous(draft)
    _top(draft, f"{_other_body(draft, rng)}文件")
    draft.blocks += [Line([Run(draft.agency)], "sign"), Line([Run(f"{draft.year + 1}年1月22日")], "date")]
    draft.undecidable = True


@kind(*ALL)
def two_signatures(draft: Draft, rng: random.Random) -> None:
    """Two bodies sign, and the title names none."""
    _anonymous(draft)
    draft.blocks += [Line([Run(_other_body(draft, rng))], "sign"), Line([Run(draft.agency)], "sign")]
    draft.undecidable = True


@kind(*ALL)
def signed_by_other(draft: Draft, rng: random.Random) -> None:
    """Title and sign-off name bodies that have nothing to do with each other: one of them was copied."""
    _drop(draft, "sign", "date", "intro")
    draft.page_title, draft.file_stem = "", "nb"
    draft.blocks += [Line([Run(_other_body(draft, rng))], "sign"), Line([Run(f"{draft.year + 1}年1月22日")], "date")]
    draft.undecidable = True


@kind(*ALL)
def signed_by_own_office(draft: Draft, rng: random.Random) -> None:
    """The government's report, signed by its office, as is usual."""
    place = rng.choice(PLACES[:6])
    old, draft.agency = draft.agency, f"{place}人民政府"
    for block in draft.blocks:
        if isinstance(block, Line):
            block.text = block.text.replace(old, draft.agency)
    draft.page_title = draft.page_title.replace(old, draft.agency)
    draft.file_stem = "nb"
    _drop(draft, "sign", "date")
    draft.blocks += [Line([Run(f"{place}人民政府办公室")], "sign"), Line([Run(f"{draft.year + 1}年1月22日")], "date")]


@kind(*ALL)
def introduction_of_last_year(draft: Draft, rng: random.Random) -> None:
    """The introduction was copied from last year's report; title and date of issue are right."""
    _drop(draft, "intro", "sign", "date")
    text = f"本报告由{draft.agency}编制。统计期限自{draft.year - 1}年1月1日起至{draft.year - 1}年12月31日止。"
    draft.blocks.insert(1, Line([Run(text)], "intro"))
    draft.blocks += [Line([Run(draft.agency)], "sign"), Line([Run(f"{draft.year + 1}年1月22日")], "date")]


@kind(*ALL)
def introduction_of_other_body(draft: Draft, rng: random.Random) -> None:
    """The introduction names a body that the title does not know: copied from a sister's report."""
    _drop(draft, "intro", "sign", "date")
    period = f"自{draft.year}年1月1日起至{draft.year}年12月31日止"
    text = f"本报告由{_other_body(draft, rng)}按照《条例》编制。统计期限{period}。"
    draft.blocks.insert(1, Line([Run(text)], "intro"))
    draft.undecidable = True


@kind(*ALL)
def title_of_last_year(draft: Draft, rng: random.Random) -> None:
    """The title was not brought up to date: period and date of issue say another year than it."""
    if draft.year in (2019, 2021):
        raise NotHere
    _drop(draft, "intro", "sign", "date")
    _title(draft).text = f"{draft.agency}{draft.year - 1}年政府信息公开工作年度报告"
    draft.page_title, draft.file_stem = "", "nb"
    draft.blocks.insert(1, Line([Run(f"统计期限自{draft.year}年1月1日起至{draft.year}年12月31日止。")], "intro"))
    draft.blocks += [Line([Run(draft.agency)], "sign"), Line([Run(f"{draft.year + 1}年1月22日")], "date")]
    draft.undecidable = True


@kind(*ALL)
def government_in_title(draft: Draft, rng: random.Random) -> None:
    """X人民政府信息公开: the government's, with one 政府 for both."""
    place = rng.choice(PLACES)
    old, draft.agency = draft.agency, f"{place}人民政府"
    for block in draft.blocks:
        if isinstance(block, Line):
            block.text = block.text.replace(old, draft.agency)
    draft.page_title, draft.file_stem = "", "nb"
    year, text = (
        draft.year,
        rng.choice(("{1}年{0}信息公开工作年度报告", "{0}信息公开工作年度报告（{1}年）", "{1}年度{0}信息公开年度报告")),
    )
    _title(draft).text = text.format(draft.agency, year)


@kind(*ALL)
def year_in_other_digits(draft: Draft, rng: random.Random) -> None:
    """二〇二三年, ２０２３年, or 2023 年 with spaces."""
    title, year = _title(draft), str(draft.year)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in year)
    new = rng.choice(
        (year.translate(_CHINESE), year.translate(_CHINESE).replace("〇", "○"), wide, f" {year} ", " ".join(year))
    )
    title.text = title.text.replace(year, new)


@kind(*ALL)
def title_in_marks(draft: Draft, rng: random.Random) -> None:
    """附件1, 《 》, （公开稿）, a subtitle, brackets in the name."""
    title = _title(draft)
    match rng.randrange(5):
        case 0:
            title.text = f"《{title.text}》"
        case 1:
            title.text += rng.choice(("（公开版）", "（本级）", "（上网稿）", "（修订）"))
        case 2:
            _top(draft, rng.choice(("附件1", "附件：", "附件2：", "（此件公开发布）")), "text")
        case 3:
            title.text = f"附件：{title.text}"
        case _:
            title.text = f"　　{title.text}　"


@kind(*ALL)
def navigation_before_title(draft: Draft, rng: random.Random) -> None:
    """A page's navigation: where one is, and links to other reports."""
    year = draft.year
    other = _other_body(draft, rng)
    lines = rng.choice(
        (
            ("首页", "政务公开", "政府信息公开年报", f"{year - 1}年"),
            (f"当前位置：首页 > 政府信息公开 > 政府信息公开年报 > {other}",),
            (
                f"{draft.agency}{year - 1}年政府信息公开工作年度报告",
                f"{draft.agency}{year - 2}年政府信息公开工作年度报告",
            ),
            (f"{other}{year}年政府信息公开工作年度报告", f"{other}"),
            (f"上一篇：{other}{year - 1}年政府信息公开工作年度报告",),
            (f"索引号：000014349/{year + 1}-00012", f"发布机构：{draft.agency}", f"发文日期：{year + 1}年01月22日"),
            (
                f"{other}门户网站",
                "政府信息公开",
                f"发布时间：{year + 1}-01-22 10:21　来源：{draft.agency}　浏览次数：2036",
            ),
        )
    )
    look = "link" if draft.medium in PAGES[1:] and rng.random() < 0.5 else ""
    draft.blocks[0:0] = [Line([Run(text, look)], "furniture") for text in lines]


@kind(*ALL)
def links_after_report(draft: Draft, rng: random.Random) -> None:
    """相关文章: links to other reports after the own one, and the site's foot."""
    year, other = draft.year, _other_body(draft, rng)
    texts = (
        f"上一篇：{draft.agency}{year - 1}年政府信息公开工作年度报告",
        f"下一篇：{other}{year}年政府信息公开工作年度报告",
    )
    foot = (f"主办：{other}", f"版权所有：{other}　苏ICP备05001234号", "网站标识码：3200000001")
    look = "link" if draft.medium in PAGES[1:] else ""
    draft.blocks += [Line([Run(t, look)], "furniture") for t in (*texts, *foot)]


@kind("pdf", "docx")
def running_head_of_other(draft: Draft, rng: random.Random) -> None:
    """A running head that names the collection or another year."""
    text = rng.choice(
        (
            f"{draft.agency[:3]}政府公报{draft.year + 1}年第2期",
            "政府信息公开工作年度报告汇编",
            f"{_other_body(draft, rng)}",
        )
    )
    draft.blocks.insert(0, Line([Run(text)], "running_head"))
    draft.options.add("page_numbers")


@kind(*ALL)
def file_name_of_other(draft: Draft, rng: random.Random) -> None:
    """The file's name is that of last year's report or of another body."""
    other = rng.choice((draft.agency, _other_body(draft, rng)))
    draft.file_stem = f"{other}{draft.year - 1}年政府信息公开工作年度报告"


@kind(*ALL)
def several_bodies_in_title(draft: Draft, rng: random.Random) -> None:
    """Two bodies report together, or one carries two names."""
    other = rng.choice(BODIES[1:])
    name = rng.choice((f"{draft.agency}（{draft.agency[:3]}{other}）", f"{draft.agency}、{draft.agency[:3]}{other}"))
    _drop(draft, "intro", "sign")
    draft.page_title = ""
    _title(draft).text = f"{name}{draft.year}年政府信息公开工作年度报告"
    draft.agency = name


@kind(*ALL)
def other_reports_named_first(draft: Draft, rng: random.Random) -> None:
    """The introduction names last year's report, the evaluation or another plan before anything else."""
    text = rng.choice(
        (
            f"继《{draft.agency}{draft.year - 1}年政府信息公开工作年度报告》之后，现发布本年度报告。",
            f"按照《{_other_body(draft, rng)}{draft.year}年政府信息公开工作要点》要求，我单位扎实推进各项工作。",
            f"{draft.year - 1}年政府信息公开工作年度报告中提出的问题已整改到位。",
        )
    )
    draft.blocks.insert(1, Line([Run(text)]))


@kind(*PAGES, *TEXTS)
def contents_page(draft: Draft, rng: random.Random) -> None:
    """目录 with the headings and their page numbers before the text."""
    heads = [b.text for b in draft.lines("heading")]
    lines = [Line([Run("目录")]), *[Line([Run(f"{h}{rng.choice(('……', '  '))}{n}")]) for n, h in enumerate(heads, 1)]]
    draft.blocks[1:1] = lines


@kind(*ALL)
def two_years_in_title(draft: Draft, rng: random.Random) -> None:
    """2022—2023年: nobody can say which year the figures are of."""
    _drop(draft, "intro", "sign", "date", "claims")
    draft.page_title, draft.file_stem = "", "nb"
    text = rng.choice(("{0}—{1}年", "{0}-{1}年", "{0}、{1}年", "{0}年、{1}年")).format(draft.year - 1, draft.year)
    _title(draft).text = f"{draft.agency}{text}政府信息公开工作年度报告"
    draft.undecidable = True
