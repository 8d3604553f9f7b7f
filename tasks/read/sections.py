"""The six sections with their text, and the date of issue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from expectations.forms import FORMS
from tasks.read.labels import key
from tasks.read.lines import Line
from tasks.values import ReportSection

_SECTIONS = FORMS["2021"].sections
_NUMBERS = {key(name): section.number for section in _SECTIONS for name in (section.heading, *section.aliases)}
"""The number of the section that a heading, but for what is printed before it, begins."""
_ORDINAL = re.compile(r"\A(?:第?[一二三四五六七八九十0-9]{1,3}(?:部分|章|节)?|[ⅠⅡⅢⅣⅤⅥIVX]{1,4})(?=\D)")
"""However a site numbers its headings."""
_LONGEST = 200
_LONE_DATE = re.compile(r"\A(?:\D{0,12})(20\d\d)[年/.-](\d{1,2})[月/.-](\d{1,2})日?(?:\d\d:\d\d.*)?\Z")


def find_sections(lines: Sequence[Line]) -> tuple[ReportSection, ...]:
    """The statutory sections as they stand; a heading counts where it stands last, after any table of contents."""
    places = headings(lines)
    order = sorted(places.values())
    found = []
    for section in _SECTIONS:
        if section.number in places:
            start = places[section.number]
            end = next((p for p in order if p > start), len(lines))
            text = "\n".join(line.text for line in lines[start + 1 : end] if line.plain)
            found.append((start, ReportSection(section.number, lines[start].text.strip("#* "), text)))
    return tuple(section for _, section in sorted(found, key=lambda pair: pair[0]))


def headings(lines: Sequence[Line]) -> dict[str, int]:
    """Where the heading of each section stands, by the section's number."""
    found = ((_number(key(line.text)), index) for index, line in enumerate(lines) if len(line.text) <= _LONGEST)
    return {number: index for number, index in found if number}


def _number(text: str) -> str | None:
    return _NUMBERS.get(text) or _NUMBERS.get(_ORDINAL.sub("", text))


def _printed(lines: Iterable[Line]) -> Iterator[str]:
    return (plain for line in lines if (plain := line.plain))


def find_date(lines: Sequence[Line]) -> date | None:
    """The date of issue: a line of its own at the end, or one beside the title."""
    first, last = (list(islice(_printed(part), 12)) for part in (lines, reversed(lines)))
    for text in (*last, *first):
        found = _LONE_DATE.match(text)
        if found:
            try:
                return date(*(int(part) for part in found.groups()[:3]))
            except ValueError:
                continue
    return None
