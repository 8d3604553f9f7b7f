"""What the rules between two reports find, as findings on the one that comes later, or on either of two agencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expectations import messages
from expectations.evidence import Finding, Number
from expectations.rules import RULES
from expectations.suites import evaluate_pair


@dataclass(frozen=True, slots=True)
class Published:
    """A report as it stands in the lake: its figures by address, blank ones None."""

    report_id: str
    agency: str
    year: int
    form: str
    values: Mapping[str, Number | None]


def between_years(this: Published, before: Published) -> tuple[Finding, ...]:
    """The rules YEAR.*: `before` is the same agency's report on the year before `this`."""
    return _findings("between_years", this, before)


def between_agencies(this: Published, other: Published) -> tuple[Finding, ...]:
    """The rules PEER.*: `other` is another agency's report on the same year."""
    return _findings("between_agencies", this, other)


def _findings(suite: str, this: Published, other: Published) -> tuple[Finding, ...]:
    result = evaluate_pair(suite, this.values, other.values)
    if result.errors:
        raise RuntimeError(f"{suite}: {result.errors}")
    return tuple(
        Finding(
            rule,
            RULES[rule].severity,
            "fail",
            place["place"],
            messages.related(rule, place["place"], this.form, other.agency, other.year, _sides(place)),
            left=place.get("left_side"),
            right=place.get("right_side"),
        )
        for rule, places in result.broken.items()
        for place in places
        if this.form in RULES[rule].forms and other.form in RULES[rule].forms
    )


def _sides(place: Mapping[str, object]) -> tuple[object, object]:
    return place.get("left_side"), place.get("right_side")
