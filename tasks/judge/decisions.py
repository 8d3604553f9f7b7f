"""What people decided on reports: applied to what was read and to what the rules say. Each is one object in S3.

A decision holds for the same bytes (sha256) and the same findings: rule, place and operands as read. It survives
replays, and lapses by itself as soon as any of these changes: a better reader that reads another number, or another
name or year where a person gave one, asks again.
Only a retraction does not lapse: it is a finding of its own, and stands until a person lets that pass.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from pydantic import AwareDatetime, BaseModel, ValidationError

from expectations.evidence import GIVEN, BBox, Cell, Decision, DecisionKind, Doubt, Finding, Number
from expectations.forms import FORMS, TABLES, TableName, form_for
from expectations.messages import NAMES
from expectations.rules import RULES
from tasks.read.claims import find_claims
from tasks.receipt.as_json import to_text
from tasks.receipt.page.record import local
from tasks.values import Report, Verdict, outcome_of

RETRACTED = "DOC.RETRACTED"
BLANK = "空白"
"""What a person writes who says that a cell is blank (or dashed): no number, never 0."""
logger = logging.getLogger("nianbao.decisions")


@dataclass(frozen=True, slots=True)
class Correction:
    """The value for `address` (or for `agency`, `year`), which holds as long as the reader reads `raw` there.

    Of a cell that was not read at all `raw` is None: it holds as long as that is so. `page` and `bbox` are then where
    the person found it.
    """

    address: str
    value: str
    raw: str | None
    page: int | None = None
    bbox: BBox | None = None


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


def _retraction(reviews: Sequence[Review]) -> Iterator[Finding]:
    """The finding of the last retraction, if there was one."""
    retractions = [review.decision for review in reviews if review.decision.kind == "retract"]
    for decision in retractions[-1:]:
        message = f"已由 {decision.by} 于 {local(decision.at)}撤回，数据不入数据湖：{decision.note}"
        yield Finding(RETRACTED, RULES[RETRACTED].severity, "fail", "", message)


def _corrected(report: Report, correction: Correction) -> Report:
    if correction.address in NAMES:
        return _named(report, correction)
    if not any(cell.address == correction.address for cell in report.cells):
        return _with_missed(report, correction)
    cells = tuple(_with_value(cell, correction) for cell in report.cells)
    return report if cells == report.cells else _settled(replace(report, cells=cells))


def _with_missed(report: Report, correction: Correction) -> Report:
    """With a cell of the form that was not read; where no cell of its table was, the table is in the report's form."""
    table: TableName | None = next((t for t in TABLES if correction.address.startswith(f"{t}.")), None)
    if correction.raw is not None or table is None:
        return report
    form = report.forms.get(table) or form_of_missed(report)
    if not any(figure.address == correction.address for figure in FORMS[form].figures(table)):
        return report
    place = (correction.page, correction.bbox)
    cell = Cell(correction.address, value_of(correction.value), "", *place, GIVEN, is_corrected=True)
    forms = {**report.forms, table: form}
    return _settled(replace(report, cells=(*report.cells, cell), forms=forms))


def form_of_missed(report: Report) -> str:
    """The form of a table that was not read: the report's, or else that of its year."""
    of_year = form_for(report.year) if report.year else None
    return report.form or (of_year.code if of_year else max(FORMS))


def _settled(report: Report) -> Report:
    """Without the doubts about what people gave: a cell, or a line or table all of whose cells they gave."""
    given = {cell.address for cell in report.cells if cell.is_corrected}
    doubts = tuple(doubt for doubt in report.doubts if not _is_settled(doubt, report, given))
    notes = tuple(n for n in report.notes if n.rule != "READ.PICTURE" or not _covered(n.where, report) <= given)
    return replace(report, doubts=doubts, notes=notes)


def _is_settled(doubt: Doubt, report: Report, given: set[str]) -> bool:
    return doubt.where in given or _about(doubt, report) <= given


def _about(doubt: Doubt, report: Report) -> set[str]:
    """The addresses of all cells that a doubt is about; of what has none, its own place, which nobody can give."""
    return _covered(doubt.where, report) | {cell.address for cell in doubt.cells} or {doubt.where}


def _covered(where: str, report: Report) -> set[str]:
    return set(covered(where, report.forms)) or {where}


def covered(where: str, forms: Mapping[TableName, str]) -> tuple[str, ...]:
    """The addresses of the figures that a place covers: a cell, a row, a column or a table of the form."""
    table: TableName | None = next((t for t in TABLES if t == where.split(".")[0]), None)
    form = FORMS[forms.get(table) or next(iter(forms.values()), max(FORMS))] if table else None
    if form is None:
        return ()
    column = where.removeprefix(f"{table}.*.") if where.startswith(f"{table}.*.") else None
    return tuple(
        figure.address
        for figure in form.figures(table)
        if where in (table, figure.address, f"{table}.{figure.row}") or figure.column == column
    )


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
    if cell.address != correction.address or cell.as_read != correction.raw:
        return cell
    value = value_of(correction.value)
    if correction.raw is None:
        return replace(cell, value=value, page=correction.page, bbox=correction.bbox)
    return replace(cell, value=value, printed=cell.printed if cell.is_corrected else cell.value, is_corrected=True)


def value_of(text: str) -> Number | None:
    """The number that a person typed; None for BLANK. Raises ValueError if it is none."""
    if text == BLANK:
        return None
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
            "corrections": [_kept(correction) for correction in review.corrections],
        }
    )


def _kept(correction: Correction) -> dict[str, object]:
    place = {"page": correction.page, "bbox": correction.bbox} if correction.page else {}
    return {"address": correction.address, "value": correction.value, "raw": correction.raw, **place}


def review_in(text: str | bytes) -> Review | None:
    """The decision that `text` is; what is damaged counts as none, and is told in the log."""
    try:
        kept = _KeptReview.model_validate_json(text)
    except (ValidationError, ValueError, RecursionError):
        logger.warning("a decision is damaged, and counts as none: %.200r", text)
        return None
    decision = Decision(kept.kind, kept.by, kept.at, kept.note)
    corrections = tuple(Correction(c.address, c.value, c.raw, c.page, c.bbox) for c in kept.corrections)
    return Review(decision, tuple(kept.accepted), corrections)


def reviews_of(contents: Iterable[str]) -> list[Review]:
    """The decisions that these texts are, but for damaged ones."""
    return [review for text in contents if (review := review_in(text))]


def reviews_in(body: str | bytes) -> list[Review]:
    """The decisions of an object that lake version 2 kept for each file's bytes."""
    try:
        found = json.loads(body)["reviews"]
        return reviews_of(map(json.dumps, found))
    except (ValueError, KeyError, TypeError, RecursionError):
        logger.warning("decisions are damaged, and count as none: %.200r", body)
        return []


class _KeptCorrection(BaseModel):
    address: str
    value: str
    raw: str | None
    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None

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
