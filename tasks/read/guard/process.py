"""One guarded process, as seen by its parent: started with an empty environment, asked, and told how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path

from tasks.read.guard.wire import MOST_BYTES, Answer, Request, answer_from

_TIMES = 10
"""So many times the wall time for one that gets little of a processor."""


@dataclass(eq=False)
class DiedError(Exception):
    """The process ended before it answered: how, after how many seconds of CPU, and whether its time was up.

    `state` is what the kernel called it then: R running or waiting for a processor, T stopped by somebody.
    """

    exitcode: int
    cpu: float
    is_timed_out: bool
    state: str


class Child:
    """The process and the pipe to it. Not for several threads at once."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-m", "tasks.read.guard.child", str(theirs.fileno()), *arguments]
        self._process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=_environment(),
        )
        theirs.close()
        self._held: frozenset[str] = frozenset()
        self._files: set[str] = set()
        self._cpu = 0.0
        self.served = 0

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def is_fresh_for(self, request: Request) -> bool:
        """Whether it has not served any other file: what it ends of is then this one."""
        return self._files <= request.bodies.keys()

    def call(self, request: Request, cpu_seconds: float, wall_seconds: float) -> Answer:
        """Its answer. Raises DiedError if it ends, or had to be ended after `wall_seconds`."""
        self.served += 1
        self._files |= request.bodies.keys()
        watch = _Watch(self._process.pid, wall_seconds)
        try:
            missing = [body for digest, body in request.bodies.items() if digest not in self._held]
            self._held = frozenset(request.bodies)
            self._pipe.send_bytes(request.header(cpu_seconds))
            for body in missing:
                self._pipe.send_bytes(body)
            answer = answer_from(self._pipe.recv_bytes(MOST_BYTES))
        except (EOFError, OSError, ValueError) as error:
            raise self._ended(watch) from error
        finally:
            watch.stop()
        self._cpu = answer.cpu_in_all
        return answer

    def stop(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()

    def let_go(self) -> None:
        """In a forked process: the child is the parent's, and must hear when that ends."""
        self._pipe.close()

    def _ended(self, watch: _Watch) -> DiedError:
        """How the process ended; one that broke the protocol is killed, which is no verdict."""
        self._pipe.close()
        watch.stop()
        killer = threading.Timer(1.0, os.kill, (self._process.pid, signal.SIGKILL))
        killer.start()
        try:
            _, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            cpu = usage.ru_utime + usage.ru_stime - self._cpu
        except ChildProcessError:  # somebody has asked for its end already
            self._process.wait()
            cpu = 0.0
        finally:
            killer.cancel()
        return DiedError(self._process.returncode, cpu, watch.has_struck, watch.state)


class _Watch:
    """Kills a process after a time, unless it is stopped before.

    One that waits for a processor, or works, gets the time again: others hold it up, or its limit of CPU ends it.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid, self._seconds = pid, seconds
        self.has_struck = False
        self.state = ""
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        for _ in range(_TIMES):
            if self._is_over.wait(self._seconds):
                return
            self.state = _state(self._pid)
            if self.state != "R":
                break
        self.has_struck = True
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()


def _state(pid: int) -> str:
    """What the kernel says of the process; empty where that cannot be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0].upper()
    except OSError:
        return ""


def _environment() -> dict[str, str]:
    """No more than Python needs to find our modules and its own: no credentials, no addresses."""
    needed = {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "PYTHONUTF8": "1"}
    libraries = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    threads = dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM", "MALLOC_ARENA_MAX"), "1"
    )
    return {**needed, **libraries, **threads, "PYTHONDONTWRITEBYTECODE": "1"}
