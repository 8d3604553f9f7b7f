"""The second witness of who and when: everything that names them but the title, read by code of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.read.characters import nfkc
from tasks.read.dates import ANY_YEAR, DAY, MONTH, year_group
from tasks.read.identity.names import BODY, bodies, is_body, is_place, is_placed, normal
from tasks.read.identity.title import title_in
from tasks.read.identity.when import hinted_years, labelled_years, opening, parts_of_year, periods, reported
from tasks.read.identity.witness import (
    COMPILED,
    CONTACT,
    FILE_NAME,
    LETTERHEAD,
    NAMES,
    NEARBY,
    NICKNAME,
    OPENING,
    PARTICULARS,
    SIGNED,
    SITE,
    Weight,
    Witness,
    pieces,
)
from tasks.read.lines import Line
from tasks.read.sections import headings

_Y = year_group(1)
_B = rf"(?P<body>{BODY}?)"
_DUTY = "按照|根据|依据|依照|编制(?!委)|编写|组织|负责|汇总|起草|统一|牵头|会同"
_SELF = "局|委|办|厅|院|中心|机关|单位|部门|镇|乡|县|市|区|街道|处|会|公司|所|站|馆|校"
_REPORT = "(?:政府信息公开)?(?:工作)?(?:年度)?(?:报告|年报)"
_TELLS = "现(?:将|予以?|向社会)?(?:公布|发布|公开)?|公布|发布|编制了?"
_MADE = f"(?:编制|编写|制作|形成)(?:了|完成|并发布|本|《|{_Y})"
Statements = tuple[tuple[str, re.Pattern[str]], ...]
_STATEMENTS: Statements = (
    (COMPILED, re.compile(rf"本(?:年度|年)?{_REPORT}(?:是|系)?由{_B}(?:{_DUTY})")),
    (COMPILED, re.compile(rf"由{_B}(?:负责|组织|联合|共同)*(?:编制(?!委)|编写|起草)")),
    (COMPILED, re.compile(rf"[,。;:》)，]{_B}(?:特|现|组织|认真|结合实际)?{_MADE}")),
    (COMPILED, re.compile(rf"(?:\A|[,。;)])(?!由|[^。]{{0,40}}由){_B}(?:按照|根据|依据|依照)[^。由]{{0,60}}?{_MADE}")),
    ("引言（公布）", re.compile(rf"(?:{_TELLS}){_B}{_Y}.{{0,12}}?(?:信息公开|年度?报告|年报)")),
    ("引言（简称）", re.compile(rf"(?:\A|[,。;:、]){_B}\((?:以下|下)[简统]?称[“\"'‘]?(?:本|我)(?:{_SELF})")),
)
_OF_THE_REPORT = (_STATEMENTS[0], *_STATEMENTS[4:])
"""Those that speak of the report itself, and not maybe of something else that was made."""
_SUBJECT = re.compile(
    rf"\A(?:[一(][^,。]{{0,20}}情况\)?[:。]?)?(?:{_Y})?,?{_B}(?=(?:认真|严格|坚持|深入|全面|高度|积极|紧紧|始终|不断|切实)[^,。]{{2}})"
)
"""Who acts in the first sentence."""
_CONTACT = re.compile(
    rf"(?:请(?:径)?与|请同|请向|请联系|联系单位:|编制单位:|编制机关:){_B}(?:联系|咨询|反映|[(,。;]|电话|地址|\Z)"
)
_DATE = re.compile(rf"{ANY_YEAR}年{MONTH}(?:{DAY})?|20\d\d[-./]\d{{1,2}}[-./]\d{{1,2}}")
_BYLINE = re.compile(
    r"\A[(（]?(?:(?:编制|报送|填报)?(?:单位|机关|机构|部门)[:：])?(.{2,40}?)(?:\(盖章\)|\(公章\))?[)）]?\Z"
)
_FOOTER = re.compile(
    r"\A(?:相关|[上下]一[篇条]|主办|承办|版权|【|\[|打印|关闭|附件|扫一扫|分享|友情|网站地图|网站标识|备案|返回|责任编辑|信息来源|来源|文章来源|Copyright)",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(r"\A([\u4e00-\u9fff()]{4,40}?)文件\Z")
_NOTICE = re.compile(rf"关于(?:报送|上报|公布|发布|印发|转发|批转)[《“]?{_B}{_Y}.*信息公开")
_PARTICULAR = re.compile(
    r"(?:发布|公开|发文|制发|编制|责任|制作)(?:机构|单位|机关|部门|主体)\s*[:：]?\s*([\u4e00-\u9fff]{4,30}?)(?=\s|[|,，;；]|发布|\Z)"
)
_SITE = re.compile(r"(?:政府)?(?:门户)?(?:网站|网|信息公开专栏|门户)\Z")
_FILE = re.compile(
    rf"\A(?:\d{{1,3}}[.、_-]?)?(?P<body>[\u4e00-\u9fff()]{{2,40}}?)(?:关于)?{_Y}.*(?:年报|年度报告|信息公开)"
)
_OPENING_WORDS = 400
_LAST = 15
_FIRST = 25
_HEADING = 20
_LONGEST = 20_000
"""Characters of an introduction that are looked at."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """All that was found, the strongest first; `parts` are what tells of less than a year.

    Where nothing else names them, there are `hints` of the year, and bodies that are `named_near` the title.
    """

    agencies: tuple[Witness[str], ...]
    years: tuple[Witness[int], ...]
    hints: tuple[Witness[int], ...]
    named_near: tuple[Witness[str], ...]
    parts: tuple[Witness[str], ...]


def testimony(name: str, lines: Sequence[Line], names: Sequence[Line], title_text: str) -> Testimony:
    """What names body and year besides the title: text, what stands outside the text, and the file's `name`."""
    starts = headings(lines)
    first = min(starts.values()) if starts else _first_section(lines)
    intro = _introduction(lines[:first], title_text)
    begun = "".join(line.plain for line in lines[first : starts.get("二", first + 3 * _FIRST)])
    agencies = [
        *(list(_stated(intro)) or _stated(begun[:_OPENING_WORDS], _OF_THE_REPORT)),
        *_signed(lines),
        *_acting(intro),
        *_acting(next((line.plain for line in lines[first + 1 :] if len(line.plain) > _HEADING), "")),
        *_bylines(lines[:first], title_text),
        *_labelled(names),
    ]
    agencies += [*_letterheads(lines[:first]), *_passed_on(lines[:first]), *_contacts(intro), *_of_name(name)]
    years = [
        *periods(intro),
        *periods(begun, in_context=True),
        *reported(intro),
        *opening(begun),
        *labelled_years(names),
    ]
    hints, near = hinted_years(lines[:first], names), _near((*names, *lines[:first]))
    parts = parts_of_year(intro, begun[:_OPENING_WORDS], name, names)
    return Testimony(tuple(agencies), tuple(years), tuple(hints), tuple(near), tuple(parts))


def _first_section(lines: Sequence[Line]) -> int:
    """Where the introduction ends if no section has a heading as the form wants it."""
    begins = (n for n, line in enumerate(lines) if "总体情况" in line.plain and len(line.plain) < _HEADING)
    return next(begins, min(_FIRST, len(lines)))


def _introduction(lines: Sequence[Line], title_text: str) -> str:
    """What stands between title and first section, in one piece."""
    after = 0
    for number, line in enumerate(lines):
        if line.plain and title_text.endswith(line.plain.lstrip("#*")):
            after = number + 1
    return "".join(line.plain for line in lines[after:] if line.tag != "a")[:_LONGEST]


def _stated(text: str, statements: Statements = _STATEMENTS) -> Iterator[Witness[str]]:
    for where, pattern in statements:
        for found in pattern.finditer(text):
            yield from _named(where, found["body"])


def _named(where: str, text: str, weight: Weight = "states") -> Iterator[Witness[str]]:
    """A witness for each body in `text`, if it is the name of one or of several, and not of who asks for reports."""
    text = re.sub(r"\A(?:现将|将|现|由|公布|发布|如下)", "", text)
    if is_body(text) and not text.startswith("国务院"):
        yield from (Witness(where, (body,), weight) for body in bodies(text))


def _acting(text: str) -> Iterator[Witness[str]]:
    """The body that acts in the first sentence of `text`, if it is named with its place."""
    found = _SUBJECT.match(nfkc(text[:_OPENING_WORDS]).replace("，", ","))
    if found and is_placed(body := normal(found["body"])) and not is_place(body):
        yield from _named(OPENING, body, "labels")


def _contacts(intro: str) -> Iterator[Witness[str]]:
    for found in _CONTACT.finditer(intro):
        yield from _named(CONTACT, found["body"], "labels")


def _signed(lines: Sequence[Line]) -> Iterator[Witness[str]]:
    """The bodies that sign: lines of their own at the end of the text, before the furniture of a web page."""
    starts = headings(lines)
    after = max(starts.values(), default=-1) + 1
    tail = [line for line in lines[after:] if line.plain]
    if not starts:
        tail = tail[-_LAST:]
    end = next((n for n, line in enumerate(tail) if _FOOTER.match(line.plain) or line.tag == "a"), len(tail))
    signing = tail[:end][-_LAST:]
    last = [line.plain for line in signing]
    is_signed = False
    for number, text in enumerate(last):
        beside = [body for part in signing[number].text.split() if (body := _signature(part))]
        if len(beside) > 1:
            yield from (Witness(SIGNED, (body,)) for body in beside)
            is_signed = True
            continue
        body = _signature(text)
        is_dated = bool(_DATE.search(text))
        if body is None and is_signed and is_dated:
            return
        if body is None:
            continue
        is_signed = True
        above = last[number - 1] if number else ""
        broken = above + body
        is_broken = bool(re.fullmatch(r"[\u4e00-\u9fff]{4,30}", above)) and not is_body(above) and is_body(broken)
        if is_broken:
            yield Witness(SIGNED, (broken, body))
        else:
            yield from _named(SIGNED, body)
        if is_dated:
            return


def _signature(line: str) -> str | None:
    """The body in a line that holds nothing else, but for a date."""
    found = _BYLINE.match(_DATE.sub("", line).strip(" ,，"))
    body = normal(found[1]) if found else ""
    return body if is_body(body) else None


def _bylines(lines: Sequence[Line], title_text: str) -> Iterator[Witness[str]]:
    """A body by itself, directly under the title: a cover, or the small print of a page."""
    plain = [line.plain.lstrip("#*") for line in lines if line.plain]
    ends = [n for n, text in enumerate(plain) if title_text and title_text.endswith(text)]
    for text in plain[ends[-1] + 1 : ends[-1] + 4] if ends else ():
        body = _signature(text)
        if body and not _FOOTER.match(text):
            yield from _named("题目下署名", body)
        elif not _DATE.search(text):
            return


def _near(lines: Sequence[Line]) -> Iterator[Witness[str]]:
    """The bodies among a page's particulars, and those that are a line by themselves and no link."""
    for line in lines:
        found = _PARTICULAR.search(nfkc(line.text))
        if found:
            yield from _named(PARTICULARS, found[1], "labels")
        elif line.tag not in ("a", *NAMES) and is_body(line.plain):
            yield from _named(NEARBY, line.plain, "labels")


def _letterheads(lines: Sequence[Line]) -> Iterator[Witness[str]]:
    for line in lines:
        found = _LETTERHEAD.match(line.plain)
        if found:
            yield from _named(LETTERHEAD, found[1], "labels")


def _passed_on(lines: Sequence[Line]) -> Iterator[Witness[str]]:
    """The body whose report a notice above it passes on."""
    for line in lines:
        found = _NOTICE.search(line.plain) if line.tag != "a" else None
        if found:
            yield from _named(NEARBY, found["body"], "labels")


def _labelled(names: Sequence[Line]) -> Iterator[Witness[str]]:
    for line in names:
        parts = pieces(line)
        for part in parts:
            title = title_in(part)
            if title and title.agency and is_body(title.agency):
                yield from _named(NAMES[line.tag], title.agency, "labels")
            elif line.tag == "head" and is_body(part):
                yield from _named(SITE, part, "labels")
            elif line.tag == "page" and len(parts) > 1 and is_body(_SITE.sub("", part)):
                yield from _named(SITE, _SITE.sub("", part), "labels")


def _of_name(name: str) -> Iterator[Witness[str]]:
    stem = normal(name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    title = title_in(stem)
    found = _FILE.match(stem)
    if title and title.agency:
        yield from _named(FILE_NAME, title.agency, "labels")
    elif found:
        yield from _named(NICKNAME, found["body"], "labels")
