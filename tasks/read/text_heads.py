"""Whether the heads of a table in plain text, as far as they can be told, stand in the form's order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from expectations.forms import FORMS
from expectations.forms.common import ORGANISATIONS
from expectations.forms.model import Item
from tasks.read.figures import FIGURE
from tasks.read.labels import key

_FORM = FORMS["2021"]
_MEASURES = {key(m.label) for form in FORMS.values() for i in form.items for m in i.measures}
_APPLICANTS = [[key(name) for name in (c.label, *c.aliases)] for c in _FORM.applicants]
_ABOVE = ("申请人情况", ORGANISATIONS)
_RESULTS = [[key(name) for name in (c.label, *c.aliases)] for c in _FORM.results]
_COURTS = key(_FORM.groups[1].parent)
_GROUPS = [key(g.label) for g in _FORM.groups]
_FOREIGN = re.compile(r"序号|编号|备注|占比|比例|比重|同比|环比|增幅|去年|上年(?!结转)|单位(?!万元|:)")
"""Heads of columns that the form does not have."""
_SHORT = 4
"""Characters of a head that is another column's; longer ones are fragments of names or notes."""
_FIELDS = re.compile(r"[\t|]|\s{2,}|\s(?=\S)")


def in_order2(head: str, item: Item) -> bool:
    """Whether `head`, the print between 信息内容 and a row, names the item's measures in order, and no others."""
    text = key(head)
    own = [key(m.label) for m in item.measures]
    places = [text.find(label) for label in own if label in text]
    others = any(label in text and not any(label in o for o in own) for label in _MEASURES)
    return places == sorted(places) and not (others and places) and not _FOREIGN.search(text.replace("上一年", ""))


def in_order3(lines: Sequence[str]) -> bool:
    """Whether the applicants stand in order; 总计 last of all, last in its line, or after 法人或其他组织."""
    seen: list[str] = []
    heads = list(_head_lines(lines))
    for fields in _lines_of_order(heads):
        if ORGANISATIONS in fields and _APPLICANTS[0][0] in fields[fields.index(ORGANISATIONS) :]:
            return False
    for fields in heads:
        if any(_FOREIGN.search(field) for field in fields):
            return False
        named = [field for field in fields if field in _ABOVE or any(field in names for names in _APPLICANTS)]
        if len(named) > 1 and named[-1] in _APPLICANTS[-1]:
            named.pop()  # it may span the lines of the head
        seen += [field for field in named if field != _ABOVE[0]]
    seen = [field for n, field in enumerate(seen) if field not in seen[:n]]
    totals = [n for n, field in enumerate(seen) if field in _APPLICANTS[-1]]
    if any(n < len(seen) - 1 and seen[n - 1 : n] != [ORGANISATIONS] for n in totals):
        return False
    places = [n for field in seen for n, names in enumerate(_APPLICANTS[:-1]) if field in names]
    return places == sorted(places)


def in_order4(lines: Sequence[str]) -> bool:
    """Whether groups and results stand in order, the results thrice, and nothing else among them."""
    heads = list(_head_lines(lines))
    fields = [field for line in heads for field in line]
    of_both = {_GROUPS[0], _COURTS}
    known = {*_GROUPS, *of_both, *(name for names in _RESULTS for name in names)}
    for line in _lines_of_order(heads):
        is_head = sum(field in known for field in line) > 1
        courts = [field for field in line if field in of_both]
        if (courts[:1] == [_COURTS] and _GROUPS[0] in courts) or any(_FOREIGN.search(field) for field in line):
            return False
        others = [field for field in line if len(field) <= _SHORT and not any(field in name for name in known)]
        if is_head and len(line) < len(fields) and others:
            return False
    groups = [n for field in fields for n, label in enumerate(_GROUPS) if field == label]
    results = [n for field in fields for n, names in enumerate(_RESULTS) if field in names]
    width = len(_RESULTS)
    in_turn = len(results) != width * len(_GROUPS) or results == [n % width for n in range(len(results))]
    return list(dict.fromkeys(groups)) == sorted(set(groups)) and in_turn


def _lines_of_order(heads: list[list[str]]) -> list[list[str]]:
    """The lines in which heads stand from left to right: all in one where each has a line to itself."""
    return heads if any(len(line) > 1 for line in heads) else [[field for line in heads for field in line]]


def _head_lines(lines: Sequence[str]) -> Iterator[list[str]]:
    """The fields of each line before the first that holds figures, without what printing may change."""
    for line in lines:
        fields = [field.strip() for field in _FIELDS.split(line) if field.strip()]
        if any(FIGURE.match(field) and field.strip("-—–－/／") for field in fields):
            return
        yield [text for field in fields if (text := key(field))]
