"""What the eye agrees with, and what it costs: `uv run python -m benchmarks.eye FILE.pdf...`

CPU a report, in this process: the first time a file is seen, among others, and with every piece of ink known. What
differs or is not clear is listed.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import mean, median

os.environ["OMP_NUM_THREADS"] = "1"

from tasks.errors import Rejected
from tasks.read.eye.look import look, memory
from tasks.read.eye.values import Asked, Looked
from tasks.read.ocr.engine import recogniser
from tasks.read.recognise import PDF, recognise
from tasks.read.report import read
from tasks.values import Report


def main(paths: list[str]) -> None:
    """Print agreement and CPU."""
    recogniser()
    reports = [found for path in paths if (found := _read(Path(path)))]
    for when in ("first", "again"):
        seconds, count, before = [], Counter[str](), memory().recognised
        for name, body, report in reports:
            asked = tuple(
                Asked(c.address, c.page, c.bbox, c.raw, c.engine != "words") for c in report.cells if c.page and c.bbox
            )
            start = time.process_time()
            looked = look(body, asked, report.naming)
            seconds.append(time.process_time() - start)
            count += Counter(agreed=len(looked.agreed), silent=len(looked.silent), differs=len(looked.differs))
            count += Counter(
                titles=bool(looked.naming),
                titles_differ=any(line.differs for line in looked.naming),
                titles_silent=any(line.seen is None for line in looked.naming),
            )
            if when == "first":
                _tell(name, report, looked)
        cells = count["agreed"] + count["silent"] + count["differs"]
        usual, middle, most = (round(of(seconds) * 1000) for of in (mean, median, max))
        print(
            f"{when}: {len(reports)} reports, {cells} cells: {count['agreed'] / cells:.2%} agree, "
            f"{count['silent']} silent, {count['differs']} differ; {count['titles']} titles, "
            f"{count['titles_differ']} differ, {count['titles_silent']} silent; "
            f"CPU {usual} ms a report (median {middle}, most {most}); pieces recognised "
            f"{memory().recognised - before}"
        )


def _read(path: Path) -> tuple[str, bytes, Report] | None:
    body = path.read_bytes()
    try:
        document = recognise(path.name, body)
        return (path.name, body, read(document)) if document.media_type == PDF else None
    except Rejected:
        return None


def _tell(name: str, report: Report, looked: Looked) -> None:
    raw = {cell.address: cell.raw for cell in report.cells}
    for one in looked.differs:
        print(f"  {name}: {one.where} read {raw[one.where]!r}, seen {one.seen!r}")
    for address in sorted(looked.silent):
        print(f"  {name}: {address} read {raw[address]!r}, not clear")
    for line in looked.naming:
        if line.differs or line.seen is None:
            print(f"  {name}: title read {line.read!r}, seen {line.seen!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
