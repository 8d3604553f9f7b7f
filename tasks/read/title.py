"""Title, issuing body and report year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.read.characters import nfkc
from tasks.read.lines import Line

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = r"(?P<year{n}>(?:19|20)\d\d|二[〇○零0][〇○零一二三四五六七八九]{{2}})年?度?"
_AGENCY = r"(?P<agency>[\u4e00-\u9fff()·、]{3,60}?)"
_TITLE = re.compile(
    rf"\A(?:关于)?(?:{_YEAR.format(n=1)})?(?:关于)?{_AGENCY}?(?:关于)?(?:{_YEAR.format(n=2)})?(?:的)?"
    rf"(?:本级)?(?:政府|政务)?信息公开(?:工作)?(?:情况)?(?:{_YEAR.format(n=3)})?(?:的)?(?:年度|年)?(?:工作)?(?:情况)?(?:的)?"
    rf"(?:报告|年报)(?:\((?:{_YEAR.format(n=4)})?[^()]{{0,8}}\))?\Z"
)
_LAST_WORD = re.compile(r"[告报)）*》”]\Z")
"""How the last line of a title ends; most lines do not."""
_SPAN = 5
_SEARCHED = 80
_LONGEST = 300
_SIGNED = re.compile(
    r"\A[\u4e00-\u9fff()]{2,40}(?:政府|局|委员会|委|办公室|厅|院|中心|街道办事处|办事处|管委会|部|署|会|社|公司|大队|支队|所|站)\Z"
)
_FILE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_INTRO_AGENCY = re.compile(r"本(?:年度)?报告由([\u4e00-\u9fff()]{3,40}?)(?:按照|根据|依据|编制)")
_INTRO_YEAR = re.compile(r"自((?:19|20)\d\d)年1月1日(?:起|至|到)")


@dataclass(frozen=True, slots=True)
class Title:
    """The title as printed, without spaces, and what it says; None for what it leaves out."""

    text: str
    agency: str | None
    year: int | None


def find_title(lines: Sequence[Line]) -> Title:
    """The report's title among the first lines, joined where it is broken; the text is empty if there is none."""
    head = _head(lines)
    plain = ["".join(line.text.split()).lstrip("#*") for line in head]
    best: Title | None = None
    for start in range(len(head)):
        for end in range(start + 1, min(start + _SPAN, len(head)) + 1):
            title = _match("".join(plain[start:end])) if _LAST_WORD.search(plain[end - 1]) else None
            if title is None:
                continue
            title = _with_lines_above(title, head, start)
            if best is None or _says(title) > _says(best):
                best = title
            break
    return best or Title("", None, None)


def _says(title: Title) -> int:
    """How much a title says: of several, one with year and agency is the report's own."""
    return 2 * (title.year is not None) + (title.agency is not None)


def _head(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines[:_SEARCHED] if line.text.strip()]


def _match(printed: str) -> Title | None:
    """What `printed`, a line or several without spaces, says if it is a title."""
    if len(printed) > _LONGEST:
        return None
    printed = printed.strip('*#《》“”"')
    text = nfkc(printed)
    found = _TITLE.match(text)
    if found is None:
        return None
    years = [found[f"year{n}"] for n in range(1, 5) if found[f"year{n}"]]
    agency = found["agency"]
    if agency and len(text) == len(printed):
        agency = printed[slice(*found.span("agency"))]
    return Title(text, agency, int(years[0].translate(_DIGITS)) if years else None)


def _with_lines_above(title: Title, head: Sequence[Line], start: int) -> Title:
    """A title whose first line stands above what matched: the same large print, directly before, Chinese only."""
    while start and title.year and _belongs(head[start - 1], head[start]):
        above = "".join(head[start - 1].text.split())
        longer = _match(above + title.text)
        if longer is None:
            break
        title, start = longer, start - 1
    return title


def _belongs(above: Line, line: Line) -> bool:
    same_size = line.size > 0 and abs(above.size - line.size) < 0.05 * line.size and above.page == line.page
    return same_size and bool(re.fullmatch(r"[\u4e00-\u9fff]{2,30}", above.plain))


def agency_elsewhere(lines: Sequence[Line]) -> str | None:
    """The issuing body where the title names none: the introduction, or the signature at the end."""
    joined = "".join(line.plain for line in lines)
    intro = _INTRO_AGENCY.search(joined)
    if intro:
        return intro[1]
    tail = [line.plain for line in lines if line.plain][-8:]
    return next((text for text in reversed(tail) if _SIGNED.match(text)), None)


def year_elsewhere(lines: Sequence[Line]) -> int | None:
    """The report year where the title names none: the period that the introduction states."""
    found = _INTRO_YEAR.search("".join(line.plain for line in lines[:_SEARCHED]))
    return int(found[1]) if found else None


def year_of_name(name: str) -> int | None:
    """The year that a file name states as `2023年`; bare digits are no statement."""
    found = _FILE_YEAR.search(name.rsplit("/", 1)[-1])
    return int(found[1]) if found else None


def agency_of_name(name: str) -> str | None:
    """The body that a file name states before its year."""
    title = _match(name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return title.agency if title else None
