"""The six sections with their text, and the date of issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from expectations.forms import FORMS
from expectations.forms.model import Section
from tasks.read.labels import key
from tasks.read.lines import Line
from tasks.values import ReportSection

_SECTIONS = FORMS["2021"].sections
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
    places: dict[str, int] = {}
    for index, line in enumerate(lines):
        for section in _SECTIONS:
            if _is_heading(line, section):
                places[section.number] = index
    return places


def _is_heading(line: Line, section: Section) -> bool:
    text = key(line.text)
    names = {key(name) for name in (section.heading, *section.aliases)}
    return any(text == section.number + name or text == name for name in names)


def find_date(lines: Sequence[Line]) -> date | None:
    """The date of issue: a line of its own at the end, or one beside the title."""
    texts = [line.plain for line in lines if line.plain]
    for text in (*reversed(texts[-12:]), *texts[:12]):
        found = _LONE_DATE.match(text)
        if found:
            try:
                return date(*(int(part) for part in found.groups()[:3]))
            except ValueError:
                continue
    return None
