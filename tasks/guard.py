"""Pure functions on untrusted bytes, run in a child process that may die: limits on CPU, memory, files and wall time.

PDFium aborts its process on some hostile files and pdfminer can be made to run for hours, so a try is not enough. The
child is reused between files and replaced when it dies or has served long enough.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import resource
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple, TypeVar, TypeVarTuple, Unpack, cast

from tasks.errors import CorruptFile, Rejected, TooLarge, TooSlow

Args = TypeVarTuple("Args")
T = TypeVar("T")

CPU_SECONDS = 60
WALL_SECONDS = 120
MEMORY_BYTES = 1 << 30
REUSES = 200


class _Answer(NamedTuple):
    """What a call returned, or the exception that it raised."""

    value: object = None
    error: Exception | None = None


class _Child:
    """One guarded process and the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.served = 0

    def call(self, function: Callable[..., object], args: tuple[object, ...]) -> _Answer:
        self.served += 1
        self.pipe.send((function, args))
        if not self.pipe.poll(WALL_SECONDS):
            raise TooSlow(f"超过 {WALL_SECONDS} 秒")
        return cast(_Answer, self.pipe.recv())

    def stop(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


class _Guard:
    """Hands calls to one child at a time; a lock keeps threads apart."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: _Child | None = None
        self.owner = 0

    def call(self, function: Callable[..., object], args: tuple[object, ...]) -> _Answer:
        with self.lock:
            child = self._ready()
            try:
                return child.call(function, args)
            except (EOFError, OSError) as error:
                child.process.join(5)
                raise _died(child.process.exitcode) from error
            finally:
                if not child.process.is_alive() or child.served >= REUSES or child.pipe.poll(0):
                    self._retire()

    def _ready(self) -> _Child:
        if self.owner != os.getpid():
            self.child, self.owner = None, os.getpid()
        if self.child is None or not self.child.process.is_alive():
            self.child = _Child()
        return self.child

    def _retire(self) -> None:
        if self.child:
            self.child.stop()
        self.child = None


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


def _died(exitcode: int | None) -> Rejected:
    if exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
        return TooSlow(f"超过 {CPU_SECONDS} 秒")
    if exitcode in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        return CorruptFile("读取程序因文件内容而中止")
    return CorruptFile(f"读取程序意外退出（{exitcode}）")


def _serve(pipe: Connection) -> None:
    """The child: answer calls until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    while True:
        try:
            function, args = pipe.recv()
        except EOFError:
            return
        _allow_cpu()
        pipe.send(_answer(function, args))


def _allow_cpu() -> None:
    """Let the next call use CPU_SECONDS more than all calls so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS + 1, resource.RLIM_INFINITY)
    )


def _answer(function: Callable[..., object], args: tuple[object, ...]) -> _Answer:
    try:
        return _Answer(function(*args))
    except MemoryError:
        return _Answer(error=TooLarge("内存"))
    except RecursionError:
        return _Answer(error=CorruptFile("内容嵌套过深"))
    except Exception as error:
        return _Answer(error=_picklable(error))


def _picklable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
