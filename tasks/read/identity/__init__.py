"""Who reports on which year: read from the title and from what else names them; where they differ, it is our doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from expectations import messages
from expectations.evidence import Finding
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.read.identity.settle import Settled, chosen, is_own_file, settle_agency, settle_year, year_stand
from tasks.read.identity.title import find_title
from tasks.read.identity.witnesses import Witness, testimony, year_of_name
from tasks.read.lines import Line
from tasks.read.sections import find_date

T = TypeVar("T")


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


def identify(name: str, lines: Sequence[Line], names: Sequence[Line] = ()) -> Identity:
    """Title, agency and year of the report in the file `name`; `names` is what stands outside its running text."""
    titles = find_title(lines)
    told = testimony(name, lines, names, titles.best.text)
    title = chosen(titles, told)
    issued, named = find_date(lines), year_of_name(name)
    agency = settle_agency(title, titles, told.agencies)
    year = settle_year(title, titles, told.years, named, issued, is_own_file(agency.value, told.agencies))
    notes = [*_notes("agency", agency), *_notes("year", year)]
    if year.value is not None:
        notes += _mismatches(year.value, told.years, named, issued)
    return Identity(title.text, agency.value, year.value, tuple(notes))


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
