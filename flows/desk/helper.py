"""What needs much memory is done in processes of its own, which end when they have had nothing to do for a while.

The rules (Great Expectations), the lake (Arrow, DuckDB) and the charts take hundreds of megabytes once imported: the
receiver, which runs for months, never imports them. A helper is started when it is first asked, or a page is opened
from which it will be.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar, cast

from tasks.errors import Failure

P = ParamSpec("P")
T = TypeVar("T")

IDLE_SECONDS = 300.0


class HelperDiedError(Failure):
    """A helper was ended from outside, or ran out of memory."""

    code = "DESK.HELPER_DIED"
    meaning = "辅助进程意外中止，请再试一次"


class Helper:
    """One process, which does one thing at a time; `modules` are imported before it is asked anything."""

    def __init__(self, *modules: str) -> None:
        self._modules = modules
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._idle: threading.Timer | None = None

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns or raises there, under the settings of this process."""
        with self._lock:
            pipe = self._started()
            try:
                pipe.send((_settings(), function, args, kwargs))
                answer, value = pipe.recv()
            except (EOFError, OSError) as error:
                self._end()
                raise HelperDiedError from error
            self._idle = threading.Timer(IDLE_SECONDS, self.close)
            self._idle.daemon = True
            self._idle.start()
        if answer == "raised":
            raise value
        return cast(T, value)

    def prepare(self) -> None:
        """Have it started, without waiting for it."""
        threading.Thread(target=self._prepare, daemon=True).start()

    def close(self) -> None:
        """End it; the next call starts another."""
        with self._lock:
            self._end()

    def _prepare(self) -> None:
        with suppress(Failure):
            self.call(len, ())

    def _started(self) -> Connection:
        if self._idle:
            self._idle.cancel()
        if self._process is None or self._pipe is None or self._process.poll() is not None:
            self._end()
            self._pipe, theirs = Pipe()
            command = [sys.executable, "-m", "flows.desk.helper_process", str(theirs.fileno()), *self._modules]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
            theirs.close()
        return self._pipe

    def _end(self) -> None:
        if self._pipe:
            self._pipe.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._pipe = None


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(("NIANBAO_", "AWS_"))}


judging = Helper("great_expectations", "tasks.judge.draft")
"""Holds reports against the rules."""
looking = Helper("tasks.lake.query", "tasks.analysis.first_look")
"""Asks the lake."""
exporting = Helper()
"""Writes files for people: that may take minutes."""
reading = Helper("tasks.judge.draft")
"""Reads stored reports and keeps decisions."""


def pickled(error: BaseException) -> BaseException:
    """The error as it can be sent: one that cannot be is told in words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
