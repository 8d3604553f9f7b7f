"""Lines of plain text as rows of fields, and which of their fields are the figures of a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, TypeVar

from expectations.forms import FORMS
from tasks.read.figures import FIGURE
from tasks.read.labels import LIKELY, similarity
from tasks.read.text_grids import SEPARATOR, is_framed, is_one_cell, one_by_one

_T = TypeVar("_T")
_BLANK_ROW = 6
"""A line with so many empty fields is a row of blanks."""
_WIDE = 15
"""Figures of table 4's one row."""
_LABEL_LINES = 12
"""Lines that one label may be broken into."""
_LOOKALIKES = frozenset("UO")
"""What character recognition makes of a 0; too little to read a number from, so the field counts as blank."""


ANY = 0


class Usual(NamedTuple):
    """What most rows of a kind have, if known: the places of their figures, and how many fields behind the label."""

    places: tuple[int, ...] = ()
    length: int = ANY


NOT_KNOWN = Usual()


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A line that holds figures: its text fields, its figures (with empty fields), and the lines of text before it."""

    texts: tuple[str, ...]
    fields: tuple[str, ...]
    before: tuple[str, ...]
    margin: int = 0
    """Empty fields on lines of their own before the figures."""

    @property
    def figures(self) -> list[str]:
        return [f for f in self.fields if f]

    @property
    def places(self) -> tuple[int, ...]:
        """Where the figures stand among the fields behind the label."""
        return tuple(n for n, field in enumerate(self.fields, self.margin) if field)

    @property
    def length(self) -> int:
        """How many fields stand behind the label."""
        return self.margin + len(self.fields)

    @property
    def says_nothing(self) -> bool:
        """Whether it holds nothing but zeros and blanks: it does not matter which stands where."""
        return all(is_zero(field) for field in self.fields)

    @property
    def is_parted(self) -> bool:
        """Whether a row without blank figures has an empty field among them."""
        return len(self.figures) >= _WIDE and len(self.figures) < 1 + self.places[-1] - self.places[0]

    def fitted(self, width: int, usual: Usual = NOT_KNOWN) -> list[str] | None:
        """Exactly `width` figures, blanks in their place; None where it is not certain which field is blank."""
        if self.says_nothing:
            usual = NOT_KNOWN
        if self.length > width and usual.length not in (ANY, self.length):
            return None
        if len(self.figures) == width:
            return self.figures if usual.places in ((), self.places) else None
        if usual.places and self.length == usual.length > usual.places[-1]:
            fields = dict(enumerate(self.fields, self.margin))
            is_whole = set(self.places) <= set(usual.places)
            return [fields.get(place, "") for place in usual.places] if is_whole else None
        if usual.places and self.length <= usual.places[-1] and not self.fields[0]:
            return None
        rest = list(self.fields)
        while len(rest) > width and not rest[-1]:
            rest.pop()
        while len(rest) > width and not rest[0]:
            rest.pop(0)
        return rest if len(rest) == width else None

    def labels(self) -> Iterator[str]:
        """What the row's label may be: its last text fields, with the lines before it."""
        for fields in range(1, len(self.texts) + 1):
            yield "".join(self.texts[-fields:])
        own = "".join(self.texts)
        for lines in range(1, min(_LABEL_LINES, len(self.before)) + 1):
            yield "".join(self.before[-lines:]) + own
            yield "".join(self.before[-lines:])


def field_rows(lines: Sequence[str]) -> Iterator[FieldRow]:
    before: list[str] = []
    blanks = 0
    last: FieldRow | None = None
    framed = is_framed(lines)
    for line in lines:
        fields = _fields(line, framed)
        split = next((n for n in range(len(fields), 0, -1) if fields[n - 1] and not _is_figure(fields[n - 1])), 0)
        texts, figures = [f for f in fields[:split] if f], ["" if f in _LOOKALIKES else f for f in fields[split:]]
        if last and not (texts or before) and _continues(last, figures):
            last = replace(last, fields=(*last.fields, *figures))  # a cell per line
        elif any(figures) or len(figures) >= _BLANK_ROW:
            if last:
                yield last
            last = FieldRow(tuple(texts), tuple(figures), tuple(before), 0 if texts else blanks)
            before, blanks = [], 0
        elif texts:
            before.append("".join(texts))
            blanks = len(figures)
        else:
            blanks += len(figures)
    if last:
        yield last


def _continues(row: FieldRow, figures: Sequence[str]) -> bool:
    """Whether a line of figures alone is more of the row before: a dump with a cell per line, or nearly so."""
    return len(figures) == 1 or 1 < len(figures) <= _BLANK_ROW + 1 - len(row.fields)


def _is_figure(field: str) -> bool:
    return field in _LOOKALIKES or bool(FIGURE.match(field))


def _fields(line: str, framed: bool) -> list[str]:
    if is_one_cell(line) and not framed:
        return one_by_one(line)
    if SEPARATOR.match(line):
        return []
    if "\t" in line:
        return [part for field in line.split("\t") for part in _parted(field.strip())]
    if line.count("|") >= 2:
        row = line.strip().removeprefix("|").removesuffix("|") if framed else line
        return [field.strip() for field in row.split("|")]
    return line.split()


def _parted(field: str) -> list[str]:
    """A label with its figure in one field as two."""
    text, _, figure = field.rpartition(" ")
    return [text.strip(), figure] if text and FIGURE.match(figure) and not FIGURE.match(text) else [field]


def usual_fields(rows: Sequence[FieldRow], width: int) -> Mapping[str, Usual]:
    """By kind of row in table 3 where its figures stand among its fields, as most rows of the kind have it.

    What spans columns leaves as many empty fields in all rows of its kind; in one row alone they move its figures.
    """
    kinds: dict[str, list[FieldRow]] = {}
    for row in rows:
        kinds.setdefault(kind_of(row), []).append(row)
    return {
        kind: Usual(
            _most_often([row.places for row in of_kind if len(row.figures) == width], ()),
            _most_often([row.length for row in of_kind], ANY),
        )
        for kind, of_kind in kinds.items()
    }


def _most_often(values: Sequence[_T], otherwise: _T) -> _T:
    """The most frequent of some values, if one is."""
    (value, times), *others = Counter(values).most_common(2) or [(otherwise, 1)]
    return otherwise if others and others[0][1] == times else value


def kind_of(row: FieldRow) -> str:
    """How deep the row of table 3 stands in the form whose label is most like the row's."""
    return max(map(_kind, row.labels()), default=(0.0, ""))[1]


@lru_cache(maxsize=4096)
def _kind(label: str) -> tuple[float, str]:
    named = ((similarity(label, name), row) for form in FORMS.values() for row in form.rows for name in row.names)
    score, row = max(named, key=lambda pair: pair[0])
    return score, "" if score < LIKELY else "inner" if "." in row.code else row.group or "outer"


def is_zero(field: str) -> bool:
    """Whether a field is blank or prints nothing but zeros."""
    return not field.strip("0０-—–－/／")
