"""A document's text in file order, and what it says of the form's rows: by their labels to the letter, no likeness.

Nothing here is shared with the readers of geometry: not the matching of labels, nor the reading of figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, starmap
from typing import NamedTuple

from expectations.forms import FORMS, TableName
from expectations.forms.common import DENIED, OTHER, REJECTED, RESULTS_OF_YEAR, UNABLE
from tasks.read.traditional import SIMPLIFIED

_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x2212: "-", 0xFE63: "-"}
_CHARACTERS = SIMPLIFIED | _WIDTH
_HAN = "\u3400-\u9fff\u3007"
_LETTERS = re.compile(rf"[0-9A-Za-z{_HAN}]+")
_IN_WORD = re.compile(rf"[{_HAN}A-Za-z]")
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_NUMBER_BEFORE = re.compile(
    r"(?:\([一二三四五六七八九十]{1,2}\)|(?<![0-9.,])[0-9]{1,2}\s*[.、,)]+|[一二三四五六七八九十]、)[.、\s]*\Z"
)
_EXPLANATION = re.compile(r"\s*\((?![一二三四五六七八九十]{1,2}\))[^()0-9]{1,150}\)")
_ITEM_NUMBER = rf"(?<![0-9.,])[0-9]{{1,2}}[^\S\n]*[.、)]+\s*(?=[{_HAN}(“])"
_ORDINAL = r"第[0-9]+|[0-9]+(?=[条款年月页])"
_FIGURE = r"-?[0-9][0-9,]*(?:\.[0-9]+)?"
_FIGURES = re.compile(_FIGURE)
_BLANK = r"(?<!\S)[-—–―/\\~～一无·.…]{1,3}(?!\S)"
_TOKEN = re.compile(
    rf"(?P<skip>{_ITEM_NUMBER}|{_ORDINAL})|(?P<figure>{_FIGURE})|(?P<blank>{_BLANK})|(?P<text>[{_HAN}]+)"
)
_SHORT = 3
"""A label with fewer characters stands in many a sentence: it counts only with its number, or right before a figure."""

_FOLLOWS = re.compile(r"[\s|]*[-/—0-9]")
_HEAD = re.compile(r"信息内容|申请人情况|勾稽关系")
"""What begins the head of a table: no figure below it belongs to the row above, unless a page break parted them."""

CORNER = "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和"
_START: dict[TableName, tuple[str, ...]] = {
    "table2": ("信息内容",),
    "table3": ("申请人情况", "本列数据的勾稽关系", "自然人", "本年新收政府信息公开申请数量"),
    "table4": ("结果维持", "未经复议直接起诉", "行政复议行政诉讼", "提起行政诉讼情况"),
}
_ONLY_IN: dict[TableName, tuple[str, ...]] = {
    "table2": ("制发件数", "废止件数", "处理决定数量", "新制作数量", "年项目数量"),
    "table4": ("结果维持", "结果纠正", "尚未审结"),
}
_ANNOUNCE = 5
"""Labels of table 3 that no text has by chance."""
_DISPUTES = "复议后起诉"
_HEAD_OF_DISPUTES = 150
_ABOVE = 200
"""Characters above a table that may tell its unit."""
_ROW = 60
_FIGURES_OF_A_ROW = 2
"""Behind a label so many figures make a row of a table; one may be a sentence's."""
_IN_OTHER_TABLES = frozenset({"table3.total", "table3.other.misc"})
"""Rows whose labels are heads of table 4 too."""
_RESULTS = 6
"""Of the twelve results in table 4's heads, each of which has a 结, so many at least stand before its figures."""


class Part(NamedTuple):
    """Figures that follow each other, as digits; `is_foreign` if a text that no table of the form has stands before.

    `blanks` counts the marks that stand for none among them.
    """

    figures: tuple[str, ...]
    is_foreign: bool
    blanks: int = 0


Places = dict[str, list[tuple[Part, ...]]]
"""By row (`table3.new`) each place that names it, with what stands between its label and the next."""


class _Label(NamedTuple):
    where: str
    number: str
    body: str


class _Named(NamedTuple):
    """A label in the text, from `start` to `end` - 1 with its number and explanation."""

    where: str
    start: int
    end: int


_Asked = tuple[TableName, str | None, frozenset[str]]
"""Rows to find: of which table, of which form, and which not."""


@dataclass(frozen=True)
class Stream:
    """The whole text of a document in file order; what was found in it is found once."""

    text: str
    checks: list[tuple[object, object]] = field(default_factory=list, repr=False, compare=False)
    """What was held against this text already, and what came of it, for those who ask again."""
    _rows: dict[_Asked, Places] = field(default_factory=dict, repr=False, compare=False)
    _found: dict[_Label, list[tuple[int, _Named]]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _plain(self) -> str:
        """Digits and punctuation of the usual width; nothing that has no width."""
        return _UNSEEN.sub("", self.text.translate(_CHARACTERS))

    @cached_property
    def _flat(self) -> tuple[str, Sequence[int]]:
        """Letters alone, and where each stands in the plain text."""
        runs = [run.span() for run in _LETTERS.finditer(self._plain)]
        return "".join([self._plain[a:b] for a, b in runs]), list(chain.from_iterable(starmap(range, runs)))

    def announces(self, table: TableName) -> bool:
        """Whether the text holds words that only `table` prints, read or not."""
        flat = self._flat[0]
        if table == "table3":
            return sum(len(label.body) > _SHORT and label.body in flat for label in _labels(table, None)) >= _ANNOUNCE
        return any(word in flat for word in _ONLY_IN[table])

    def holds(self, heading: str) -> bool:
        """Whether the letters of `heading` stand in the text, wherever it is."""
        return "".join(_LETTERS.findall(heading)) in self._flat[0]

    def mentions(self, table: TableName, where: str) -> bool:
        """Whether the text of `table` has the label of the row `where` as a word of its own, wherever it stands."""
        text, word = self.part(table)[1], rf"[{_HAN}A-Za-z0-9]"
        bodies = {label.body for label in _labels(table, None) if label.where == where}
        return any(re.search(rf"(?<!{word}){body}(?!{word})", text) for body in bodies)

    def part(self, table: TableName) -> tuple[str, str]:
        """What stands right above `table`, and its text up to the head of the next."""
        start, end = self._regions[table]
        return self._plain[max(0, start - _ABOVE) : start], self._plain[start:end]

    def rows(self, table: TableName, form: str | None = None, without: frozenset[str] = frozenset()) -> Places:
        """The rows of `table`, of one form or of all, that the text names to the letter, with the figures behind."""
        asked = table, form, without
        if asked not in self._rows:
            self._rows[asked] = self._find_rows(*asked)
        return self._rows[asked]

    def _find_rows(self, table: TableName, form: str | None, without: frozenset[str]) -> Places:
        start, end = self._regions[table]
        found: Places = {}
        for one, after in self._in_order(table, form, start, end):
            stop = after.start if after else end
            if stop >= one.end and one.where not in without:
                found.setdefault(one.where, []).append(self._parts(one.end, stop, _furniture(table)))
        return found

    def elsewhere(self, table: TableName) -> Places:
        """The rows of `table` that the text names with figures behind its end: in a second table of the kind."""
        _, end = self._regions[table]
        found: Places = {}
        for one, after in self._in_order(table, None, end, len(self._plain)):
            parts = self._parts(one.end, max(one.end, after.start if after else one.end + _ROW), _furniture(table))
            if len(parts[0].figures) >= _FIGURES_OF_A_ROW and one.where not in _IN_OTHER_TABLES:
                found.setdefault(one.where, []).append(parts)
        return found

    def head(self, table: TableName) -> str:
        """The letters above the first row of `table`: its heads in any order, as cells and lines may cut them."""
        if table == "table4":
            places = self._dispute_places()
            return self._letters(*places[0][:2]) if places else ""
        start, end = self._regions[table]
        first = min((n.start for n in self._named(table, None, start, end)), default=end)
        return self._letters(start, first)

    def disputes(self) -> list[tuple[Part, ...]]:
        """What stands behind the heads of table 4, each time that they stand there."""
        places = self._dispute_places()
        stops = [*(start for start, _, _ in places[1:]), len(self._plain)]
        return [
            self._parts(end, min(stop, limit), _furniture("table4"))
            for (_, end, limit), stop in zip(places, stops, strict=False)
        ]

    def dispute_groups(self) -> Places:
        """What stands behind the heads of each group of table 4, where each has a table of its own."""
        flat, at = self._flat
        found: Places = {}
        for group, heads in _group_heads().items():
            position = 0
            while (hit := flat.find(heads, position)) >= 0:
                position = hit + len(heads)
                start = at[position - 1] + 1
                found.setdefault(f"table4.{group}", []).append(self._parts(start, start + _ROW, frozenset()))
        return found

    def _dispute_places(self) -> list[tuple[int, int, int]]:
        """Where the heads of table 4 begin (about), where its figures begin, and where they end at the latest."""
        flat, at = self._flat
        found: list[tuple[int, int, int]] = []
        position = 0
        while (hit := flat.find(_DISPUTES, position)) >= 0:
            position = hit + len(_DISPUTES)
            before = flat[max(0, hit - _HEAD_OF_DISPUTES) : position + 80]
            if before.count("结") >= _RESULTS:
                figure = _FIGURES.search(self._plain, at[position - 1])
                end = figure.start() if figure else len(self._plain)
                stop = flat.find("存在的主要问题", position)
                limit = at[stop] if stop >= 0 else len(self._plain)
                found.append((at[max(0, hit - _HEAD_OF_DISPUTES)], end, limit))
        return found

    @cached_property
    def _regions(self) -> dict[TableName, tuple[int, int]]:
        """Where each table begins and ends in the plain text: at its head, and at the head of another after it."""
        places = [*self._flat[1], len(self._plain)]
        nowhere = len(places) - 1
        heads = {table: sorted(hit for word in words for hit in self._hits(word)) for table, words in _START.items()}
        found: dict[TableName, tuple[int, int]] = {}
        for table, own in heads.items():
            begin = own[0] if own else nowhere
            others = (hit for other, hits in heads.items() if other != table for hit in hits if hit >= begin)
            found[table] = places[begin], places[min(others, default=nowhere)]
        return found

    def _hits(self, word: str) -> Iterator[int]:
        """Where `word` stands among the letters."""
        letters, hit = self._flat[0], -1
        while (hit := letters.find(word, hit + 1)) >= 0:
            yield hit

    def _letters(self, start: int, end: int) -> str:
        return "".join(_LETTERS.findall(self._plain[start:end]))

    def _in_order(
        self, table: TableName, form: str | None, start: int, end: int
    ) -> Iterator[tuple[_Named, _Named | None]]:
        """Each label in the text with the one after it; a row's shorter name that begins a longer one is none."""
        named: list[_Named] = []
        for one in sorted(self._named(table, form, start, end), key=lambda n: (n.start, -n.end)):
            if not (named and (one.where, one.start) == (named[-1].where, named[-1].start)):
                named.append(one)
        return zip(named, [*named[1:], None], strict=False)

    def _named(self, table: TableName, form: str | None, start: int, end: int) -> Iterator[_Named]:
        for label in _labels(table, form):
            if label not in self._found:
                self._found[label] = list(self._find(label))
            yield from (named for first, named in self._found[label] if start <= first < end)

    def _find(self, label: _Label) -> Iterator[tuple[int, _Named]]:
        """Where the body of a label begins, each time that it stands in the text, and the label there."""
        flat, at = self._flat
        position = 0
        while (hit := flat.find(label.body, position)) >= 0:
            position = hit + len(label.body)
            first = at[hit]
            if named := self._bounded(label, first, at[position - 1] + 1):
                yield first, named

    def _bounded(self, label: _Label, first: int, last: int) -> _Named | None:
        """The label at `first`..`last`, unless it is a part of another word."""
        text = self._plain
        before = text[max(0, first - 12) : first]
        number = _NUMBER_BEFORE.search(before)
        start = first - len(number[0]) if number else first
        if not number and before.endswith(label.number) and label.number.isdigit() and not before[:-1][-1:].isdigit():
            number, start = _NUMBER_BEFORE.search(f"{label.number}."), first - 1
        if not number and _IN_WORD.match(before[-1:]):
            return None
        explanation = _EXPLANATION.match(text, last)
        end = explanation.end() if explanation else last
        if not explanation and _IN_WORD.match(text, end):
            return None
        if len(label.body) < _SHORT and not self._stands_alone(label, number, start, end):
            return None
        return _Named(label.where, start, end)

    def _stands_alone(self, label: _Label, number: re.Match[str] | None, start: int, end: int) -> bool:
        """Whether a short label has its own number, or a figure or the end of its line or field right behind it."""
        if number:
            return label.number in number[0]
        ends = ("", "\n", "\t", "|")
        is_field = self._plain[start - 1 : start] in ends and self._plain[end : end + 1] in ends
        return (is_field and not label.number) or bool(_FOLLOWS.match(self._plain, end))

    def _parts(self, start: int, end: int, furniture: frozenset[str]) -> tuple[Part, ...]:
        parts: list[tuple[list[str], bool]] = [([], False)]
        blanks = [0]
        for token in _TOKEN.finditer(self._plain[start:end]):
            kind = token.lastgroup
            if kind == "figure":
                parts[-1][0].append(_digits(token[0]))
            elif kind == "blank":
                blanks[-1] += 1
            elif kind == "text" and (_HEAD.search(token[0]) or not furniture.issuperset(token[0])):
                parts.append(([], True))
                blanks.append(0)
        return tuple(Part(tuple(p[0]), p[1], n) for p, n in zip(parts, blanks, strict=True))


@cache
def _group_heads() -> dict[str, str]:
    """By group of table 4 its label with the heads of its five columns."""
    form = FORMS["2021"]
    return {g.code: g.label + "".join(c.label for c in form.results) for g in form.groups}


def figures_of_cell(raw: str) -> str:
    """The digits, points and minus signs of a cell, whatever else it prints."""
    if not raw or (raw.isascii() and raw.isdecimal()):
        return raw
    return "".join(_digits(m[0]) for m in _FIGURES.finditer("".join(_UNSEEN.sub("", raw.translate(_WIDTH)).split())))


def _digits(figure: str) -> str:
    return figure.replace(",", "")


@cache
def _labels(table: TableName, form: str | None) -> tuple[_Label, ...]:
    """The labels of the rows of `table` in one form, or in all, each once."""
    forms = [FORMS[form]] if form else list(FORMS.values())
    if table == "table2":
        named = [(f"table2.{item.code}", item.label) for one in forms for item in one.items]
    else:
        named = [(f"table3.{row.code}", name) for one in forms for row in one.rows for name in row.names]
    return tuple(dict.fromkeys(_label(where, label) for where, label in named))


def _label(where: str, label: str) -> _Label:
    number = re.match(r"（?([一二三四五六七八九十0-9]+)[）、.]", label)
    body = label[number.end() :] if number else label
    letters = "".join(_LETTERS.findall(body.split("（")[0]))
    return _Label(where, number[1] if number else "", letters)


@cache
def _furniture(table: TableName) -> frozenset[str]:
    """The characters of all that stands in a table beside its rows: groups, heads, the note in the corner."""
    form = FORMS["2021"]
    if table == "table2":
        texts = [m.label for f in FORMS.values() for i in f.items for m in i.measures]
        texts += [i.article for f in FORMS.values() for i in f.items] + ["信息内容"]
    elif table == "table3":
        texts = [RESULTS_OF_YEAR, DENIED, UNABLE, REJECTED, OTHER, CORNER, "申请人情况", "法人或其他组织"]
        texts += [name for a in form.applicants for name in (a.label, *a.aliases)]
    else:
        texts = [name for c in form.results for name in (c.label, *c.aliases)]
        texts += [g.full_label for g in form.groups] + ["行政诉讼"]
    return frozenset("".join(texts))
