"""CPU for holding reports against the rules. `uv run python -m benchmarks.validation [N]`.

One report at a time after the first (which loads Great Expectations), and N (1,000) reports in one batch; the reports
are made-up and alike in size to real ones, one in ten does not add up.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import replace

from expectations.forms import FORMS
from tasks.judge.validate import validate, validate_all
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.values import Report

RUNS = 30


def sample(seed: int) -> Report:
    """A report as read from a made-up PDF."""
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    if seed % 10 == 0:
        figures["table3.granted.total"] = (figures["table3.granted.total"] or 0) + 1
    return read(recognise("报告.pdf", draw_pdf(SampleReport("青岚市水利局", 2024, "2021", figures))))


def main(number: int) -> None:
    """Print milliseconds of CPU a report."""
    reports = [sample(seed) for seed in range(20)]
    start = time.process_time()
    validate(reports[1])
    print(f"first {(time.process_time() - start) * 1000:8.1f} ms")
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        validate(reports[1])
        times.append(time.process_time() - start)
    print(f"one   {statistics.median(times) * 1000:8.1f} ms")
    many = [replace(reports[n % len(reports)], agency=f"{n}局") for n in range(number)]
    start = time.process_time()
    validate_all(many)
    print(f"{number:5} {(time.process_time() - start) / number * 1000:8.2f} ms each")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
