"""The first witness of who and when: the title, as one line or as several that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from expectations.forms import FORMS
from tasks.read.characters import BRACKETS, nfkc
from tasks.read.dates import ANY_YEAR, is_month, is_part, part_group, year_group, year_of
from tasks.read.identity.names import HAN, UNREAD, is_body, is_government, is_placed, same_body
from tasks.read.lines import Line
from tasks.read.sections import headings, section_number

_AGENCY = rf"(?P<agency>[{HAN}{UNREAD}()·、]{{2,60}}?)"
_TITLE = re.compile(
    rf"\A(?:关于)?(?:{year_group(1)}{part_group(1)})?(?:关于)?{_AGENCY}?(?:关于)?(?:{year_group(2)}{part_group(2)})?(?:的)?"
    rf"(?:本级)?(?:政府|政务)?信息公开(?:工作)?(?:情况)?(?:{year_group(3)}{part_group(3)})?(?:的)?(?:年度|年)?(?:工作)?(?:情况)?(?:的)?"
    rf"(?P<part4>半(?=年)|半年度?|(?:第?[一二三四1-4])?季度?)?"
    rf"(?:总结)?(?P<kind>报告|年报|报(?<=季报))(?:\((?P<remark>[^()]{{0,24}})\))?(?:[-—–:·]*{year_group(5)})?\Z"
)
_REMARKED_YEAR = re.compile(rf"\A{year_group(4)}{part_group(5)}\Z")
_MARK = re.compile(
    r"\A(?:(?:标题|名称|题目|文件名称|信息名称)[:：]|附件?[\d一二三四五六七八九十]*[:：.、]|附件[\d一二三四五六七八九十]*"
    r"|[一二三四五六七八九十]{1,2}、|[(（][一二三四五六七八九十]{1,2}[)）])"
)
_REMARK = re.compile(rf"\([^()]+\)|{ANY_YEAR}年度?")
"""A line that stands by itself under the title: （2023年度）."""
_TWICE = re.compile(r"\A([\u4e00-\u9fff]{2,6}?[省市县区州])[^()（）]*(?<![、和与及])(?=\1)")
"""What stands before a name that begins with the same place: the name of a site, or of the place alone."""
_VERBS = "报送|上报|呈报|编报|填报|报告|做好|编制|公布|发布|公开|印发|转发|批转|修改|更正"
_SENDER = re.compile(rf"\A(.*?)关于(?:{_VERBS}|)\Z")
_SENT = re.compile(rf"\A(?:关于)?(?:{_VERBS})(?:了)?")
_NOBODY = re.compile(
    r"\A(?:(?:各|本|我|全|该)?(?:部门|单位|机关|级|局|委|办|市|县|区|镇|乡|街道)|政府|政务|年度|年|度|工作|有关|相关|的)?\Z"
)
_FOREIGN = re.compile(r"信息公开|年报|报告|首页|栏目|专栏|网站|门户|目录|通知|\A政务公开|法定主动|当前位置|年度\Z")
_LAST_WORD = re.compile(r"[告报年度)）〕】*》”\"]\Z")
"""How the last line of a title ends; most lines do not."""
_GOES_ON = re.compile(r"(?:报告|年报|[)）])\s")
_PIECE = re.compile(rf"[{HAN}{UNREAD}〇○◯\d()·、《]{{1,40}}")
_APART = re.compile(
    r"文件\Z|报告\Z|年报\Z|号\Z|\A附件|\d{1,2}月|信息公开(?:专栏|网|平台)|首页|网站|当前位置|[上下]一[篇条]|\A目录\Z|\A来源"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,12}(?:[省市县区州盟旗镇乡]|街道)")
_COLUMN = re.compile(r"公开|信息|首页|网|栏|部门|服务\Z")
_BEFORE_OTHERS = re.compile(r"\A(?:[上下]一[篇条]|相关|链接|友情|延伸阅读|热点|最新|推荐)")
_NAVIGATION = re.compile("首页|当前位置|您的位置|网站|门户|搜索|打印本页")
_CUT = re.compile(r"(?!市场|区块|州际|乡村|乡镇)[省市县区州旗镇乡]")
"""How a name begins whose place was cut in two."""
_LONGEST_PLACE = 8
_SPAN = 5
_BETWEEN = 20
"""Lines above its first section in which the title of a report is looked for that follows another."""
_SECTIONS = FORMS["2021"].sections
_SEARCHED = 80
_TAG_RANK = {"title": 3, "h1": 3, "h2": 2, "h3": 1}


@dataclass(frozen=True, slots=True)
class Title:
    """The title as printed, without spaces, and what it says; None for what it leaves out.

    `years` are all that it names, `part` is what it tells of if less than a year, `lines` the number of lines that it
    was read from, `end` the place of the last one. `is_mixed`: the medium says that its lines are of different
    kinds. `beside` is another body that is named right before this one, of the same place.
    """

    text: str
    agency: str | None
    years: tuple[int, ...]
    lines: int = 1
    end: int = -1
    rank: tuple[float, ...] = ()
    part: str = ""
    is_mixed: bool = False
    beside: str = ""

    @property
    def year(self) -> int | None:
        return self.years[0] if self.years else None

    @property
    def is_sound(self) -> bool:
        """Whether its agency looks like the whole name of a body."""
        return self.agency is not None and is_body(self.agency)


@dataclass(frozen=True, slots=True)
class Titles:
    """The title; `extents` are the same with more lines or fewer, `rivals` other lines that say as much.

    `is_web_page`: there is navigation above it, and so maybe a site's name.
    """

    best: Title
    extents: tuple[Title, ...] = ()
    rivals: tuple[Title, ...] = ()
    is_web_page: bool = False


def find_title(lines: Sequence[Line]) -> Titles:
    """The report's title above its first section, joined where it is broken; the text is empty if there is none."""
    head = _head(lines)
    plain = [line.plain.lstrip("#*") for line in head]
    found = [title for end in range(len(head)) for title in _ending_at(head, plain, end)]
    if not found:
        return Titles(Title("", None, ()))
    best = max(found, key=_worth)
    same = [title for title in found if title.end == best.end and title is not best]
    best = _with_lines_above(best, head, plain)
    rivals = [t for t in found if t.end != best.end and _says(t) >= _says(best) and t.is_sound and _differ(t, best)]
    return Titles(best, tuple(same), tuple(rivals), any(map(_NAVIGATION.search, plain)))


def several(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """The reports that stand one after another in `lines`: each begins with a title and has sections of its own."""
    starts, last = [0], 0
    for place, number in [(n, number) for n, line in enumerate(lines) if (number := section_number(line))]:
        if number == _SECTIONS[0].number and last:
            between = [n for n in range(last + 1, place) if lines[n].text.strip()][-_BETWEEN:]
            title = find_title([lines[n] for n in between]).best
            if title.text:
                starts.append(between[title.end - title.lines + 1])
        last = place
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def title_in(text: str) -> Title | None:
    """What `text` says if it is a title as a whole."""
    printed = _MARK.sub("", "".join(text.split()).strip('*#《》“”"'))
    normal = nfkc(printed).translate(BRACKETS)
    found = _TITLE.match(normal)
    if found is None:
        return None
    agency = found["agency"]
    if agency and len(normal) == len(printed):
        agency = printed[slice(*found.span("agency"))]
    twice = _TWICE.match(agency or "")
    agency = _issuer(agency or "")
    if agency is not None and _FOREIGN.search(agency):
        return None
    return Title(normal, agency or None, tuple(dict.fromkeys(_years(found))), part=_part(found), beside=_beside(twice))


def _beside(twice: re.Match[str] | None) -> str:
    """The body that is named before another of its place, if it is neither the place nor its government: a site."""
    before = _SENT.sub("", twice[0]) if twice else ""
    return before if is_body(before) and not is_government(before) else ""


def _years(found: re.Match[str]) -> Iterator[int]:
    """The years of a title; one with a month is a date of issue."""
    remark = _REMARKED_YEAR.match(found["remark"] or "")
    is_dated = remark and is_month(remark["part5"] or "")
    in_remark = remark["year4"] if remark and not is_dated else None
    for text in (found["year1"], found["year2"], found["year3"], in_remark, found["year5"]):
        if text:
            yield year_of(text)


def _part(found: re.Match[str]) -> str:
    """The part of the year that a title tells of, as printed; empty for the whole year."""
    remark = _REMARKED_YEAR.match(found["remark"] or "")
    in_remark = (remark["part5"] or "") if remark else ""
    parts = [found["part1"], found["part2"], found["part3"], found["part4"]]
    parts += [] if is_month(in_remark) else [in_remark]
    return next((text for text in parts if text and is_part(text)), "")


def _issuer(agency: str) -> str | None:
    """The body in what a title has in its place: without what is done with the report, and with the whole 人民政府."""
    sender = _SENDER.match(agency)
    if sender:
        agency = "" if agency.endswith(("印发", "转发", "批转")) else sender[1]
    agency = _TWICE.sub("", _SENT.sub("", agency))
    if _NOBODY.match(agency):
        return None
    return agency + "政府" if agency.endswith("人民") else agency


def _head(lines: Sequence[Line]) -> list[Line]:
    """The lines above the first section, without blank ones; where no section has a heading, the first lines."""
    starts = headings(lines)
    first = min(starts.values()) if starts else 0
    head = [line for line in lines[: first or None] if line.text.strip()]
    return head if first and head else head[:_SEARCHED]


def _ending_at(head: Sequence[Line], plain: Sequence[str], end: int) -> Iterator[Title]:
    """What the lines up to `end` say as a title: the last alone, with the one above, and so on."""
    if head[end].tag == "a" or (end and _BEFORE_OTHERS.match(plain[end - 1])):
        return
    if not _LAST_WORD.search(plain[end]):
        title = _title_beside(head[end].text)
        if title:
            yield _placed(title, head, plain, end, end)
        return
    for start in range(end, max(end - _SPAN, -1), -1):
        if start < end and not _joins(head[start], plain[start], head[start + 1]):
            return
        title = title_in("".join(head[n].text.lstrip("#*") for n in range(start, end + 1)))
        if title:
            yield _placed(title, head, plain, start, end)


def _title_beside(text: str) -> Title | None:
    """The title with which a line begins that goes on after a gap, as with a site's name in the corner of a page."""
    if not _GOES_ON.search(text):
        return None
    words = text.split()
    for end in range(len(words) - 1, 0, -1):
        title = title_in("".join(words[:end]))
        if title and (title.years or title.agency) and not re.search(r"\d", "".join(words[end:])):
            return title
    return None


def _placed(title: Title, head: Sequence[Line], plain: Sequence[str], start: int, end: int) -> Title:
    lines = head[start : end + 1]
    tag = max(_TAG_RANK.get(line.tag, 0) for line in lines)
    rank = (-bool(_MARK.match(plain[start])), tag, round(max(line.size for line in lines) / 2))
    is_mixed = len({line.tag for line in lines}) > 1
    return replace(title, lines=end - start + 1, end=end, rank=rank, is_mixed=is_mixed)


def _joins(above: Line, plain: str, line: Line) -> bool:
    """Whether a line may be the one before `line` in a title."""
    if above.tag == "a" or not _PIECE.fullmatch(plain):
        return False
    if _APART.search(plain) and not _REMARK.fullmatch(line.plain):
        return False
    if above.size and line.size and abs(above.size - line.size) > 0.15 * line.size:
        return False
    return above.page == line.page


def _says(title: Title) -> int:
    """How much a title says: of several, one with year and agency is the report's own."""
    return 2 * bool(title.years) + (title.agency is not None)


def _worth(title: Title) -> tuple[float, ...]:
    return (_says(title), title.is_sound, *title.rank, -title.lines, title.end)


def _differ(first: Title, second: Title) -> bool:
    if first.year != second.year:
        return True
    return not (first.agency and second.agency and same_body(first.agency, second.agency))


def _with_lines_above(title: Title, head: Sequence[Line], plain: Sequence[str]) -> Title:
    """A title whose first line stands above what matched: a place, or a name broken in the middle in the same print."""
    start = title.end - title.lines
    while title.agency and start >= 0 and _belongs(title.agency, head[start], plain[start], head[start + 1]):
        longer = title_in(plain[start] + title.text)
        is_list = bool(start and _PLACE.fullmatch(plain[start]) and _PLACE.fullmatch(plain[start - 1]))
        if is_list or longer is None or not longer.is_sound or longer.years != title.years:
            break
        title = replace(longer, lines=title.lines + 1, end=title.end, rank=title.rank)
        start -= 1
    return title


def _belongs(agency: str, above: Line, plain: str, line: Line) -> bool:
    if not re.fullmatch(r"[\u4e00-\u9fff]{2,30}", plain) or not _joins(above, plain, line):
        return False
    is_place = bool(_PLACE.fullmatch(plain)) and not agency.startswith(plain)
    if line.size and abs(above.size - line.size) < 0.05 * line.size:
        return is_place or not (is_body(plain) or is_placed(agency))
    if line.size or is_placed(agency):
        return False
    is_cut = is_placed(plain) or (bool(_CUT.match(agency)) and len(plain) <= _LONGEST_PLACE)
    return is_place or (is_cut and not is_body(plain) and not _COLUMN.search(plain))
