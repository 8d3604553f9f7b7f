"""Years and dates however they are written: 2023年, 二〇二三年, 贰零贰叁年一月五日."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from tasks.read.lines import Line

_ZERO = "〇○◯Oo零\u039f\u041e\u043e"
"""A zero, and the circles and letters that are typed for it."""
_NUMERALS = "一二三四五六七八九壹贰叁肆伍陆柒捌玖"
DIGITS = str.maketrans(_ZERO + _NUMERALS, "0" * len(_ZERO) + "123456789" * 2)
ANY_YEAR = rf"(?:(?:19|20)\d\d|[二贰][{_ZERO}0][{_ZERO}0{_NUMERALS}]{{2}})"
SMALL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
"""The number of a month or of a day."""
MONTH = rf"(?:{SMALL})月"
DAY = rf"(?:{SMALL})日"
UNTIL = "(?:至|到|[-—–－~～]+)"
PART = (
    r"(?:[上下]半年度?|半年度?|[前第]?[一二三四1-4]个?季度"
    rf"|(?:{SMALL})月?份?{UNTIL}(?:{SMALL})月份?|(?:{SMALL})月份?)"
)
"""A part of a year, as titles of half-yearly, quarterly and monthly reports have it."""
_MONTH = re.compile(rf"(?:{SMALL})月份?")
_WHOLE = re.compile(rf"(?:0?1|一)月?份?{UNTIL}(?:12|十二)月份?")
_LONE_DATE = re.compile(
    rf"\A\D{{0,12}}?({ANY_YEAR})[年/.-]({SMALL})[月/.-]({SMALL})日?(?:\d\d:\d\d.*)?\Z",
)


def year_group(n: int) -> str:
    """The pattern of a year as the group `year{n}`."""
    return rf"(?P<year{n}>{ANY_YEAR})年?度?"


def part_group(n: int) -> str:
    """The pattern of a part of a year, or of none, as the group `part{n}`."""
    return f"(?P<part{n}>{PART})?"


def year_of(text: str) -> int:
    """The number of a year that `year_group` matched."""
    return int(text.translate(DIGITS))


def small_number(text: str) -> int:
    """The number of a month or day: 12, 十二, 二十一."""
    tens, ten, ones = text.translate(DIGITS).partition("十")
    return int(tens or "1") * 10 + int(ones or "0") if ten else int(tens)


def is_part(text: str) -> bool:
    """Whether what `part_group` matched is less than the whole year."""
    return not _WHOLE.fullmatch(text)


def is_month(text: str) -> bool:
    """Whether what `part_group` matched is one month."""
    return bool(_MONTH.fullmatch(text))


def find_date(lines: Sequence[Line]) -> date | None:
    """The date of issue: a line of its own at the end, or one beside the title."""
    first, last = (list(islice(_printed(part), 12)) for part in (lines, reversed(lines)))
    for text in (*last, *first):
        found = _LONE_DATE.match(text)
        if found:
            try:
                return date(year_of(found[1]), small_number(found[2]), small_number(found[3]))
            except ValueError:
                continue
    return None


def _printed(lines: Iterable[Line]) -> Iterator[str]:
    return (plain for line in lines if (plain := line.plain))
