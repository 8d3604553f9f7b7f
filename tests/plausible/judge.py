"""What became of a plausible document, held against its truth."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from expectations.evidence import Finding
from expectations.forms import identities
from tasks.errors import Rejected
from tasks.judge import eye, second_look
from tasks.judge.validate import validate_all
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.values import Document, Report, Verdict
from tests.plausible.document import Draft, base
from tests.plausible.edits import KINDS, NotHere
from tests.plausible.render import printed

ACCUSING = ("T2.", "T3.", "T4.", "FORMAT.", "DOC.NOT_ANNUAL_REPORT")
PLAIN = "plain"


@dataclass(slots=True)
class Example:
    """One document: what was done to which report, and the file."""

    kind: str
    medium: str
    number: int
    draft: Draft
    name: str
    body: bytes

    @property
    def violations(self) -> set[str]:
        """The rules that the source breaks: those that the edit names, and every sum that its figures break."""
        return self.draft.violations | _broken_sums(self.draft)


@dataclass(slots=True)
class Result:
    """`outcome` is exact, doubt, accused, SILENT or crash; `why` says what differs; `warned` are unfair warnings."""

    kind: str
    medium: str
    number: int
    outcome: str
    why: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def make(kind: str, medium: str, number: int, seed: int = 0) -> Example:
    """The example of that number: the same arguments give the same document."""
    form = KINDS[kind].form if kind != PLAIN else None
    for attempt in range(60):
        rng = random.Random(f"{seed} {kind} {medium} {number} {attempt}")
        draft = base(rng, medium, form)
        try:
            if kind != PLAIN:
                KINDS[kind].apply(draft, rng)
        except NotHere:
            continue
        return Example(kind, medium, number, draft, *printed(draft))
    raise LookupError(f"no place for {kind} in {medium}")


def judge_all(examples: Sequence[Example]) -> list[Result]:
    """The results, in order; rules are evaluated on all reports at once, which costs each a fraction."""
    read_so = [_read(example) for example in examples]
    reports = [(e, *got) for e, got in zip(examples, read_so, strict=True) if isinstance(got, tuple)]
    judged: dict[int, tuple[Report, Verdict]] = {}
    with _in_process():
        verdicts = validate_all([report for _, _, report in reports])
        for (example, document, report), verdict in zip(reports, verdicts, strict=True):
            judged[id(example)] = second_look.reconsidered(document, report, verdict)
    results = []
    for example, got in zip(examples, read_so, strict=True):
        if id(example) in judged:
            results.append(_result(example, *judged[id(example)]))
        else:
            results.append(_unread(example, got))
    return results


def _read(example: Example) -> tuple[Document, Report] | Exception:
    try:
        document = recognise(example.name, example.body)
        with _in_process():
            return document, eye.seen(document, read(document))
    except Exception as error:
        return error


@contextmanager
def _in_process() -> Iterator[None]:
    """Read again and look in this process, not in guarded ones: the same code, without the price of a process."""
    here = partial(patch.object, attribute="guarded", new=lambda function, *args, where=None: function(*args))
    with here(second_look), here(eye):
        yield


def _unread(example: Example, error: Any) -> Result:
    of = example.kind, example.medium, example.number
    if not isinstance(error, Rejected):
        return Result(*of, "crash", [repr(error)[:300]])
    accused = error.code.startswith(ACCUSING) and error.code not in example.violations | example.draft.also
    return Result(*of, "accused" if accused else "doubt", [f"rejected: {error.code} {error}"], told=[error.code])


def _result(example: Example, report: Report, verdict: Verdict) -> Result:
    draft, violations = example.draft, example.violations
    allowed = violations | draft.also
    failed = [f for f in verdict.findings if f.outcome == "fail" and f.rule not in allowed]
    unfair = [f for f in failed if f.severity == "critical" and _accuses(f)]
    is_whole = not violations and "blank_total" not in draft.options
    warned = [f"{f.rule} {f.where}: {f.message[:90]}" for f in failed if is_whole and _warns(f)]
    critical = [f for f in verdict.findings if f.outcome == "fail" and f.severity == "critical"]
    result = Result(example.kind, example.medium, example.number, "", [], warned, sorted({f.rule for f in critical}))
    wrong = list(_differences(draft, report))
    unwritable = [c.address for c in report.cells if c.raw != c.raw.encode(errors="replace").decode()]
    if unwritable:  # half a character: no receipt and no lake could take it
        result.outcome, result.why = "crash", [f"{a}: lone surrogates in what was read" for a in unwritable]
        return result
    if verdict.outcome == "validated":
        unseen = [f"in spite of {', '.join(sorted(violations))}"] * bool(violations)
        nobody = ["nobody can tell, and yet validated"] * draft.undecidable
        result.why = [*wrong, *unseen, *nobody]
        result.outcome = "SILENT" if result.why else "exact"
    elif unfair:
        result.outcome, result.why = (
            "accused",
            [f"{f.rule} {f.where} {f.fault or ''}: {f.message[:160]}" for f in unfair],
        )
    elif violations and violations <= set(result.told) <= allowed and not wrong:
        result.outcome = "exact"
    else:
        result.outcome, result.why = "doubt", [f"{f.rule} {f.where}: {f.message[:160]}" for f in critical]
    return result


def _accuses(finding: Finding) -> bool:
    return finding.fault == "source" or (finding.fault is None and finding.rule.startswith(ACCUSING))


def _warns(finding: Finding) -> bool:
    return finding.severity == "warning" and finding.rule.startswith(("TEXT.", "DOC.SECTIONS", "T3.", "T4."))


def _differences(draft: Draft, report: Report) -> Iterator[str]:
    """What was read otherwise than a person reads it; a blank is as good as nought."""
    if "".join((report.agency or "").split()) != draft.agency:
        yield f"agency: read {report.agency}, is {draft.agency}"
    if report.year != draft.year:
        yield f"year: read {report.year}, is {draft.year}"
    read_as = {cell.address: cell.value or 0 for cell in report.cells}
    for address, value in draft.figures.items():
        if address not in read_as:
            yield f"{address}: not read, is {value}"
        elif read_as[address] != value:
            yield f"{address}: read {read_as[address]}, is {value}"


def _broken_sums(draft: Draft) -> set[str]:
    """The rules of every sum that the figures break; one with a total left blank only warns."""
    if "blank_total" in draft.options:
        return set()
    figures = draft.figures
    whole = [i for i in identities(draft.form) if all(a in figures for a in (*i.left, *i.right))]
    return {i.rule for i in whole if sum(figures[a] for a in i.left) != sum(figures[a] for a in i.right)}
