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
from tasks.read.guard.process import Child, DiedError
from tasks.read.guard.wire import Answer, Request, digest_of, raised, request_for, value_of

logger = logging.getLogger(__name__)
Args = TypeVarTuple("Args")
T = TypeVar("T")

CPU_SECONDS = 15.0
"""What all calls about one file may take together."""
WALL_SECONDS = 30.0
"""What one call may take: twice of what it would, had it a processor for itself all the time."""

REUSES = 200
TRIES = 10
"""Children that a call is given to within WALL_SECONDS, if something from outside ends one after the other; two at
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
    """Seconds of CPU that the calls about one file have taken so far."""

    spent: float = 0.0

    @property
    def left(self) -> float:
        return CPU_SECONDS - self.spent


class _Guard:
    """Hands calls to one child at a time; a lock keeps threads apart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._files: OrderedDict[str, _Budget] = OrderedDict()

    def begin(self, body: bytes) -> None:
        """A file comes in: what is called about it from now on shares one budget."""
        with self._lock:
            self._files[digest_of(body)] = _Budget()
            while len(self._files) > _FILES:
                self._files.popitem(last=False)

    def call(self, request: Request) -> Answer:
        with self._lock:
            budget = next((self._files[d] for d in request.bodies if d in self._files), _Budget())
            tries, until = TRIES, time.monotonic() + WALL_SECONDS
            while True:
                if budget.left < 1:
                    raise _too_slow()
                child = self._ready()
                is_fresh = child.is_fresh_for(request)
                try:
                    answer = child.call(request, budget.left, WALL_SECONDS)
                except DiedError as died:
                    self._child = None
                    tries -= 1
                    logger.warning("guarded process ended with %s after %.1f s of CPU", died.exitcode, died.cpu)
                    verdict = _verdict(died, budget, is_fresh)
                    if verdict:
                        raise verdict from died
                    is_late = time.monotonic() > until or _is_starved(died)
                    if tries == 0 or (is_late and tries < TRIES - 1):
                        raise GuardDiedError(
                            f"读取进程一再被外部终止或得不到处理器（{died.exitcode}），与文件无关"
                        ) from died
                else:
                    budget.spent += answer.cpu
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
        self._child = self._child or Child()
        return self._child


_guard = _Guard()


def _forget() -> None:
    """In a forked process: the child is the parent's, and so may be the lock."""
    global _guard
    _guard.let_go()
    _guard = _Guard()


os.register_at_fork(after_in_child=_forget)


def guarded(function: Callable[[Unpack[Args]], T], *args: *Args) -> T:
    """What `function(*args)` returns or raises, worked out in the guarded child; the answer is of the annotated type.

    A child that runs out of CPU time, wall time or memory, or is aborted by a library, becomes the Rejected that says
    so. A bug raises GuardedCallError, and a child that others end GuardDiedError: those are no verdicts on the file.
    """
    answer = _guard.call(request_for(function, args))
    if answer.kind != "value":
        raise raised(answer)
    return cast(T, value_of(function, answer))


def begin(body: bytes) -> None:
    """A file comes in: all guarded calls about `body` from now on share CPU_SECONDS.

    Calls about bytes that did not begin so have them each.
    """
    _guard.begin(body)


def prepare(modules: tuple[str, ...]) -> None:
    """Start the child, and have it import `modules`, before the first call needs them."""
    guarded(_import, modules)


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        __import__(module)


def _verdict(died: DiedError, budget: _Budget, is_fresh: bool) -> Rejected | None:
    """What the end of a child says of the file; None if it says nothing, or nothing yet."""
    if died.is_timed_out:
        return None if _is_starved(died) or died.state == "T" else _too_slow()
    if died.exitcode == -signal.SIGXCPU and died.cpu >= budget.left - 1:
        return _too_slow()
    if died.exitcode in (*_OUT_OF_MEMORY, *_CRASHED):
        budget.spent += died.cpu
        if is_fresh:
            return TooLarge("读取时内存超过上限") if died.exitcode in _OUT_OF_MEMORY else CorruptFile("无法解析的内容")
    return None


def _is_starved(died: DiedError) -> bool:
    """Whether it wanted to work until its time was up, but hardly got a processor."""
    return died.is_timed_out and died.state == "R" and died.cpu < CPU_SECONDS / 3


def _too_slow() -> Rejected:
    return TooSlow(f"超过 {CPU_SECONDS:.0f} 秒处理器时间")
