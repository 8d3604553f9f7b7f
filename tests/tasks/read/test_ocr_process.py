"""The process that looks at pictures: apart from the one that reads, bounded, without network, ended when idle."""

import socket
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from tasks.errors import TooLarge, TooSlow
from tasks.judge import eye
from tasks.read import guard
from tasks.read.guard import begin, guarded
from tasks.read.guard.place import EYE, OCR, READING, Limits
from tasks.read.guard.wire import GuardedCallError
from tests.guarded import child, limit
from tests.tasks.read.test_ocr_engine import FIGURES, drawn

SPIN = "while True: pass"


def _digits(pictures: tuple[tuple[int, int, bytes], ...]) -> list[str]:
    from tasks.read.ocr.crops import tight
    from tasks.read.ocr.engine import digits

    crops = [np.frombuffer(pixels, np.uint8).reshape(height, width) for height, width, pixels in pictures]
    return [one.text for one in digits([tight(crop) for crop in crops])]


def test_it_recognises_where_no_network_can_be_reached():
    """A download would need a socket: it gets none."""
    with pytest.raises(GuardedCallError, match="PermissionError"):
        guarded(exec, "import socket; socket.socket()", where=OCR)
    assert socket.socket()
    crops = tuple((*drawn(text).shape, drawn(text).tobytes()) for text in FIGURES)
    assert guarded(_digits, crops, where=OCR) == FIGURES
    assert guarded(_digits, crops, where=EYE) == FIGURES


def test_it_is_another_process():
    pids = {guarded(eval, "__import__('os').getpid()", where=where) for where in (READING, EYE, OCR)}
    assert len(pids) == 3


def test_it_is_bounded(monkeypatch):
    with pytest.raises(TooLarge):
        guarded(exec, "bytearray(2 << 30)", where=OCR)
    limit(monkeypatch, OCR, cpu_seconds=1.0, cpu_seconds_a_page=1.0)
    body = bytes(1000)
    begin(body, OCR, pages=2)
    with pytest.raises(TooSlow, match="3 秒"):
        guarded(_spin, body, where=OCR)


def _spin(body: bytes) -> None:
    exec(SPIN)


def test_a_file_may_take_more_with_each_page():
    limits = Limits(10.0, 20.0, 0, 0, cpu_seconds_a_page=5.0).of_pages(4)
    assert (limits.cpu_seconds, limits.wall_seconds) == (30.0, 60.0)


def test_it_ends_when_nobody_asks(monkeypatch):
    place = replace(OCR, idle_seconds=0.6)
    monkeypatch.setitem(guard._guards, place, guard._Guard(place))
    for _ in range(2):
        assert guarded(pow, 3, 2, where=place) == 9
        ended = child(place)._process
        time.sleep(0.4)
        assert guarded(pow, 3, 2, where=place) == 9
        assert child(place)._process is ended
        time.sleep(1.5)
        assert child(place) is None
        assert ended.poll() is not None


def test_it_gets_ready_while_nobody_waits_and_ends_if_nobody_comes(monkeypatch):
    place = replace(EYE, idle_seconds=0.6)
    monkeypatch.setitem(guard._guards, place, guard._Guard(place))
    guard.get_ready(place)
    started = child(place)._process
    assert guarded(pow, 3, 2, where=place) == 9
    assert child(place)._process is started
    time.sleep(1.5)
    assert child(place) is None
    guard.get_ready(place)
    time.sleep(1.5)
    assert child(place) is None


def test_the_eye_is_got_ready_for_pdfs_alone(monkeypatch):
    asked = []
    monkeypatch.setattr(guard, "get_ready", asked.append)
    eye.get_ready(["a.docx", "b.html"])
    assert not asked
    eye.get_ready(["a.docx", "b.PDF"])
    assert asked == [EYE]
    monkeypatch.setenv("NIANBAO_EYE", "never")
    eye.get_ready(["b.pdf"])
    assert asked == [EYE]


def test_its_process_imports_no_reader_of_files():
    """It starts while somebody waits: see tasks.read."""
    code = "import sys, tasks.read.eye.look; print([m for m in ('pdfplumber', 'docx', 'lxml') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
