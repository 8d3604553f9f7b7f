"""What people decided on reports: applied to what was read and to what the rules say. Each is one object in S3.

A decision holds for the same bytes (sha256) and the same findings: rule, place and operands as read. It survives
replays, and lapses by itself as soon as any of these changes: a better reader that reads another number, or another
name or year where a person gave one, asks again.
Only a retraction does not lapse: it is a finding of its own, and stands until a person lets that pass.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from pydantic import AwareDatetime, BaseModel, ValidationError

from expectations.evidence import Cell, Decision, DecisionKind, Finding, Number
from expectations.messages import NAMES
from expectations.rules import RULES
from tasks.read.claims import find_claims
from tasks.receipt.as_json import to_text
from tasks.receipt.page.record import local
from tasks.values import Report, Verdict, outcome_of

RETRACTED = "DOC.RETRACTED"
logger = logging.getLogger("nianbao.decisions")


@dataclass(frozen=True, slots=True)
class Correction:
    """The value for `address` (or for `agency`, `year`), which holds as long as the reader reads `raw` there."""

    address: str
    value: str
    raw: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """One decision: `accepted` are the ids of the findings that it lets pass."""

    decision: Decision
    accepted: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


def in_force(reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Those that nobody has taken back: an `undo` takes the one before it."""
    stands: list[Review] = []
    for review in reviews:
        if review.decision.kind != "undo":
            stands.append(review)
        elif stands:
            stands.pop()
    return tuple(stands)


def corrected(report: Report, reviews: Iterable[Review]) -> Report:
    """`report` with the values that people gave it; the value as read is kept beside each."""
    for review in reviews:
        for correction in review.corrections:
            report = _corrected(report, correction)
    return report


def accepted(verdict: Verdict, reviews: Sequence[Review]) -> Verdict:
    """`verdict` with the findings marked that people let pass; validated if no other keeps the report out.

    The last retraction is one of the findings: a rejection after it leaves it standing, an acceptance lets it pass.
    """
    decisions = {finding: review.decision for review in reviews for finding in review.accepted}
    found = (*_retraction(reviews), *verdict.findings)
    findings = tuple(replace(f, decision=decisions.get(f.id)) if f.is_for_people else f for f in found)
    return replace(verdict, outcome=outcome_of(findings), findings=findings)


def standing(reviews: Sequence[Review]) -> Decision | None:
    """The decision that counts: the last one."""
    return reviews[-1].decision if reviews else None


def _retraction(reviews: Sequence[Review]) -> Iterator[Finding]:
    """The finding of the last retraction, if there was one."""
    retractions = [review.decision for review in reviews if review.decision.kind == "retract"]
    for decision in retractions[-1:]:
        message = f"已由 {decision.by} 于 {local(decision.at)}撤回，数据不入数据湖：{decision.note}"
        yield Finding(RETRACTED, RULES[RETRACTED].severity, "fail", "", message)


def _corrected(report: Report, correction: Correction) -> Report:
    if correction.address in NAMES:
        return _named(report, correction)
    cells = tuple(_with_value(cell, correction) for cell in report.cells)
    if cells == report.cells:
        return report
    return replace(report, cells=cells, doubts=tuple(d for d in report.doubts if d.where != correction.address))


def _named(report: Report, correction: Correction) -> Report:
    """Under the name or year that a person gave; the claims of the text are those of a report on that year."""
    name = correction.address
    printed = report.read_as[name] if name in report.read_as else as_read(report, name)
    if printed != correction.raw:
        return report
    report = replace(report, read_as={**report.read_as, name: printed})
    if name == "agency":
        return replace(report, agency=correction.value)
    year = int(correction.value)
    claims = tuple(claim for s in report.sections if s.number == "一" for claim in find_claims(s.text, year))
    notes = tuple(note for note in report.notes if note.rule != "DOC.YEAR_MISMATCH")
    return replace(report, year=year, claims=claims, notes=notes)


def as_read(report: Report, name: str) -> str | None:
    """The agency or the year of `report` as text."""
    value = report.agency if name == "agency" else report.year
    return None if value is None else str(value)


def _with_value(cell: Cell, correction: Correction) -> Cell:
    if cell.address != correction.address or cell.raw != correction.raw:
        return cell
    return replace(cell, value=value_of(correction.value), printed=cell.value, is_corrected=True)


def value_of(text: str) -> Number:
    """The number that a person typed. Raises ValueError if it is none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    return int(value) if value == value.to_integral_value() else value


def review_text(review: Review) -> str:
    """The decision as the JSON text that is kept of it."""
    decision = review.decision
    return to_text(
        {
            "kind": decision.kind,
            "by": decision.by,
            "at": decision.at.isoformat(),
            "note": decision.note,
            "accepted": list(review.accepted),
            "corrections": [{"address": c.address, "value": c.value, "raw": c.raw} for c in review.corrections],
        }
    )


def review_in(text: str | bytes) -> Review | None:
    """The decision that `text` is; what is damaged counts as none, and is told in the log."""
    try:
        kept = _KeptReview.model_validate_json(text)
    except (ValidationError, ValueError, RecursionError):
        logger.warning("a decision is damaged, and counts as none: %.200r", text)
        return None
    decision = Decision(kept.kind, kept.by, kept.at, kept.note)
    return Review(
        decision, tuple(kept.accepted), tuple(Correction(c.address, c.value, c.raw) for c in kept.corrections)
    )


def reviews_in(body: str | bytes) -> list[Review]:
    """The decisions of an object that lake version 2 kept for each file's bytes."""
    try:
        found = json.loads(body)["reviews"]
        return [review for one in found if (review := review_in(json.dumps(one)))]
    except (ValueError, KeyError, TypeError, RecursionError):
        logger.warning("decisions are damaged, and count as none: %.200r", body)
        return []


class _KeptCorrection(BaseModel):
    address: str
    value: str
    raw: str | None

    def model_post_init(self, _: object) -> None:
        if self.address != "agency":
            value_of(self.value)


class _KeptReview(BaseModel):
    kind: DecisionKind
    by: str
    at: AwareDatetime
    note: str
    accepted: list[str]
    corrections: list[_KeptCorrection]
