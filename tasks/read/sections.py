"""The six sections with their text."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_LONGEST_KEY = max(map(len, _NUMBERS)) + 6
"""Characters of a heading's key, with what is printed before it."""


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
    found = ((section_number(line), index) for index, line in enumerate(lines))
    return {number: index for number, index in found if number}


def section_number(line: Line) -> str | None:
    """The number of the section whose heading `line` is."""
    return _number(key(line.text)) if len(line.text) <= _LONGEST else None


def _number(text: str) -> str | None:
    if len(text) > _LONGEST_KEY:
        return None
    return _NUMBERS.get(text) or _NUMBERS.get(_ORDINAL.sub("", text))
