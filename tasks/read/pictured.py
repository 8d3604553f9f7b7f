"""Tables that a document shows as pictures: they are there, and the limit is ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from expectations.forms import FORMS, TABLES, TableName
from tasks.read.labels import key
from tasks.read.lines import Line, PageRow
from tasks.read.page import Page
from tasks.read.surest import Tables

SCANNED = 0.6
"""Of a page: what a picture covers where the page is one."""
_WIDE, _HIGH = 0.15, 0.008
"""Of a page: a smaller picture holds no table, nor a strip of one."""
_REMARK = 12
"""Characters: a heading has at most so many more than the form's."""

Place = tuple[int, float]
"""A page and how far down it."""

_SECTIONS = FORMS["2021"].sections
_NUMBER_OF: Mapping[TableName, str] = dict(zip(TABLES, "二三四", strict=True))


def is_picture(page: Page) -> bool:
    """Whether a page is nothing but a picture, whatever text lies under it."""
    return page.image_cover > SCANNED and not (page.horizontal and page.vertical)


def pictured_tables(
    pages: Sequence[Page], rows: Sequence[PageRow], lines: Sequence[Line], tables: Tables
) -> dict[TableName, int | None]:
    """The tables that were not read, or not whole, and stand where there is a picture; with the page of that."""
    missing = [t for t in TABLES if t not in tables or len(tables[t].cells) < len(FORMS[tables[t].form].figures(t))]
    pictures = list(_pictures(pages)) if missing else []
    if not pictures:
        return {}
    headings = _headings(rows, lines)
    found: dict[TableName, int | None] = {}
    for table in missing:
        start = headings.get(_NUMBER_OF[table])
        end = min((place for place in headings.values() if start and place > start), default=(len(pages) + 1, inf))
        here = [
            place for place, is_page in pictures if (start < place < end if start else is_page and table not in tables)
        ]
        if here:
            found[table] = here[0][0]
    return found


def _pictures(pages: Sequence[Page]) -> Iterator[tuple[Place, bool]]:
    """Pictures that are large enough to show a table, and whether their page is but a picture."""
    for page in pages:
        is_page = page.image_cover > SCANNED
        for x0, top, x1, bottom in page.pictures:
            if is_page or (x1 - x0 > _WIDE * page.width and bottom - top > _HIGH * page.height):
                yield (page.number, (top + bottom) / 2), is_page


def _headings(rows: Sequence[PageRow], lines: Sequence[Line]) -> dict[str, Place]:
    """Where each section begins, by its number; of several lines that look like it, the last."""
    found: dict[str, Place] = {}
    for (number, row), line in zip(rows, lines, strict=True):
        text = key(line.text)
        for section in _SECTIONS:
            for heading in map(key, (section.heading, *section.aliases)):
                if heading in text and len(text) <= len(heading) + _REMARK:
                    found[section.number] = number, row[0].y
    return found
