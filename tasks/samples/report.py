"""Whole sample documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations.evidence import Number
from expectations.forms import FORMS
from tasks.samples.draw import Paper
from tasks.samples.layout import Layout
from tasks.samples.table import SampleTable, TableCell
from tasks.samples.tables import table2, table3, table4

_CLAUSES = (
    "（一）主动公开情况。坚持以公开为常态、不公开为例外，通过门户网站和政务新媒体及时发布信息。",
    "（二）依申请公开情况。畅通受理渠道，规范办理流程，依法答复申请人。",
    "（三）政府信息管理情况。明确专人负责信息的审核、发布和归档，做到先审查、后公开。",
    "（四）政府信息公开平台建设情况。优化公开专栏，完善检索功能，方便群众查阅。",
    "（五）监督保障情况。加强业务培训，主动接受社会监督。",
)
_PROBLEMS = "一年来，信息公开工作取得一定成效，但政策解读形式还不够丰富。下一步将加强培训，提高公开质量。"
_OTHER = "本年度没有其他需要报告的事项。"


@dataclass(frozen=True)
class SampleReport:
    """A report of a fictional agency; `figures` may leave addresses out, which are then printed blank."""

    agency: str
    year: int
    form: str
    figures: Mapping[str, Number | None] = field(repr=False)

    @property
    def title(self) -> str:
        return f"{self.agency}{self.year}年政府信息公开工作年度报告"


def draw_pdf(report: SampleReport, layout: Layout | None = None) -> bytes:
    """The report as a PDF; the same arguments give the same bytes."""
    paper = Paper(layout or Layout())
    form, layout = FORMS[report.form], paper.layout
    headings = [f"{section.number}、{section.heading}" for section in form.sections]
    paper.line(report.title, 18, centred=True)
    paper.space(10)
    if layout.contents:
        for number, heading in enumerate(headings, 1):
            paper.line(f"{heading}………………{number}")
    paper.line(headings[0], 14)
    for number, clause in enumerate(_CLAUSES):
        paper.line(clause, underlined=layout.underlined and number == 1)
    if layout.foreign_table:
        paper.table(_foreign_table())
    paper.line(headings[1], 14)
    for table in table2(form, report.figures, layout):
        paper.table(table)
    _page_for_table3(paper)
    paper.line(headings[2], 14)
    paper.table(table3(form, report.figures, layout))
    if layout.landscape:
        paper.new_page()
    paper.line(headings[3], 14)
    paper.table(table4(form, report.figures, layout))
    paper.line(headings[4], 14)
    paper.line(_PROBLEMS)
    paper.line(headings[5], 14)
    paper.line(_OTHER)
    paper.line(report.agency, centred=True)
    paper.line(f"{report.year + 1}年1月20日", centred=True)
    return paper.save()


def _page_for_table3(paper: Paper) -> None:
    if paper.layout.landscape or paper.layout.start:
        paper.new_page(landscape=paper.layout.landscape)
        paper.space(paper.layout.start)


def _foreign_table() -> SampleTable:
    rows = [("渠道", "数量（条）"), ("门户网站", "2017"), ("政务新媒体", "398"), ("新闻发布会", "8")]
    cells = tuple(TableCell(text, row, row, col, col) for row, line in enumerate(rows) for col, text in enumerate(line))
    return SampleTable((1.0, 1.0), len(rows), cells)


def draw_budget(agency: str, year: int) -> bytes:
    """A document that is no annual report on information disclosure: a budget."""
    paper = Paper(Layout())
    paper.line(f"{agency}{year}年部门预算公开", 18, centred=True)
    paper.line("一、部门主要职责", 14)
    paper.line("贯彻执行国家有关方针政策和法律法规，承担上级交办的其他任务。")
    paper.line("二、收支预算总表（单位：万元）", 14)
    rows = [("项目", "预算数"), ("一般公共预算拨款收入", "3526.40"), ("基本支出", "2980.15"), ("项目支出", "546.25")]
    cells = tuple(TableCell(text, row, row, col, col) for row, line in enumerate(rows) for col, text in enumerate(line))
    paper.table(SampleTable((2.0, 1.0), len(rows), cells))
    return paper.save()
