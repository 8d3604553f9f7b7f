"""Which process something is with: host, process id and when it began, so that a dead one is known as such."""

from __future__ import annotations

import os
import socket
from functools import cache

import psutil


def process_identity() -> str:
    """Of this process."""
    return _of(os.getpid())


@cache
def _of(pid: int) -> str:
    process = psutil.Process(pid)
    return f"{socket.gethostname()}:{process.pid}:{process.create_time():.2f}"


def is_dead(identity: str | None) -> bool:
    """Whether the process is known to be dead: it was on this host, and is not there any more."""
    host, _, rest = (identity or "").partition(":")
    pid, _, began = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" != began
    except psutil.NoSuchProcess:
        return True
    except (ValueError, OverflowError):  # never a process id
        return False
