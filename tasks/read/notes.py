"""Who reports on which year, and what the reader has to remark about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expectations.evidence import Finding
from expectations.forms import FORMS
from tasks.read.lines import Line
from tasks.read.sections import find_date
from tasks.read.title import Title, agency_elsewhere, agency_of_name, find_title, year_elsewhere, year_of_name
from tasks.values import ReportSection

_SECTIONS = FORMS["2021"].sections


@dataclass(frozen=True, slots=True)
class Identity:
    """The title as printed, the issuing body, the report year; and remarks on how they were found."""

    title: str
    agency: str | None
    year: int | None
    notes: tuple[Finding, ...]


def identify(name: str, lines: Sequence[Line]) -> Identity:
    """Title, agency and year of a report: from its title, else its text, else (with a warning) its file name."""
    title = find_title(lines)
    agency = title.agency or agency_elsewhere(lines)
    year = title.year or year_elsewhere(lines)
    notes = list(_year_notes(name, title, year, lines))
    if agency is None and (agency := agency_of_name(name)):
        notes.append(_warning("DOC.NO_AGENCY", "agency", f"报告中找不到发文机关，取自文件名：{agency}"))
    if year is None and (year := year_of_name(name)):
        notes.append(_warning("DOC.NO_YEAR", "year", f"报告中找不到报告年度，取自文件名：{year} 年"))
    return Identity(title.text, agency, year, tuple(notes))


def section_notes(sections: Sequence[ReportSection]) -> Iterator[Finding]:
    """DOC.SECTIONS, once for each way in which the six sections are not as the form wants them."""
    numbers = [section.number for section in sections]
    for wanted in _SECTIONS:
        if wanted.number not in numbers:
            yield _warning("DOC.SECTIONS", f"section.{wanted.number}", f"缺少“{wanted.number}、{wanted.heading}”部分")
    order = [section.number for section in _SECTIONS if section.number in numbers]
    if numbers != order:
        yield _warning("DOC.SECTIONS", "sections", f"各部分次序应为{'、'.join(order)}，实为{'、'.join(numbers)}")
    if any(s.number == "五" and not s.text.strip() for s in sections):
        yield _warning("DOC.SECTIONS", "section.五", "第五部分“存在的主要问题及改进情况”没有内容")


def _year_notes(name: str, title: Title, year: int | None, lines: Sequence[Line]) -> Iterator[Finding]:
    if year is None:
        return
    named, stated, issued = year_of_name(name), year_elsewhere(lines), find_date(lines)
    if named and named != year:
        yield _warning("DOC.YEAR_MISMATCH", "year", f"文件名写的是 {named} 年，报告是 {year} 年的")
    if stated and title.year and stated != title.year:
        yield _warning("DOC.YEAR_MISMATCH", "year", f"正文的统计期限是 {stated} 年，标题是 {title.year} 年")
    if issued and issued.year not in (year, year + 1):
        yield _warning("DOC.YEAR_MISMATCH", "published_on", f"发布日期 {issued} 与报告年度 {year} 年相差过远")


def _warning(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, "warning", "fail", where, message)
