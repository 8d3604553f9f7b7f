"""Pure functions on untrusted bytes, run in a child process that may die: limits on CPU, memory, files and wall time.

PDFium aborts its process on some hostile files and pdfminer can be made to run for hours, so a try is not enough. The
child is reused between files and replaced when it dies or has served long enough.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from typing import NamedTuple, TypeVar, TypeVarTuple, Unpack, cast

from tasks.errors import CorruptFile, Rejected, TooLarge, TooSlow

Args = TypeVarTuple("Args")
T = TypeVar("T")

CPU_SECONDS = 60
WALL_SECONDS = 120
MEMORY_BYTES = 1 << 30
REUSES = 200


class Answer(NamedTuple):
    """What a call returned, or the exception that it raised."""

    value: object = None
    error: Exception | None = None


class _Child:
    """One guarded process and the pipe to it."""

    def __init__(self) -> None:
        self.pipe, theirs = Pipe()
        command = [sys.executable, "-m", "tasks.guard_child", str(theirs.fileno())]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self.served = 0

    def call(self, function: Callable[..., object], args: tuple[object, ...]) -> Answer:
        self.served += 1
        self.pipe.send((function, args))
        if not self.pipe.poll(WALL_SECONDS):
            self.process.kill()
            self.process.wait()
            raise TooSlow(f"超过 {WALL_SECONDS} 秒")
        return cast(Answer, self.pipe.recv())

    @property
    def is_usable(self) -> bool:
        return self.process.poll() is None and self.served < REUSES

    def stop(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.wait()


class _Guard:
    """Hands calls to one child at a time; a lock keeps threads apart."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: _Child | None = None
        self.owner = os.getpid()

    def call(self, function: Callable[..., object], args: tuple[object, ...]) -> Answer:
        with self.lock:
            child = self._ready()
            try:
                return child.call(function, args)
            except (EOFError, OSError) as error:
                raise _died(child.process.wait(5)) from error

    def _ready(self) -> _Child:
        if self.owner != os.getpid():  # forked: the child is the parent's
            self.child, self.owner = None, os.getpid()
        if self.child and not self.child.is_usable:
            self.child.stop()
            self.child = None
        self.child = self.child or _Child()
        return self.child


_guard = _Guard()


def guarded(function: Callable[[Unpack[Args]], T], *args: *Args) -> T:
    """What `function(*args)` returns or raises, worked out in the guarded child.

    A child that runs out of CPU time, wall time or memory, or is aborted by a library, becomes
    the Rejected that says so.
    """
    answer = _guard.call(function, args)
    if answer.error is not None:
        raise answer.error
    return cast(T, answer.value)


def prepare(modules: tuple[str, ...]) -> None:
    """Start the child, and have it import `modules`, before the first call needs them."""
    guarded(_import, modules)


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(module)


def _died(exitcode: int) -> Rejected:
    if exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
        return TooSlow(f"超过 {CPU_SECONDS} 秒")
    if exitcode in (-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL):  # how PDFium ends where memory does
        return TooLarge("读取时内存超过上限")
    return CorruptFile(f"读取程序意外退出（{exitcode}）")
