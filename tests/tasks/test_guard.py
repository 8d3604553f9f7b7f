"""The guarded process answers whatever happens to it, and the next file is read as if nothing had."""

import random
import time

import pytest

from expectations.forms import FORMS
from tasks import guard
from tasks.errors import CorruptFile, Rejected, TooLarge, TooSlow
from tasks.guard import guarded
from tasks.read import read
from tasks.recognise import recognise
from tasks.samples import SampleReport, consistent_figures, draw_pdf

HOARD = "bytearray(8 << 30)"
SPIN = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
WRITE = "import os; os.write(os.open('/tmp/nianbao-guard-test', os.O_CREAT | os.O_WRONLY), b'x')"


def test_value_and_rejection_come_through():
    assert guarded(pow, 2, 10) == 1024
    with pytest.raises(CorruptFile):
        guarded(recognise, "a.pdf", b"\x00\x01\x02")


def test_a_bug_stays_a_bug():
    with pytest.raises(ZeroDivisionError, match="a bug"):
        guarded(exec, "raise ZeroDivisionError('a bug')")


@pytest.mark.parametrize(
    ("poison", "rejection"), [("import os; os.abort()", TooLarge), (HOARD, TooLarge), (SPIN, TooSlow)]
)
def test_poison_is_answered_and_the_next_file_is_read(poison, rejection):
    with pytest.raises(rejection):
        guarded(exec, poison)
    assert guarded(pow, 3, 2) == 9


def test_wall_time(monkeypatch):
    monkeypatch.setattr(guard, "WALL_SECONDS", 0.5)
    with pytest.raises(TooSlow):
        guarded(time.sleep, 30)
    monkeypatch.setattr(guard, "WALL_SECONDS", 30)
    assert guarded(pow, 3, 2) == 9


def test_no_files_are_written():
    with pytest.raises(OSError, match="File too large"):
        guarded(exec, WRITE)


def test_damaged_bytes_never_break_the_reader():
    rng = random.Random(11)
    figures = consistent_figures(FORMS["2021"], rng)
    whole = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", figures))
    for _ in range(60):
        try:
            report = guarded(read, guarded(recognise, "a.pdf", damaged(whole, rng)))
        except Rejected:
            continue
        assert report.cells is not None


def damaged(body, rng):
    """`body` with some bytes changed, cut out or repeated."""
    damaged = bytearray(body)
    for _ in range(rng.randrange(1, 30)):
        at = rng.randrange(len(damaged))
        kind = rng.randrange(3)
        if kind == 0:
            damaged[at] = rng.randrange(256)
        elif kind == 1:
            del damaged[at : at + rng.randrange(1, 50)]
        else:
            damaged[at:at] = damaged[at : at + rng.randrange(1, 50)]
    return bytes(damaged)
