"""Where a document with pages prints the name and the year of its report: what the eye is to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tasks.read.aligned.words import surrounding
from tasks.read.characters import BRACKETS, nfkc
from tasks.read.medium import Medium
from tasks.read.page import Char
from tasks.values import Printed

_SEARCHED, _LINES = 80, 5
YEAR = re.compile(r"20\d\d|二[〇○零Oo0].{2}")
"""A year as titles print it."""


def naming_places(medium: Medium, title: str, agency: str | None, year: int | None) -> tuple[Printed, ...]:
    """The lines of the title, as far as they name body and year, and where else these stand if not there."""
    if not medium.rows:
        return ()
    texts = [_text(row) for _, row in medium.rows]
    numbers = _of_title(texts[:_SEARCHED], title)
    named = "".join(texts[n] for n in numbers)
    spans, elsewhere = [], []
    for wanted, at in _wanted(named, agency, year):
        if at >= 0:
            spans.append((at, at + len(wanted)))
        else:
            elsewhere += list(_first(texts, wanted))
    places = [*_within(texts, numbers, spans), *elsewhere]
    return tuple(_printed(medium, n, part) for n, part in places)


def _wanted(named: str, agency: str | None, year: int | None) -> Iterator[tuple[str, int]]:
    """What names body and year, and where it stands in the title; -1 where it does not."""
    if agency:
        name = nfkc(agency).translate(BRACKETS)
        yield name, named.find(name)
    if year:
        found = YEAR.search(named)
        yield (found[0], found.start()) if found else (str(year), -1)


def _within(texts: Sequence[str], numbers: range, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, slice]]:
    """The parts of the title's lines from the first of `spans` to the last."""
    start, end = min((span[0] for span in spans), default=0), max((span[1] for span in spans), default=0)
    at = 0
    for n in numbers:
        part = slice(max(0, start - at), max(0, min(end - at, len(texts[n]))))
        if texts[n][part]:
            yield n, part
        at += len(texts[n])


def _text(row: Sequence[Char]) -> str:
    """The line with as many characters as it has boxes."""
    return "".join((nfkc(char.text) or " ")[:1] for char in row).translate(BRACKETS)


def _of_title(texts: Sequence[str], title: str) -> range:
    """The numbers of the fewest lines that the title stands in."""
    for count in range(1, _LINES + 1):
        for start in range(len(texts) - count + 1):
            if title and title in "".join(texts[start : start + count]):
                return range(start, start + count)
    return range(0)


def _first(texts: Sequence[str], wanted: str) -> Iterator[tuple[int, slice]]:
    """Where it stands first."""
    places = ((n, text.find(wanted)) for n, text in enumerate(texts))
    yield from [(n, slice(at, at + len(wanted))) for n, at in places if at >= 0][:1]


def _printed(medium: Medium, number: int, part: slice) -> Printed:
    page_number, row = medium.rows[number]
    chars = row[part]
    page = medium.pages[page_number - 1]
    box = page.as_displayed(surrounding(chars))
    return Printed("".join(char.text for char in chars), page_number, box, page.turn)
