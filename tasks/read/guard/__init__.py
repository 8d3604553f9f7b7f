"""Pure functions on untrusted bytes, run in a child process that may die: limits on CPU, memory, files and wall time.

PDFium aborts its process on some hostile files and pdfminer can be made to run for hours, so a try is not enough. The
child is reused between files and replaced when it dies, has grown, or has served long enough. Only what it reports
itself, and the limits that are set here, are a verdict on a file; whatever else ends it is tried again in a fresh one.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple, Unpack, cast

from tasks.errors import CorruptFile, Failure, Rejected, TooLarge, TooSlow
from tasks.read.guard.place import EYE, OCR, READING, Limits, Place
from tasks.read.guard.process import Child, DiedError
from tasks.read.guard.wire import Answer, Request, digest_of, raised, request_for, value_of

logger = logging.getLogger(__name__)
Args = TypeVarTuple("Args")
T = TypeVar("T")

REUSES = 200
TRIES = 10
"""Children that a call is given to within its wall time, if something from outside ends one after the other; two at
least, however long it took to see that the first was held up."""

_FILES = 256
"""Files whose use of CPU is remembered."""
_OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL)
"""How PDFium ends where memory does."""
_CRASHED = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGSYS)


class GuardDiedError(Failure):
    """The guarded process was ended or held up from outside again and again: nothing is known of the file."""

    code = "GUARD.DIED"


@dataclass(slots=True)
class _Budget:
    """What the calls about one file may take, and the seconds of CPU that they have taken so far."""

    limits: Limits
    spent: float = 0.0

    @property
    def left(self) -> float:
        return self.limits.cpu_seconds - self.spent


class _Guard:
    """Hands calls to one child at a time; a lock keeps threads apart."""

    def __init__(self, place: Place) -> None:
        self.limits = place.limits
        self._place = place
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._files: OrderedDict[str, _Budget] = OrderedDict()
        self._last = 0.0
        self._clock: threading.Timer | None = None

    def begin(self, body: bytes, pages: int) -> None:
        """A file comes in: what is called about it from now on shares one budget."""
        with self._lock:
            self._files[digest_of(body)] = _Budget(self.limits.of_pages(pages))
            while len(self._files) > _FILES:
                self._files.popitem(last=False)

    def get_ready(self) -> None:
        if self._lock.acquire(blocking=False):  # else it is at work
            try:
                self._ready()
                self._last = time.monotonic()
            finally:
                self._lock.release()

    def call(self, request: Request) -> Answer:
        with self._lock:
            budget = next((self._files[d] for d in request.bodies if d in self._files), None)
            budget = budget or _Budget(self.limits.of_pages(1))
            wall_seconds = budget.limits.wall_seconds
            tries, until = TRIES, time.monotonic() + wall_seconds
            while True:
                if budget.left < 1:
                    raise _too_slow(budget)
                child = self._ready()
                is_fresh = child.is_fresh_for(request)
                try:
                    answer = child.call(request, budget.left, wall_seconds)
                except DiedError as died:
                    self._child = None
                    tries -= 1
                    logger.warning("guarded process ended with %s after %.1f s of CPU", died.exitcode, died.cpu)
                    verdict = _verdict(died, budget, is_fresh)
                    if verdict:
                        raise verdict from died
                    is_late = time.monotonic() > until or _is_starved(died, budget)
                    if tries == 0 or (is_late and tries < TRIES - 1):
                        raise GuardDiedError(
                            f"读取进程一再被外部终止或得不到处理器（{died.exitcode}），与文件无关"
                        ) from died
                else:
                    budget.spent += answer.cpu
                    self._last = time.monotonic()
                    if answer.must_retire or child.served >= REUSES:
                        self._child = None
                        child.stop()
                    if is_fresh or not answer.is_out_of_memory:
                        return answer

    def let_go(self) -> None:
        """Close the pipe to the child, without a word to it."""
        if self._child:
            self._child.let_go()

    def _ready(self) -> Child:
        if self._child and not self._child.is_alive:
            self._child.stop()
            self._child = None
        self._child = self._child or Child(self._place.arguments())
        if self._place.idle_seconds and not self._clock:
            self._look_again_in(self._place.idle_seconds)
        return self._child

    def _look_again_in(self, seconds: float) -> None:
        self._clock = threading.Timer(seconds, self._end_if_idle)
        self._clock.daemon = True
        self._clock.start()

    def _end_if_idle(self) -> None:
        """End a child that nobody has asked for so long, for its memory's sake."""
        with self._lock:
            self._clock = None
            left = (self._place.idle_seconds or 0.0) - (time.monotonic() - self._last)
            if self._child and left > 0:
                self._look_again_in(left)
            elif self._child:
                self._child.stop()
                self._child = None


_guards = {place: _Guard(place) for place in (READING, EYE, OCR)}


def _forget() -> None:
    """In a forked process: the children are the parent's, and so may be the locks."""
    for place, guard in _guards.items():
        guard.let_go()
        _guards[place] = _Guard(place)


os.register_at_fork(after_in_child=_forget)


def guarded(function: Callable[[Unpack[Args]], T], *args: *Args, where: Place = READING) -> T:
    """What `function(*args)` returns or raises, worked out in a guarded child; the answer is of the annotated type.

    A child that runs out of CPU time, wall time or memory, or is aborted by a library, becomes the Rejected that says
    so. A bug raises GuardedCallError, and a child that others end GuardDiedError: those are no verdicts on the file.
    """
    answer = _guards[where].call(request_for(function, args))
    if answer.kind != "value":
        raise raised(answer)
    return cast(T, value_of(function, answer))


def begin(body: bytes, where: Place = READING, pages: int = 1) -> None:
    """A file comes in: all guarded calls about `body` from now on share what the place allows for so many pages.

    Calls about bytes that did not begin so have it each, for one page.
    """
    _guards[where].begin(body, pages)


def get_ready(where: Place) -> None:
    """Have the process start, without waiting for it: it will soon be called."""
    _guards[where].get_ready()


def prepare(modules: tuple[str, ...]) -> None:
    """Start the child, and have it import `modules`, before the first call needs them."""
    guarded(_import, modules)


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        __import__(module)


def _verdict(died: DiedError, budget: _Budget, is_fresh: bool) -> Rejected | None:
    """What the end of a child says of the file; None if it says nothing, or nothing yet."""
    if died.is_timed_out:
        return None if _is_starved(died, budget) or died.state == "T" else _too_slow(budget)
    if died.exitcode == -signal.SIGXCPU and died.cpu >= budget.left - 1:
        return _too_slow(budget)
    if died.exitcode in (*_OUT_OF_MEMORY, *_CRASHED):
        budget.spent += died.cpu
        if is_fresh:
            return TooLarge("读取时内存超过上限") if died.exitcode in _OUT_OF_MEMORY else CorruptFile("无法解析的内容")
    return None


def _is_starved(died: DiedError, budget: _Budget) -> bool:
    """Whether it wanted to work until its time was up, and did not get the processor for what it may use of it."""
    return died.is_timed_out and died.state == "R" and died.cpu < budget.left - 1


def _too_slow(budget: _Budget) -> Rejected:
    return TooSlow(f"超过 {budget.limits.cpu_seconds:.0f} 秒处理器时间")
