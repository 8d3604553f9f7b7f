"""Many plausible documents against the reader, and a table of what became of them."""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.plausible import __doc__ as about
from tests.plausible.edits import KINDS
from tests.plausible.judge import PLAIN, Example, Result, judge_all, make
from tests.plausible.render import MEDIA

_CHUNK = 24
_BAD = ("accused", "SILENT", "crash")
_OUTCOMES = ("exact", "doubt", *_BAD)
Job = tuple[str, str, int]


def main() -> int:
    """The command: 1 where a document was silent, accused or crashed."""
    parser = argparse.ArgumentParser(
        "tests.plausible", description=about, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--examples", type=int, default=2000, help="how many documents, spread over kinds and media")
    parser.add_argument("--kind", action="append", help="only kinds whose name holds this (may be given again)")
    parser.add_argument("--medium", action="append", choices=MEDIA)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="write failing files with truth and answer here")
    parser.add_argument("--list", action="store_true", help="name the kinds")
    args = parser.parse_args()
    if args.list:
        for kind in KINDS.values():
            print(f"{kind.name:38} {' '.join(kind.media)}")
        return 0
    jobs = list(_jobs(args.examples, args.kind, args.medium))
    start = time.perf_counter()
    chunks = [(jobs[i : i + _CHUNK], args.seed, args.keep) for i in range(0, len(jobs), _CHUNK)]
    with multiprocessing.get_context("spawn").Pool(2, _quiet) as pool:
        results = [result for part in pool.imap_unordered(_run, chunks) for result in part]
    _report(results, time.perf_counter() - start)
    return 1 if any(r.outcome in _BAD for r in results) else 0


def _jobs(examples: int, kinds: list[str] | None, media: list[str] | None) -> Iterator[Job]:
    """Every kind in every medium in turn, until there are enough; where all do not fit, the turn is evened out."""
    pairs = [(k.name, m) for k in KINDS.values() for m in k.media] + [(PLAIN, m) for m in MEDIA]
    pairs = [p for p in pairs if (not kinds or any(k in p[0] for k in kinds)) and (not media or p[1] in media)]
    if not pairs:
        sys.exit("no such kind or medium: see --list")
    step = max(1.0, len(pairs) / examples)
    for number in range(examples):
        yield (*pairs[int(number * step) % len(pairs)], number // len(pairs))


def _quiet() -> None:
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _run(chunk: tuple[list[Job], int, Path | None]) -> list[Result]:
    jobs, seed, keep = chunk
    examples = [make(*job, seed) for job in jobs]
    results = judge_all(examples)
    for example, result in zip(examples, results, strict=True):
        if keep and result.outcome in _BAD:
            _keep(keep, example, result)
    return results


def _keep(folder: Path, example: Example, result: Result) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{result.outcome}-{example.kind}-{example.medium}-{example.number}"
    (folder / f"{stem}{Path(example.name).suffix}").write_bytes(example.body)
    draft = example.draft
    truth = {
        "file_name": example.name, "agency": draft.agency, "year": draft.year, "form": draft.form.code,
        "violations": sorted(example.violations), "also": sorted(draft.also), "undecidable": draft.undecidable,
        "figures": {address: str(value) for address, value in draft.figures.items()}, "result": asdict(result),
    }  # fmt: skip
    (folder / f"{stem}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), errors="backslashreplace")


def _report(results: list[Result], seconds: float) -> None:
    cells: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for result in results:
        cells[result.kind][result.medium][result.outcome] += 1
    media = [m for m in MEDIA if any(m in by_medium for by_medium in cells.values())]
    print("exact.doubt, then what is bad: S silent, A accused unfairly, C crash\n")
    print(f"{'kind':38}" + "".join(f"{m:>14}" for m in media))
    for kind in sorted(cells):
        print(f"{kind:38}" + "".join(f"{_cell(cells[kind][m]):>14}" for m in media))
    print()
    total = Counter(result.outcome for result in results)
    for medium in media:
        of = Counter(r.outcome for r in results if r.medium == medium)
        print(f"{medium:8}" + "  ".join(f"{o} {of[o]}" for o in _OUTCOMES))
    print(f"{'all':8}" + "  ".join(f"{o} {total[o]}" for o in _OUTCOMES) + f"  of {len(results)}, {seconds:.0f} s")
    warned = Counter((r.kind, w.split(" ")[0]) for r in results for w in r.warned)
    print("unfair warnings:", ", ".join(f"{kind} {rule} {n}" for (kind, rule), n in warned.most_common(12)) or "none")
    for outcome in _BAD:
        bad = [r for r in results if r.outcome == outcome]
        print(f"\n{outcome}: {len(bad)}")
        for kind in sorted({r.kind for r in bad}):
            first = next(r for r in bad if r.kind == kind)
            among = Counter(r.medium for r in bad if r.kind == kind)
            print(f"  {kind} ({', '.join(f'{m} {n}' for m, n in among.items())}): {'; '.join(first.why)[:230]}")


def _cell(of: Counter[str]) -> str:
    if not of:
        return "-"
    bad = "".join(f" {mark}{of[o]}" for o, mark in (("SILENT", "S"), ("accused", "A"), ("crash", "C")) if of[o])
    return f"{of['exact']}.{of['doubt']}{bad}"
