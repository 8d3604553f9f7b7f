"""The guarded process of `tasks.read.guard`: answers calls over the pipe whose descriptor it is started with."""

from __future__ import annotations

import importlib
import os
import re
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

import msgspec

from tasks.errors import CorruptFile, Rejected, TooLarge
from tasks.read.guard.jail import lock_in
from tasks.read.guard.wire import MOST_BYTES, Answer, call_of, encoded, header_of

_NO_MEMORY = re.compile(r"std::bad_alloc|Insufficient memory|[Ff]ailed to allocate|Unable to allocate")
"""How libraries say it that have an error of their own for it: onnxruntime, OpenCV, NumPy."""


def serve(pipe: Connection, memory_bytes: int, growth_bytes: int, warm: str) -> None:
    """Answer calls until the other end closes: within `memory_bytes` more than there are before each.

    `warm` is what to call before, of the limits of `tasks.read.guard.place`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    memory = _Memory(memory_bytes, growth_bytes)
    lock_in()
    if warm:
        module, _, function = warm.partition(":")
        getattr(importlib.import_module(module), function)()
    bodies: dict[str, bytes] = {}
    while True:
        try:
            call, digests, cpu_seconds = header_of(pipe.recv_bytes())
            bodies = {digest: bodies.get(digest) or b"" for digest in digests}
            for digest in [d for d in digests if not bodies[d]]:
                bodies[digest] = pipe.recv_bytes()
        except EOFError:
            return
        answer = _answered(call, bodies, cpu_seconds, memory)
        answer.must_retire = answer.is_out_of_memory or memory.has_grown()
        pipe.send_bytes(encoded(answer))


class _Memory:
    """The address space of this process."""

    def __init__(self, memory_bytes: int, growth_bytes: int) -> None:
        self._memory_bytes, self._growth_bytes = memory_bytes, growth_bytes
        self._statm = os.open("/proc/self/statm", os.O_RDONLY) if sys.platform == "linux" else None
        self._least = 0

    def _size(self) -> int:
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, 100, 0).split()[0]) * resource.getpagesize()

    @contextmanager
    def limited(self) -> Iterator[None]:
        """So many bytes more than there are now, and no more: each file finds the same."""
        now = self._size()
        self._least = min(now, self._least or now)
        resource.setrlimit(resource.RLIMIT_AS, (now + self._memory_bytes, resource.RLIM_INFINITY))
        yield
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def has_grown(self) -> bool:
        """Whether so much was left behind that another process is better."""
        return self._size() - self._least > self._growth_bytes


def _answered(call: bytes, bodies: Mapping[str, bytes], cpu_seconds: float, memory: _Memory) -> Answer:
    """The answer to a call within its limits; importing what it needs is not counted."""
    try:
        function, args = call_of(call, bodies)
    except Exception as error:
        return _bug(error)
    began = _cpu()
    soft = int(began + cpu_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (max(soft, int(began) + 1), resource.RLIM_INFINITY))
    with memory.limited():
        answer = _answer(function, args)
    answer.cpu_in_all = _cpu()
    answer.cpu = answer.cpu_in_all - began
    return answer


def _answer(function: Callable[..., object], args: tuple[object, ...]) -> Answer:
    try:
        value = encoded(function(*args))
        if len(value) > MOST_BYTES // 2:
            return _rejection(TooLarge("读出的内容过多"))
        return Answer("value", value=msgspec.Raw(value))
    except MemoryError:
        return _out_of_memory()
    except RecursionError:
        return _rejection(CorruptFile("内容嵌套过深"))
    except Rejected as rejected:
        return _rejection(rejected)
    except Exception as error:
        return _out_of_memory() if _NO_MEMORY.search(str(error)) else _bug(error)


def _out_of_memory() -> Answer:
    answer = _rejection(TooLarge("读取时内存超过上限"))
    answer.is_out_of_memory = True
    return answer


def _bug(error: Exception) -> Answer:
    return Answer("bug", name=type(error).__name__, text=_clean(str(error)), trace=_clean(traceback.format_exc()))


def _rejection(rejected: Rejected) -> Answer:
    return Answer("rejected", name=rejected.code, text=_clean(rejected.detail))


def _clean(text: str) -> str:
    """What can be encoded of a text, and no more of it than somebody would read."""
    return text[-4000:].encode("utf-8", "replace").decode()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
