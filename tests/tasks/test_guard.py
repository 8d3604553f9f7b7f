"""The guarded process answers whatever happens to it, and the next file is read as if nothing had."""

import math
import os
import pickle
import random
import signal
import socket
import threading
import time
from contextlib import suppress
from decimal import Decimal

import pytest

from expectations.evidence import Cell, Doubt
from expectations.forms import FORMS
from tasks.errors import CorruptFile, Rejected, TooLarge, TooSlow
from tasks.judge.files import judge_file
from tasks.judge.second_look import reread
from tasks.read import guard
from tasks.read.examine import examined
from tasks.read.guard import GuardDiedError, guarded
from tasks.read.guard.wire import GuardedCallError, answer_from
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tests.guarded import child, limit

HOARD = "bytearray(8 << 30)"
CRASH = "import ctypes; ctypes.string_at(1)"
SPIN = "while True: pass"
WRITE = "import os; os.write(os.open('/tmp/nianbao-guard-test', os.O_CREAT | os.O_WRONLY), b'x')"
SOUND = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", consistent_figures(FORMS["2021"], random.Random(11))))


def test_value_and_rejection_come_through():
    assert guarded(pow, 2, 10) == 1024
    with pytest.raises(CorruptFile, match="开头不是"):
        guarded(recognise, "a.pdf", b"\x00\x01\x02")


def test_a_bug_stays_a_bug():
    with pytest.raises(GuardedCallError, match="ZeroDivisionError: a bug") as raised:
        guarded(exec, "raise ZeroDivisionError('a bug')")
    assert "Traceback" in raised.value.__notes__[0]


def test_what_is_read_crosses_unchanged():
    document, report = examined("a.pdf", SOUND)
    assert (document, report) == (recognise("a.pdf", SOUND), read(recognise("a.pdf", SOUND)))
    cells = (Cell("table2.fees.amount_wan", Decimal("1.10"), "1.10", 1, (0.1, 1 / 3, 2.0, math.pi), "lines"),)
    assert guarded(_doubts, cells) == (Doubt("table2", "1.10", "", cells),)


def _doubts(cells: tuple[Cell, ...]) -> tuple[Doubt, ...]:
    return (Doubt("table2", "1.10", "", cells),)


@pytest.mark.parametrize("poison", ["import os; os.abort()", HOARD])
@pytest.mark.parametrize("is_fresh", [True, False])
def test_out_of_memory_is_answered_and_the_next_file_is_read(poison, is_fresh):
    guarded(len, random.randbytes(1000)) if not is_fresh else None
    with pytest.raises(TooLarge):
        guarded(exec, poison)
    assert guarded(pow, 3, 2) == 9


def test_a_crash_is_a_verdict_only_in_a_process_that_served_no_other_file():
    with pytest.raises(CorruptFile):
        guarded(exec, CRASH)
    other, this = random.randbytes(1000), random.randbytes(1000)
    guarded(len, other)
    assert guarded(_crash_if, _child().pid, this) == len(this)


def _crash_if(pid: int, body: bytes) -> int:
    """Crashes in the process `pid` and in no other."""
    if os.getpid() == pid:
        os.kill(pid, signal.SIGSEGV)
    return len(body)


def test_cpu_time(monkeypatch):
    limit(monkeypatch, cpu_seconds=2.0)
    with pytest.raises(TooSlow):
        guarded(exec, SPIN)
    assert guarded(pow, 3, 2) == 9


def test_wall_time(monkeypatch):
    limit(monkeypatch, wall_seconds=0.5)
    with pytest.raises(TooSlow):
        guarded(time.sleep, 30)
    limit(monkeypatch, wall_seconds=30)
    assert guarded(pow, 3, 2) == 9


def test_a_process_that_was_stopped_is_no_verdict(monkeypatch):
    guarded(pow, 3, 2)
    limit(monkeypatch, wall_seconds=2)
    _child().send_signal(signal.SIGSTOP)
    assert guarded(pow, 3, 2) == 9


def test_all_calls_about_a_file_share_one_budget(monkeypatch):
    limit(monkeypatch, cpu_seconds=3.0)
    body = random.randbytes(1000)
    guard.begin(body)
    with pytest.raises(TooSlow):
        [guarded(_work, body) for _ in range(20)]
    guard.begin(body)
    guarded(_work, body)


def _work(body: bytes) -> None:
    while time.process_time() % 0.5 < 0.4:
        pass
    while time.process_time() % 0.5 > 0.1:
        pass


def test_no_files_are_written():
    with pytest.raises(GuardedCallError, match="File too large"):
        guarded(exec, WRITE)


def test_it_knows_no_secret_and_reaches_nobody(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    child() and child().stop()
    names = set(guarded(eval, "dict(__import__('os').environ)"))
    threads = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM", "MALLOC_ARENA_MAX"}
    needed = {"PYTHONPATH", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", *threads}
    assert names - {"LD_LIBRARY_PATH", "LC_CTYPE"} == needed
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        with pytest.raises(GuardedCallError, match="PermissionError"):
            guarded(exec, f"import socket; socket.create_connection({server.getsockname()!r})")
    with pytest.raises(GuardedCallError, match="PermissionError"):
        guarded(exec, "import subprocess; subprocess.run(['true'])")


def test_an_answer_carries_no_code_and_only_what_was_asked_for():
    with pytest.raises(ValueError, match="kind"):
        answer_from(pickle.dumps(GuardDiedError("x")))
    with pytest.raises(GuardedCallError, match="Expected"):
        guarded(_liar, 1)
    with pytest.raises(TooLarge):
        guarded(_flood, 40 << 20)


def _liar(number: int) -> int:
    return str(number)


def _flood(number: int) -> bytes:
    return bytes(number)


def test_the_body_crosses_once(monkeypatch):
    body = SOUND + b"\n%" + random.randbytes(20).hex().encode()
    guarded(pow, 1, 1)
    pipe = child()._pipe
    sent = []
    real = pipe.send_bytes

    class Counting:
        def __getattr__(self, name):
            return getattr(pipe, name)

        def send_bytes(self, message):
            sent.append(message)
            real(message)

    monkeypatch.setattr(child(), "_pipe", Counting())
    document, report = examined("a.pdf", body)
    guarded(reread, document, report.cells)
    assert sum(body in message for message in sent) == 1


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_from_outside_at_any_moment(sent):
    """While it idles, starts, is asked, works and answers: the file ends as it would have."""
    rng = random.Random(sent)
    assert judge_file("a.pdf", SOUND).verdict.outcome == "validated"
    for _ in range(5):
        killer = threading.Timer(rng.uniform(0, 0.5), _kill, (sent,))
        killer.start()
        assert judge_file("a.pdf", SOUND).verdict.outcome == "validated"
        killer.join()


def test_a_process_that_gets_no_processor_is_no_verdict(monkeypatch):
    limit(monkeypatch, cpu_seconds=100.0)
    limit(monkeypatch, wall_seconds=0.3)
    with pytest.raises(GuardDiedError):
        guarded(exec, SPIN)


def test_a_process_that_gets_little_of_a_processor_gets_time(monkeypatch):
    guarded(pow, 3, 2)
    began = _child()
    limit(monkeypatch, wall_seconds=1.0)
    guarded(exec, "from time import process_time as now\nbegan = now()\nwhile now() < began + 1.1: pass")
    assert _child() is began


def test_killed_again_and_again_is_our_failure_and_no_verdict():
    with pytest.raises(GuardDiedError):
        guarded(exec, "import os; os.kill(os.getpid(), 15)")


def test_a_process_killed_while_it_idles_is_replaced():
    for sent in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP):
        guarded(pow, 3, 2)
        _child().send_signal(sent)
        assert guarded(pow, 3, 2) == 9


def test_what_one_file_leaves_behind_is_no_harm_to_the_next():
    for n in range(4):
        large = f"<html><table>{'<tr>' + f'<td>{str(n) * 400_000}</td>' * 5}</table></html>".encode()
        with pytest.raises(Rejected):
            examined("a.html", large)
    assert judge_file("a.pdf", SOUND).verdict.outcome == "validated"


def _kill(sent):
    with suppress(AttributeError):  # none at the moment
        _child().send_signal(sent)


def _child():
    return child()._process


def test_damaged_bytes_never_break_the_reader():
    rng = random.Random(11)
    for _ in range(60):
        try:
            report = guarded(read, guarded(recognise, "a.pdf", damaged(SOUND, rng)))
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
