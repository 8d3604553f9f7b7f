"""What names the year of a report but its title: periods, introduction, labels; and what tells of less than a year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tasks.read.characters import nfkc
from tasks.read.dates import (
    ANY_YEAR,
    DAY,
    MONTH,
    PART,
    SMALL,
    UNTIL,
    is_month,
    is_part,
    small_number,
    year_group,
    year_of,
)
from tasks.read.identity.title import title_in
from tasks.read.identity.witness import FILE_NAME, NAMES, NEARBY, PERIOD, Witness, pieces
from tasks.read.lines import Line

_Y = year_group(1)
_SURE_Y = _Y.replace("年?", "年")
_PERIOD = re.compile(
    rf"{_Y}(?:0?1|一)月(?:0?1|一)日(?:0时)?(?:起)?,?{UNTIL}(?:{year_group(2)})?(?:12|十二)月(?:31|三十一)日"
    rf"|(?P<year3>20\d\d)[./]0?1[./]0?1{UNTIL}(?P<year4>20\d\d)?[./]?12[./]31"
)
_MONTHS = re.compile(
    rf"{_Y}(?P<first>{SMALL})月?(?:{DAY})?起?,?{UNTIL}(?:{year_group(2)})?(?P<last>{SMALL})月(?:{DAY})?"
    rf"|{year_group(3)}(?:[上下]半年|[前第]?[一二三四1-4]个?季度)"
)
_OF_FIGURES = re.compile(
    r"(?:期限|时限|期间|周期|区间|统计时间|统计范围|(?:所列|本报告|报告中|年报)的?数据)[^。;,]{0,15}\Z"
)
"""What stands before the period of the figures."""
_REPORTED = re.compile(rf"(?:公布|发布|编制|现将)[^,。;]{{0,40}}?{_SURE_Y}[^,。;]{{0,16}}?(?:信息公开|年度?报告|年报)")
_BEGINS = rf"(?:\A|[。)）:、况作])(?:按照[^。]{{0,40}}要求,)?{_SURE_Y}"
_OPENING = re.compile(rf"{_BEGINS}[来,]?(?!\d{{1,2}}月|\d|第|以来|[末底至起-]|印发|修订|发布|出台)")
_OPENING_PART = re.compile(rf"{_BEGINS}(?P<part>{PART})")
_CONTEXT = re.compile(r"(?:统计|期限|报告|年报|时限|时间|数据)[^。;]{0,25}\Z")
"""What stands before the period of a report, where other periods may be told of too."""
_NAME_YEAR = re.compile(rf"(?<!\d)({ANY_YEAR})年(?!{MONTH})")
_PARTLY = re.compile(rf"{_Y}(?P<part>{PART})")
_NOTICE = re.compile(r"信息公开.*(?:报告|年报|总结)[》)]?(?:的(?:函|通知|公告|通告|请示|报告))?\Z")
_ON_REPORTS = re.compile(r"年报|年度|信息公开|报告")
_OPENING_WORDS = 200


def year_of_name(name: str) -> int | None:
    """The year that a file name states as `2023年`; bare digits are no statement."""
    found = _NAME_YEAR.search(name.rsplit("/", 1)[-1])
    return year_of(found[1]) if found else None


def periods(text: str, in_context: bool = False) -> Iterator[Witness[int]]:
    """The years of the periods from January to December in `text`."""
    for found in _PERIOD.finditer(text):
        if in_context and not _CONTEXT.search(text[max(0, found.start() - 40) : found.start()]):
            continue
        years = [found["year1"], found["year2"], found["year3"], found["year4"]]
        yield from _years(PERIOD, filter(None, years))


def reported(intro: str) -> Iterator[Witness[int]]:
    """The years of the reports that the introduction says it publishes."""
    for found in _REPORTED.finditer(intro):
        yield from _years("引言", (found["year1"],))


def opening(begun: str) -> Iterator[Witness[int]]:
    """The year with which section one begins; every other year that the section names is one it may have meant."""
    found = _OPENING.search(begun[:_OPENING_WORDS])
    if found:
        others = re.findall(rf"(?<!\d)({ANY_YEAR})年", begun)
        yield Witness("第一部分开头", tuple(dict.fromkeys(map(year_of, (found["year1"], *others)))))


def labelled_years(names: Sequence[Line]) -> Iterator[Witness[int]]:
    """The years of the titles that stand outside the text."""
    for line in names:
        for piece in pieces(line):
            title = title_in(piece)
            if title and title.years:
                yield Witness(NAMES[line.tag], title.years, "labels")


def hinted_years(head: Sequence[Line], names: Sequence[Line]) -> Iterator[Witness[int]]:
    """The years that a page's own title or a notice names without being a report's title: where nothing else serves."""
    for line in (*names, *head):
        text = "".join(nfkc(line.text).split())
        if (line.tag == "page" and _ON_REPORTS.search(text)) or (line.tag != "a" and _NOTICE.search(text)):
            yield from (
                Witness(NAMES.get(line.tag, NEARBY), (year_of(year),), "labels") for year in _NAME_YEAR.findall(text)
            )


def parts_of_year(intro: str, begun: str, name: str, names: Sequence[Line]) -> Iterator[Witness[str]]:
    """What tells that the report is on less than a year, such as 2023年上半年, as printed."""
    for text in (intro, begun):
        for found in _MONTHS.finditer(text):
            if _is_less(found) and _OF_FIGURES.search(text[max(0, found.start() - 30) : found.start()]):
                yield Witness(PERIOD, (found[0],))
    labels = [(FILE_NAME, name.rsplit("/", 1)[-1]), *((NAMES[line.tag], line.text) for line in names)]
    for where, text in labels:
        parts = (found for found in _PARTLY.finditer("".join(nfkc(text).split())) if _is_telling(found["part"]))
        yield from (Witness(where, (found[0],), "labels") for found in parts)
    begins = _OPENING_PART.search(begun[:_OPENING_WORDS])
    if begins and _is_telling(begins["part"]):
        yield Witness("第一部分开头", (begins["year1"] + "年" + begins["part"],), "labels")


def _is_less(period: re.Match[str]) -> bool:
    """Whether a period lies within one year and does not go from January to December."""
    first, last = period["first"], period["last"]
    if first is None:
        return True
    years = {year_of(text) for text in (period["year1"], period["year2"]) if text}
    return len(years) == 1 and (small_number(first), small_number(last)) != (1, 12)


def _is_telling(part: str) -> bool:
    """Whether a part of a year is no month: of issue, more likely than of what is told of."""
    return is_part(part) and not is_month(part)


def _years(where: str, texts: Iterable[str | None]) -> Iterator[Witness[int]]:
    for text in dict.fromkeys(texts):
        if text:
            yield Witness(where, (year_of(text),))
