"""Who reports on which year: read from the title and from what else names them; where they differ, it is our doubt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar

from expectations import messages
from expectations.evidence import Finding
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.read.dates import find_date
from tasks.read.identity.names import normal, same_body
from tasks.read.identity.settle import (
    Settled,
    chosen,
    held_against_forms,
    is_own_file,
    settle_agency,
    settle_year,
    year_stand,
)
from tasks.read.identity.title import find_title, several, title_in
from tasks.read.identity.when import year_of_name
from tasks.read.identity.witness import Witness
from tasks.read.identity.witnesses import testimony
from tasks.read.lines import Line
from tasks.read.traditional import simplified

T = TypeVar("T")
_CROP = "题目（第{}次辨认）"
_TITLE_LIKE = re.compile(r"(?:信息|資訊)(?:公开|公開).*(?:报告|報告|年报|年報)")


@dataclass(frozen=True, slots=True)
class Identity:
    """The title as printed, the issuing body, the report year; and remarks on how they were found."""

    title: str
    agency: str | None
    year: int | None
    notes: tuple[Finding, ...]

    @property
    def is_year_in_doubt(self) -> bool:
        return any(note.rule == IDENTITY_DOUBTS["year"] for note in self.notes)


def identify(
    name: str,
    lines: Sequence[Line],
    names: Sequence[Line] = (),
    forms: Collection[str] = frozenset(),
    text: str = "",
) -> Identity:
    """Title, agency and year of the report in the file `name`; `names` is what stands outside its running text.

    What nothing names is looked for in `text`, the whole text in file order: there it is our doubt, not missing.

    `forms` are the forms that its tables have for certain. What is printed in traditional characters is compared in
    simplified ones, and named as it is printed.
    """
    who = _identify_as_printed(name, lines, names, forms)
    return who if who.agency and who.year else _found_elsewhere(who, text)


def read_again(who: Identity, other: Identity, name: str, lines: Sequence[Line]) -> Identity:
    """`who`, as recognised in a picture, held against `other`, as recognised there from other crops.

    Where they differ it is a doubt, unless what `who` says stands in another place too, or in the file's name.
    """
    notes = list(who.notes)
    for what, first, second in (("agency", who.agency, other.agency), ("year", who.year, other.year)):
        told = {note.rule for note in notes}
        if first == second or first is None or IDENTITY_DOUBTS[what] in told or _is_said_twice(str(first), name, lines):
            continue
        settled = Settled(
            str(first), ((_CROP.format("一"), str(first)), (_CROP.format("二"), str(second or "没有读出")))
        )
        notes += _notes("agency" if what == "agency" else "year", settled)
    return replace(who, notes=tuple(notes))


def _is_said_twice(value: str, name: str, lines: Sequence[Line]) -> bool:
    plain = normal(value)
    return sum(plain in normal(text) for text in (name, *(line.plain for line in lines))) > 1


def _found_elsewhere(who: Identity, text: str) -> Identity:
    """The same with what a title in `text` says in place of what nothing else does."""
    likely = (line for line in text.split("\n") if _TITLE_LIKE.search(line))
    titles = [title for line in likely if (title := title_in(simplified(line)))]
    agency = next((title.agency for title in titles if title.agency), None)
    year = next((title.year for title in titles if title.year), None)
    if who.agency is None and agency:
        who = replace(who, agency=agency, notes=(*who.notes, *_notes("agency", _only_in_text(agency))))
    if who.year is None and year:
        who = replace(who, year=year, notes=(*who.notes, *_notes("year", _only_in_text(year))))
    return who


def _only_in_text(value: T) -> Settled[T]:
    return Settled(value, (("文字次序中的题目", str(value)),))


def _identify_as_printed(name: str, lines: Sequence[Line], names: Sequence[Line], forms: Collection[str]) -> Identity:
    printed = [line for line in (*lines, *names, Line(name)) if simplified(line.text) != line.text]
    if not printed:
        return _identify(name, lines, names, forms)
    lines, names = ([replace(line, text=simplified(line.text)) for line in part] for part in (lines, names))
    return _as_printed(_identify(simplified(name), lines, names, forms), printed)


def _identify(name: str, lines: Sequence[Line], names: Sequence[Line], forms: Collection[str]) -> Identity:
    reports = several(lines)
    if len(reports) > 1:
        found = [_identify_one("", report, (), frozenset()) for report in reports]
        doubts = [doubt for doubt in (_of_several("agency", found), _of_several("year", found)) if doubt]
        own = [note for note in found[0].notes if note.rule not in {doubt.rule for doubt in doubts}]
        if doubts:
            return replace(found[0], notes=(*own, *doubts))
    return _identify_one(name, lines, names, forms)


def _identify_one(name: str, lines: Sequence[Line], names: Sequence[Line], forms: Collection[str]) -> Identity:
    titles = find_title(lines)
    told = testimony(name, lines, names, titles.best.text)
    title = chosen(titles, told)
    issued, named = find_date(lines), year_of_name(name)
    agency = settle_agency(title, titles, told)
    year = settle_year(title, titles, told, named, issued, is_own_file(agency.value, told.agencies))
    year = held_against_forms(year, forms)
    notes = [*_notes("agency", agency), *_notes("year", year)]
    if year.value is not None:
        notes += _mismatches(year.value, told.years, named, issued)
    return Identity(title.text, agency.value, year.value, tuple(notes))


def _of_several(what: Literal["agency", "year"], found: Sequence[Identity]) -> Finding | None:
    """The doubt about a file that holds reports of several bodies, or on several years."""
    values = [(f"第 {n} 份报告", value) for n, who in enumerate(found, 1) if (value := getattr(who, what)) is not None]
    if what == "agency":
        is_one = all(same_body(values[0][1], value) for _, value in values)
    else:
        is_one = len({value for _, value in values}) < 2
    if is_one:
        return None
    return next(_notes(what, Settled(values[0][1], tuple((where, str(value)) for where, value in values))))


def _as_printed(who: Identity, printed: Sequence[Line]) -> Identity:
    """The same with names as they stand in the lines that are printed in traditional characters."""
    text = "".join(line.plain.lstrip("#*") for line in printed)
    plain = simplified(text)

    def own(name: str) -> str:
        at = plain.find(normal(name))
        return text[at : at + len(normal(name))] if name and at >= 0 else name

    notes = tuple(replace(note, candidates=tuple(map(own, note.candidates))) for note in who.notes)
    return replace(who, title=own(who.title), agency=who.agency and own(who.agency), notes=notes)


def _notes(what: Literal["agency", "year"], settled: Settled[T]) -> Iterator[Finding]:
    if settled.doubts:
        message = messages.identity_doubt(what, settled.doubts)
        candidates = tuple(dict.fromkeys(value for _, value in settled.doubts))
        yield Finding(IDENTITY_DOUBTS[what], "critical", "fail", what, message, candidates=candidates, fault="reading")
    if settled.is_from_file_name:
        yield _warning(f"DOC.NO_{what.upper()}", what, messages.from_file_name(what, str(settled.value)))


def _mismatches(year: int, told: Sequence[Witness[int]], named: int | None, issued: date | None) -> Iterator[Finding]:
    """DOC.YEAR_MISMATCH: what differs from the report's year without putting it in doubt."""
    if named and named != year:
        yield _warning("DOC.YEAR_MISMATCH", "year", f"文件名写的是 {named} 年，报告是 {year} 年的")
    for witness in told:
        if witness.weight == "labels" and year_stand(year, witness) == "against":
            yield _warning("DOC.YEAR_MISMATCH", "year", f"{witness.where}写的是 {witness.value} 年，报告是 {year} 年的")
    if issued and issued.year not in (year, year + 1):
        message = f"发布日期 {issued} 与报告年度 {year} 年相差过远"
        yield _warning("DOC.YEAR_MISMATCH", "published_on", message)


def _warning(rule: str, where: str, message: str) -> Finding:
    return Finding(rule, "warning", "fail", where, message)
