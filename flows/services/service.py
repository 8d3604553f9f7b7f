"""One supervised process: how it is started, whether it is healthy, how it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from flows.mortal import die_with_parent

_LOG_BYTES = 20_000_000
_GRACE_SECONDS = 10.0
BACK_OFF = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds to wait before the next start of a process that keeps dying."""


@dataclass(frozen=True)
class Service:
    """What to run. `health_url` answers below 500 when the service is ready; `address` is for people."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    address: str
    health_url: str


class Running:
    """A service with its process, restarted when it dies."""

    def __init__(self, service: Service, log: Path) -> None:
        self.service, self.log = service, log
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.died_at = 0.0
        self.healthy_since = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    def start(self) -> None:
        """Start the process in a group of its own; the kernel kills it should the supervisor die."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.service.command, env=dict(self.service.env), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip
        self.starts += 1
        self.died_at = 0.0

    def keep_alive(self) -> None:
        """Start the process again if it has died and its back-off is over."""
        if self.pid is not None:
            return
        now = time.monotonic()
        self.died_at = self.died_at or now
        if self.healthy_since and now - self.healthy_since > 60:
            self.starts = 0
        self.healthy_since = 0.0
        if now - self.died_at >= BACK_OFF[min(self.starts, len(BACK_OFF) - 1)]:
            self.start()

    def is_healthy(self) -> bool:
        """Whether the process lives and its health address answers."""
        healthy = self.pid is not None and answers(self.service.health_url)
        if healthy and not self.healthy_since:
            self.healthy_since = time.monotonic()
        return healthy

    def stop(self) -> None:
        """End the process and all that it started, kindly first."""
        if self.process is None:
            return
        members = family(self.process.pid)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        _, left = psutil.wait_procs(members, timeout=_GRACE_SECONDS)
        for process in left:
            process.kill()
        self.process.wait()


def answers(url: str) -> bool:
    """Whether an HTTP server is there and not in trouble."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status) < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started; nothing if it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
