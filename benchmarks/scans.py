"""Reads scans of every kind, and prints by kind what came of them and what a page costs.

    uv run python -m benchmarks.scans [--documents N] [--only WORD] [--seed S] [--keep DIR] [--browser]

exact: validated, every figure, agency and year right, or, of paper with a wrong sum, that sum found; doubt: left to
people; accused: blamed for what the paper does not say; SILENT: validated with anything wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from expectations.forms import identities
from tasks.judge import second_look
from tasks.judge.files import Judgement, judge_file
from tasks.read import examine
from tests.plausible.document import Draft
from tests.scans.paper import FONTS, STYLES, browsed
from tests.scans.variants import Variant, document, made, variants

ACCUSING = ("T2.", "T3.", "T4.", "FORMAT.", "DOC.NOT_ANNUAL_REPORT")


@dataclass(slots=True)
class Outcome:
    """What came of one file."""

    variant: Variant
    kind: str
    why: list[str]
    seconds: float
    pages: int


def main() -> int:
    """1 where anything was silent or accused."""
    parser = argparse.ArgumentParser(
        "benchmarks.scans", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1, help="documents for each kind")
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="write what was not exact here")
    parser.add_argument("--browser", action="store_true", help="print by a browser, in its fonts and rules")
    parser.add_argument("--wrong", action="store_true", help="paper with a wrong sum")
    parser.add_argument("--every", type=int, default=1, help="every so many kinds")
    args = parser.parse_args()
    chosen = [v for v in variants() if args.only in v.name][:: args.every]
    outcomes: list[Outcome] = []
    for n, variant in enumerate(chosen):
        for number in range(args.documents):
            rng = random.Random(f"{args.seed} {variant.name} {number}")
            draft = document(rng)
            if args.wrong:
                _spoil_a_sum(draft, rng)
            printed = None
            if args.browser and not variant.medium.startswith("tables"):
                printed = browsed(
                    draft, rng.choice(sorted(STYLES)), rng.choice(FONTS), rng.choice(("9pt", "10.5pt", "12pt"))
                )
            name, body = made(variant, draft, rng, printed)
            outcome = _outcome(variant, draft, name, body)
            outcomes.append(outcome)
            told = "" if outcome.kind == "exact" else " | ".join(outcome.why)[:260]
            print(
                f"{n:3} {variant.name:28} {outcome.kind:8} {outcome.seconds / outcome.pages:5.1f} s/page {told}",
                flush=True,
            )
            if args.keep and outcome.kind != "exact":
                args.keep.mkdir(parents=True, exist_ok=True)
                stem = args.keep / f"{outcome.kind}-{variant.name}-{number}"
                stem.with_name(stem.name + Path(name).suffix).write_bytes(body)
                truth = {
                    "agency": draft.agency,
                    "year": draft.year,
                    "figures": {a: str(v) for a, v in draft.figures.items()},
                }
                stem.with_name(stem.name + ".json").write_text(
                    json.dumps(truth | {"why": outcome.why}, ensure_ascii=False, indent=1)
                )
    _report(outcomes)
    return 1 if any(o.kind in ("SILENT", "accused") for o in outcomes) else 0


def _spoil_a_sum(draft: Draft, rng: random.Random) -> None:
    """Print another number in one cell of table 3 or 4: what a person reads there is what is printed."""
    cell = draft.pick(rng, rng.choice(("table3", "table3", "table4")))
    value = int(draft.figures[cell.address]) + rng.choice((1, 2, 10, 9))
    draft.figures[cell.address] = value
    cell.text = str(value)


def _outcome(variant: Variant, draft: Draft, name: str, body: bytes) -> Outcome:
    start = _cpu()
    with _in_process():
        judged = judge_file(name, body)
    seconds = _cpu() - start
    pages = max(1, (judged.document.pages or 3) if judged.document else 1)
    kind, why = _verdict(draft, judged)
    return Outcome(variant, kind, why, seconds, pages)


def _cpu() -> float:
    """Seconds of CPU of this process and of those that it started and that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


@contextmanager
def _in_process() -> Iterator[None]:
    """The guarded functions in this process, whose CPU can be told; on a busy machine limits of time would fall."""
    with patch.object(examine, "guarded", _directly), patch.object(second_look, "guarded", _directly):
        yield


def _directly(function: Callable[..., object], *args: object, **_: object) -> object:
    return function(*args)


def _verdict(draft: Draft, judged: Judgement) -> tuple[str, list[str]]:
    if judged.rejected:
        kind = "accused" if judged.rejected.code.startswith(ACCUSING) else "doubt"
        return kind, [f"{judged.rejected.code} {judged.rejected.detail}"]
    report, verdict = judged.report, judged.verdict
    assert report
    assert verdict
    wrong = list(_wrong(draft, judged))
    broken = _broken(draft)
    critical = [f for f in verdict.findings if f.severity == "critical" and f.outcome == "fail"]
    told = [f"{f.rule} {f.where} {f.message[:110]}" for f in critical]
    if verdict.outcome == "validated":
        why = wrong + [f"in spite of {b}" for b in broken]
        return ("SILENT", why) if why else ("exact", [])
    unfair = [
        f"{f.rule} {f.where}"
        for f in critical
        if f.fault != "reading" and f.rule.startswith(ACCUSING) and (f.rule, f.where) not in broken
    ]
    if unfair:
        return "accused", unfair
    found = {(f.rule, f.where) for f in critical if f.fault == "source"}
    if broken and broken <= found and not wrong:
        return "exact", []
    return "doubt", [*(["sums found"] if broken and found else []), *told, *wrong[:3]]


def _broken(draft: Draft) -> set[tuple[str, str]]:
    values = {a: int(v) for a, v in draft.figures.items() if not a.startswith("table2")}
    return {
        (i.rule, i.where)
        for i in identities(draft.form)
        if sum(values[a] for a in i.left) != sum(values[a] for a in i.right)
    }


def _wrong(draft: Draft, judged: Judgement) -> Iterator[str]:
    report = judged.report
    assert report
    if report.agency != draft.agency:
        yield f"agency {report.agency} is {draft.agency}"
    if report.year != draft.year:
        yield f"year {report.year} is {draft.year}"
    read = {cell.address: cell for cell in report.cells}
    for address, value in draft.figures.items():
        if address not in read:
            yield f"{address} missing"
        elif (read[address].value or 0) != value:
            yield f"{address} {read[address].raw!r} is {value}"


def _report(outcomes: list[Outcome]) -> None:
    by_name: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        by_name[outcome.variant.name][outcome.kind] += 1
    total, fair = Counter(o.kind for o in outcomes), [o for o in outcomes if o.variant.is_fair]
    share = sum(o.kind == "exact" for o in fair) / max(1, len(fair))
    pages = sum(o.pages for o in outcomes)
    print(
        f"\n{dict(total)} of {len(outcomes)} files, {len(by_name)} kinds; "
        f"of {len(fair)} at 150 dpi or better without gray seals {share:.1%} exact"
    )
    print(f"{sum(o.seconds for o in outcomes) / pages:.2f} s of CPU a page, {pages} pages")


if __name__ == "__main__":
    sys.exit(main())
