"""Files judged: what each is, what it says, and what the rules and people's decisions make of it. No S3, no ledger."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.errors import Rejected
from tasks.judge.decisions import Review, accepted, corrected
from tasks.judge.eye import seen
from tasks.judge.second_look import reconsidered
from tasks.judge.validate import validate_all
from tasks.read.examine import examined
from tasks.values import Document, Report, Verdict


@dataclass(frozen=True, slots=True)
class Judgement:
    """One file's way as far as it went: without a report it was rejected, and `rejected` says why.

    `reviews` are the decisions that were heeded; `seconds` is the wall time of each stage.
    """

    document: Document | None = None
    report: Report | None = None
    verdict: Verdict | None = None
    rejected: Rejected | None = None
    reviews: tuple[Review, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examined:
    """What was read of a file, as people corrected it."""

    document: Document
    report: Report
    reviews: tuple[Review, ...]
    seconds: float


def examine_file(
    name: str, body: bytes, reviews: tuple[Review, ...] = (), *, look: bool = True
) -> Examined | Judgement:
    """Recognise and read the file in the guarded process; a rejected one is judged by that.

    Raises NeedsOcr for what takes seconds a page, unless one is to `look`, and whatever broken machinery
    raises.
    """
    start = time.perf_counter()
    try:
        document, report = examined(name, body, look=look)
        report = seen(document, report)
    except Rejected as rejected:
        return Judgement(rejected=rejected, seconds={"read": _since(start)})
    return Examined(document, corrected(report, reviews), reviews, _since(start))


def judge_examined(files: Sequence[Examined]) -> list[Judgement | Exception]:
    """The rules held against all of them at once; of one whose machinery breaks, what it raised."""
    start = time.perf_counter()
    verdicts = validate_all([one.report for one in files])
    each = _since(start) / len(files) if files else 0.0
    return [_judged(one, verdict, each) for one, verdict in zip(files, verdicts, strict=True)]


def judge_file(name: str, body: bytes) -> Judgement:
    """One file by itself, on which nobody has decided anything. Raises whatever broken machinery raises."""
    found = examine_file(name, body)
    if isinstance(found, Judgement):
        return found
    judged = judge_examined([found])[0]
    if isinstance(judged, Exception):
        raise judged
    return judged


def _judged(one: Examined, verdict: Verdict, seconds: float) -> Judgement | Exception:
    start = time.perf_counter()
    try:
        report, verdict = reconsidered(one.document, one.report, verdict)
    except Exception as error:
        return error
    taken = {"read": one.seconds, "validate": round(seconds + _since(start), 4)}
    return Judgement(one.document, report, accepted(verdict, one.reviews), None, one.reviews, taken)


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 4)
