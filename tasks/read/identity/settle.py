"""Whether the two witnesses of who and when agree; what is told where they do not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Generic, Literal, TypeVar

from expectations.forms import form_for
from tasks.read.identity.names import (
    bodies,
    is_body,
    is_exactly,
    is_government,
    is_part_of,
    is_place,
    is_placed,
    loosely_within,
    normal,
    same_body,
)
from tasks.read.identity.title import Title, Titles
from tasks.read.identity.witness import (
    COMPILED,
    CONTACT,
    FILE_NAME,
    LETTERHEAD,
    NICKNAME,
    OPENING,
    PARTICULARS,
    PERIOD,
    SITE,
    Witness,
)
from tasks.read.identity.witnesses import Testimony

T = TypeVar("T")
Stand = Literal["for", "against", "neither"]
_OF_FILE = (FILE_NAME, NICKNAME)
TITLE, ISSUED = "题目", "落款日期"
_OFFICE = re.compile(r"(?<=.{3})(?:办公室|办公厅|[\u4e00-\u9fff]{0,6}(?:[科室股]|(?<!办事)处))\Z")
_NAMELESS = re.compile(r"(?!市场|市政|区块|州际|乡村|乡镇)[省市县区州旗镇乡]")
"""How a name begins whose place is only said to be one."""
_LATE_MONTH = 11
"""From this month on a report may be on the year that it is dated in."""


@dataclass(frozen=True, slots=True)
class Settled(Generic[T]):
    """The likeliest value; `doubts` are all candidates, with where they stand, if there is no telling.

    `label` is the place that alone names it, if that is none of the report's own words.
    """

    value: T | None
    doubts: tuple[tuple[str, str], ...] = ()
    label: str = ""

    @property
    def is_from_file_name(self) -> bool:
        return self.label == FILE_NAME and not self.doubts


def chosen(titles: Titles, told: Testimony) -> Title:
    """The title: of its extents the one that something else names too; another line only if nothing speaks for it."""
    best = titles.best
    for title in (best, *titles.extents):
        if title.agency and any(is_exactly(title.agency, w.value) for w in told.agencies):
            return title if title.years or not best.years else best
    if best.lines > 1 and best.agency and is_government(best.agency):
        without = next((title for title in titles.extents if not title.agency and title.years == best.years), None)
        if without and _is_site(best.agency, told):
            return without
    if not (_speaks(best, told, "for") or not _speaks(best, told, "against")):
        for rival in titles.rivals:
            if _speaks(rival, told, "for") and not _speaks(rival, told, "against"):
                return rival
    return best


def _is_site(agency: str, told: Testimony) -> bool:
    """Whether a government's name over the title is but that of the site: two places agree on another body."""
    states = [w for w in told.agencies if w.weight == "states"]
    if any(agency_stand(agency, w) == "for" for w in told.agencies) or len({_place(w) for w in states}) < 2:
        return False
    return all(agency_stand(states[0].value, w) == "for" for w in states)


def _place(witness: Witness[str]) -> str:
    """Where a witness stands: all that the introduction says is one place."""
    return witness.where.split("（")[0]


def _speaks(title: Title, told: Testimony, stand: Stand) -> bool:
    agency, year = title.agency, title.year
    of_agency = (agency_stand(agency, w) for w in told.agencies if w.weight == "states") if agency else iter(())
    of_year = (year_stand(year, w) for w in told.years if w.weight == "states") if year else iter(())
    return stand in of_agency or stand in of_year


def agency_stand(agency: str, witness: Witness[str]) -> Stand:
    """Whether a witness names the same body as `agency`, another one, or one that need not be the same."""
    if any(same_body(agency, value) for value in witness.values):
        return "for"
    asks = witness.where in (COMPILED, CONTACT)
    if any(is_part_of(value, agency, asks) for value in witness.values) and (asks or not is_government(agency)):
        return "for"
    if asks and "公开" in witness.value:
        return "neither"
    if witness.where == SITE and is_government(witness.value):
        return "neither"
    if witness.where == OPENING and (is_government(agency) or is_government(witness.value)):
        return "neither"
    if witness.where in (*_OF_FILE, OPENING) and loosely_within(witness.value, agency):
        return "neither"
    return "against"


def year_stand(year: int, witness: Witness[int]) -> Stand:
    """Whether a witness names `year`; where it names several, only the first of them speaks for it."""
    if witness.value == year:
        return "for"
    return "neither" if year in witness.values else "against"


def settle_agency(title: Title, titles: Titles, testimony: Testimony) -> Settled[str]:
    """The issuing body: what the title says, if nothing that counts says otherwise; else what the rest agrees on."""
    told, hints = testimony.agencies, testimony.named_near
    if title.agency is None:
        return _untitled_agency(told, hints)
    agency = title.agency
    joint = bodies(agency)
    if len(joint) > 1:
        return Settled(agency, tuple((TITLE, body) for body in joint))
    supported = [w for w in told if agency_stand(agency, w) == "for"]
    opposed = [w for w in told if agency_stand(agency, w) == "against" and (w.weight == "states" or not supported)]
    opposed = [w for w in opposed if not _signs_what_it_compiled(agency, w, told)]
    rivals = [r.agency for r in titles.rivals if r.agency and not supported and not same_body(r.agency, agency)]
    lonely = not supported and (
        not title.is_sound or ((titles.is_web_page or title.is_mixed) and title.lines > 1 and is_government(agency))
    )
    rivals += () if supported else (*_longer(title, titles), *_beside(title, titles))
    opposed = opposed or _at_odds([w for w in supported if w.weight == "states" and same_body(w.value, agency)])
    if opposed or rivals or lonely:
        others = [*_places(opposed), *(("另一题目", rival) for rival in rivals)]
        return Settled(agency, ((TITLE, agency), *dict.fromkeys(others)))
    return Settled(_in_full(agency, supported))


def _in_full(agency: str, supported: Sequence[Witness[str]]) -> str:
    """The name with its place, where the title has it without (市财政局) and all that name the body agree on it."""
    longer = {w.value for w in supported if is_placed(w.value) and normal(w.value).endswith(normal(agency))}
    return longer.pop() if _NAMELESS.match(agency) and not is_placed(agency) and len(longer) == 1 else agency


def _beside(title: Title, titles: Titles) -> Iterator[str]:
    """The other body that reports too, or whose report it is: right before the name, in its line or the one above."""
    for one in (title, *titles.extents):
        if one.beside and title.agency and one.agency == title.agency and not same_body(one.beside, title.agency):
            yield one.beside


def _at_odds(told: Sequence[Witness[str]]) -> list[Witness[str]]:
    """All of `told`, each of which may be the body of a short title, if they are not one body among themselves."""
    return [] if all(same_body(a.value, b.value) for a, b in combinations(told, 2)) else list(told)


def _longer(title: Title, titles: Titles) -> Iterator[str]:
    """The names that the title would have with the line above it, if that is not another body's, such as a site's."""
    lacks_place = title.agency is not None and not is_placed(title.agency)
    for longer in titles.extents:
        if title.agency and longer.agency and longer.lines > title.lines and longer.is_sound:
            before = longer.agency.removesuffix(title.agency)
            is_site = is_body(before) and (before.endswith("政府") or not (is_place(before) or lacks_place))
            if before not in ("", longer.agency) and not is_site:
                yield longer.agency


def _signs_what_it_compiled(agency: str, witness: Witness[str], told: Sequence[Witness[str]]) -> bool:
    """Whether it is an office of the government `agency` that, as the introduction says, compiled its report."""
    compiled = any(w.where == COMPILED and same_body(w.value, witness.value) for w in told)
    return compiled and is_part_of(witness.value, agency)


def _untitled_agency(told: Sequence[Witness[str]], hints: Sequence[Witness[str]]) -> Settled[str]:
    inside = [w for w in told if w.where not in _OF_FILE and not (w.where == SITE and is_government(w.value))]
    states = [w for w in inside if w.weight == "states"]
    first = min(states or inside, key=_is_for_another, default=None)
    if first is None:
        named = next((w.value for w in told if w.where == FILE_NAME), None)
        return Settled(named, label=FILE_NAME) if named else _near_agency(hints)
    supported = [w for w in told if agency_stand(first.value, w) == "for"]
    own = [w for w in supported if not _is_for_another(w)] or supported
    agency = max((v for w in own for v in w.values if same_body(v, first.value)), key=lambda v: len(normal(v)))
    is_alone = len({_place(w) for w in supported}) == 1
    counts = [w for w in told if w.weight == "states" or is_alone]
    opposed = [w for w in counts if agency_stand(agency, w) == "against"]
    if opposed:
        return Settled(agency, ((first.where, agency), *dict.fromkeys(_places(opposed))))
    if all(map(_is_for_another, supported)):
        return Settled(agency, ((first.where, agency), (f"{first.where}所属机关", _OFFICE.sub("", agency))))
    return Settled(agency)


def _near_agency(hints: Sequence[Witness[str]]) -> Settled[str]:
    """The body that a page's particulars name; in doubt if another one is named near it, or may publish for others."""
    if not hints:
        return Settled(None)
    body = hints[0].value
    is_one = all(w.where == PARTICULARS and same_body(w.value, body) for w in hints)
    if is_one and not is_government(body) and not _OFFICE.search(body):
        return Settled(body, label=PARTICULARS)
    return Settled(body, tuple(dict.fromkeys(_places(hints))))


def _is_for_another(witness: Witness[str]) -> bool:
    """Whether it may have compiled or passed on the report of another: an office, or a government by its letterhead."""
    if witness.where == LETTERHEAD:
        return "政府" in witness.value
    return witness.where in (COMPILED, CONTACT) and bool(_OFFICE.search(witness.value) or "公开" in witness.value)


def is_own_file(agency: str | None, told: Sequence[Witness[str]]) -> bool:
    """Whether the file's name does not name another body than `agency`."""
    return not (agency and any(w.where in _OF_FILE and agency_stand(agency, w) == "against" for w in told))


def settle_year(
    title: Title,
    titles: Titles,
    told: Testimony,
    named: int | None,
    issued: date | None,
    is_own_file: bool = True,
) -> Settled[int]:
    """The report year, in the same way; the file's name and the date of issue count where nothing else does.

    `is_own_file`: the file's name does not name another body. A report on less than a year is on no year for certain.
    """
    settled = _titled_year(title, titles, told.years, named, issued) if title.years else None
    settled = settled or _untitled_year(told, named, issued, is_own_file)
    parts = tuple(_parts(title, told, issued))
    if not parts:
        return settled
    whole = () if settled.value is None else (("报告年度", str(settled.value)),)
    return replace(settled, doubts=(*(settled.doubts or whole), *dict.fromkeys(parts)))


def _parts(title: Title, told: Testimony, issued: date | None) -> Iterator[tuple[str, str]]:
    """What tells of less than a year: the title always, the rest if no period or date is a whole year's."""
    if title.part:
        yield f"{TITLE}（年内一段）", f"{title.year or ''}{'年' if title.year else ''}{title.part}"
    elif not any(w.where == PERIOD for w in told.years):
        is_over = issued is not None and title.year is not None and issued.year > title.year
        yield from _each([w for w in told.parts if w.weight == "states" or not is_over])


def _titled_year(
    title: Title, titles: Titles, told: Sequence[Witness[int]], named: int | None, issued: date | None
) -> Settled[int]:
    year = title.years[0]
    if len(title.years) > 1:
        return Settled(year, tuple((TITLE, str(year)) for year in title.years))
    supported = [w for w in told if year_stand(year, w) == "for"]
    is_dated = issued is not None and issued.year == year + 1
    is_supported = bool(supported) or is_dated
    opposed = [w for w in told if year_stand(year, w) == "against" and (w.weight == "states" or not is_supported)]
    others = _places(opposed)
    is_late = issued is not None and issued.year == year + 2 and issued.month < _LATE_MONTH
    if (
        not supported
        and issued
        and named != year
        and (is_late or (not is_dated and _is_out_of_time(year, named, issued)))
    ):
        others.append((ISSUED, str(issued)))
    if not is_supported:
        others += [("另一题目", str(rival.year)) for rival in titles.rivals if rival.year and rival.year != year]
    return Settled(year, ((TITLE, str(year)), *dict.fromkeys(others)) if others else ())


def _untitled_year(told: Testimony, named: int | None, issued: date | None, is_own_file: bool) -> Settled[int]:
    states = [w for w in told.years if w.weight == "states"] or list(told.years)
    if not states and named is not None:
        places = [(FILE_NAME, str(named))]
        if issued and _is_out_of_time(named, None, issued):
            return Settled(named, (*places, (ISSUED, str(issued))))
        if not is_own_file:
            return Settled(named, tuple(places))
        return Settled(named, label=FILE_NAME)
    states = states or list(told.hints)
    if not states:
        return Settled(None)
    first, year = states[0], states[0].value
    is_labelled = first.weight == "labels"
    is_alone = len(states) == 1 or not told.years
    among = told.years or told.hints
    opposed = [w for w in among if year_stand(year, w) == "against" and (w.weight == "states" or is_alone)]
    others = _places(opposed)
    if is_labelled and issued and _is_out_of_time(year, None, issued):
        others.append((ISSUED, str(issued)))
    label = first.where if is_labelled else ""
    return Settled(year, ((first.where, str(year)), *dict.fromkeys(others)) if others else (), label)


def held_against_forms(year: Settled[int], forms: Collection[str]) -> Settled[int]:
    """The year, in doubt where only a label names it and the tables have the form of other years."""
    if year.value is None or year.doubts or not year.label:
        return year
    of_year = form_for(year.value)
    others = [code for code in forms if of_year is None or code != of_year.code]
    if not others:
        return year
    return replace(year, doubts=((year.label, str(year.value)), *(("表格", f"{code} 年格式") for code in others)))


def _is_out_of_time(year: int, named: int | None, issued: date) -> bool:
    """Whether a report on `year` is hardly issued then: too early, years later, or fitting the file's name."""
    if named is not None and issued.year == named + 1:
        return True
    return issued.year < year or issued.year > year + 2 or (issued.year == year and issued.month < _LATE_MONTH)


def _places(witnesses: Sequence[Witness[T]]) -> list[tuple[str, str]]:
    return list(_each(witnesses))


def _each(witnesses: Sequence[Witness[T]]) -> Iterator[tuple[str, str]]:
    for witness in witnesses:
        yield witness.where, str(witness.value)
