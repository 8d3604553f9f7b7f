"""Another program run on untrusted content, within bounds: no network, so much CPU and memory, no files written.

A small Python process takes the limits on and becomes the program: nothing of ours is running then.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence

from tasks.errors import Failure
from tasks.read.guard.jail import lock_in

_PATIENCE = 300.0
"""Seconds more that it may take on a busy machine."""


class ProgramFailedError(Failure):
    """The program did not do what it was run for, within its bounds."""

    code = "GUARD.PROGRAM"
    meaning = "辅助程序没有完成，不是文件的问题"


def run(command: Sequence[str], given: bytes, seconds: float, memory_bytes: int) -> bytes:
    """What the program `command` prints when it is `given` this; `seconds` of CPU, some minutes longer by the clock.

    Raises ProgramFailedError if it fails, or is ended by its limits.
    """
    limits = [str(int(seconds) or 1), str(memory_bytes)]
    environment = {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, *limits, *command],
            input=given,
            capture_output=True,
            timeout=seconds + _PATIENCE,
            env=environment,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ProgramFailedError(f"{command[0]}：{error}") from error
    return done.stdout


def _become(seconds: int, memory_bytes: int, command: Sequence[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    lock_in(may_execute=True)
    os.execv(command[0], list(command))


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
