"""CPU for reading digital PDFs, side by side with plain pdfplumber. `uv run python -m benchmarks.reading FILE.pdf...`.

Plain pdfplumber is what most people write: `extract_tables` and `extract_text` of every page. Both run in this process,
in turn, a warm-up first; printed are the medians over the files and the median of the ratios.
"""

from __future__ import annotations

import io
import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber

from tasks.errors import Rejected
from tasks.read.recognise import PDF, recognise
from tasks.read.report import read

RUNS = 3

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def plain(body: bytes) -> None:
    """Tables and text of every page by pdfplumber alone."""
    with pdfplumber.open(io.BytesIO(body)) as pdf:
        for page in pdf.pages:
            page.extract_tables()
            page.extract_text()
            page.close()


def ours(name: str, body: bytes) -> None:
    """All that `nianbao read` does before the rules."""
    read(recognise(name, body))


def cpu(function: Callable[..., None], *args: object) -> float:
    """The median CPU seconds of RUNS calls."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        function(*args)
        times.append(time.process_time() - start)
    return statistics.median(times)


def main(paths: list[str]) -> None:
    """Print one line a file and the medians."""
    rows: list[tuple[float, float]] = []
    for path in map(Path, paths):
        body = path.read_bytes()
        try:
            if recognise(path.name, body).media_type != PDF:
                continue
            ours(path.name, body)
        except Rejected:
            continue
        mine, theirs = cpu(ours, path.name, body), cpu(plain, body)
        rows.append((mine, theirs))
        print(f"{mine * 1000:7.1f} ms  {theirs * 1000:7.1f} ms  {theirs / mine:5.1f}x  {path.name}")
    mine, theirs = (statistics.median(column) for column in zip(*rows, strict=True))
    ratio = statistics.median(b / a for a, b in rows)
    print(f"{mine * 1000:7.1f} ms  {theirs * 1000:7.1f} ms  {ratio:5.1f}x  median of {len(rows)} files")


if __name__ == "__main__":
    main(sys.argv[1:])
