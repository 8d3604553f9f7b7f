"""One supervised process: how it is started, whether it is healthy, how it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

import psutil

from flows.parent_death_signal import die_with_parent

logger = logging.getLogger("nianbao.supervisor")
_LOG_BYTES = 20_000_000
_GRACE_SECONDS = 10.0
BACK_OFF = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds to wait before the next start of a process that keeps dying."""

HUNG_SECONDS = 120.0
"""A process that lives but has not answered for so long is killed and started again."""


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
        self.answered_at = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None

    @property
    def began(self) -> float | None:
        """When the process began, as the kernel tells it."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).create_time() if self.pid else None
        return None

    @property
    def is_hung(self) -> bool:
        """Whether it lives and has been healthy, but not for a long time now."""
        return bool(self.pid and self.healthy_since) and time.monotonic() - self.answered_at > HUNG_SECONDS

    def start(self) -> None:
        """Start the process in a group of its own; the kernel kills it should the supervisor die."""
        with self._open_log() as log:
            self.process = subprocess.Popen(
                self.service.command, env=dict(self.service.env), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip
        self.starts += 1
        self.died_at = 0.0
        logger.info("%s 已启动，pid %s", self.service.name, self.process.pid)

    def keep_alive(self) -> None:
        """Start the process again if it has died and its back-off is over."""
        if self.pid is not None:
            return
        now = time.monotonic()
        if self.healthy_since and now - self.healthy_since > 60:
            self.starts = 0
        self.healthy_since = 0.0
        pause = BACK_OFF[min(self.starts, len(BACK_OFF) - 1)]
        if not self.died_at and self.process:
            logger.warning("%s %s，%g 秒后重新启动", self.service.name, _ending(self.process.returncode), pause)
        self.died_at = self.died_at or now
        if now - self.died_at >= pause:
            self.start()

    def is_healthy(self) -> bool:
        """Whether the process lives and its health address answers."""
        healthy = self.pid is not None and answers(self.service.health_url)
        if healthy:
            self.answered_at = time.monotonic()
            self.healthy_since = self.healthy_since or self.answered_at
        return healthy

    def kill_hung(self) -> None:
        """End a process that does not answer, with all that it started; `keep_alive` starts it again."""
        logger.warning("%s 已 %.0f 秒没有响应（pid %s），强制结束", self.service.name, HUNG_SECONDS, self.pid)
        for process in family(self.process.pid) if self.process else []:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _open_log(self) -> BinaryIO:
        """A service goes without a log where none can be made: its work matters more."""
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
                self.log.replace(self.log.with_suffix(".log.1"))
            return self.log.open("ab")
        except OSError as error:
            logger.warning("%s 没有日志：%s", self.service.name, error)
            return Path(os.devnull).open("ab")

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


def _ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"已退出（退出码 {code}）"
    with suppress(ValueError):
        return f"被信号 {signal.Signals(-code).name} 终止"
    return f"被信号 {-code} 终止"


def answers(url: str) -> bool:
    """Whether an HTTP server is there and not in trouble."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status) < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, HTTPException):
        return False


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started; nothing if it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
