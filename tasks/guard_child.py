"""The guarded process of `tasks.guard`: answers calls over the pipe whose descriptor it is started with."""

from __future__ import annotations

import pickle
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from tasks.errors import CorruptFile, TooLarge
from tasks.guard import CPU_SECONDS, MEMORY_BYTES, Answer


def serve(pipe: Connection) -> None:
    """Answer calls until the other end closes."""
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
    limit = int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _answer(function: Callable[..., object], args: tuple[object, ...]) -> Answer:
    try:
        return Answer(function(*args))
    except MemoryError:
        return Answer(error=TooLarge("内存"))
    except RecursionError:
        return Answer(error=CorruptFile("内容嵌套过深"))
    except Exception as error:
        return Answer(error=_picklable(error))


def _picklable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
