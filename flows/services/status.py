"""What the supervisor tells other processes, and what they make of it: they look themselves before they believe it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from flows.services.disk import disk
from flows.services.heartbeat import seconds_since_heartbeat
from flows.services.service import answers

Health = Literal["starting", "healthy", "unhealthy", "stopped", "external"]

STALE_SECONDS = 15.0
"""The supervisor writes every second or two; after so long without that, it hangs or cannot write."""

_HEARTBEAT_SECONDS = 90.0
"""Prefect's workers tell of themselves every thirty seconds."""

_SIZE = 4096
"""Bytes of the file: written in place and always whole, it needs no space that a full disk has not."""


@dataclass(frozen=True)
class ServiceStatus:
    """A service as it is; `began` tells its process from another with the same id, `note` says what is the matter."""

    name: str
    pid: int | None
    address: str
    health: Health
    note: str = ""
    health_url: str = ""
    began: float | None = None


def write_status(home: Path, supervisor: int, statuses: Sequence[ServiceStatus]) -> None:
    """Put the state where `services_status` finds it."""
    state = {"supervisor": supervisor, "at": time.time(), "services": [asdict(s) for s in statuses]}
    file = os.open(home / "services.json", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        text = json.dumps(state).encode().ljust(_SIZE)
        os.pwrite(file, text, 0)
        os.ftruncate(file, len(text))
    finally:
        os.close(file)


def services_status(home: Path) -> list[ServiceStatus]:
    """The services of `home` as they are at this moment, whatever the supervisor wrote; empty if there never were any.

    Looks at each process and asks each service, all at once: it takes two seconds at most.
    """
    state = _state(home)
    services = [ServiceStatus(**service) for service in state["services"]] if state else []
    if not services:
        return []
    is_watched = supervisor_pid(home) is not None
    with ThreadPoolExecutor(len(services) + 1) as threads:
        heartbeat = threads.submit(seconds_since_heartbeat, home) if is_watched else None
        found = list(threads.map(lambda service: _as_it_is(service, is_watched=is_watched), services))
        silent = heartbeat.result() if heartbeat else None
    space = disk(home)
    is_full = space is not None and space.is_full
    return [_on_full_disk(service) if is_full else _with_heartbeat(service, silent) for service in found]


def supervision_warning(home: Path) -> str | None:
    """What is wrong with the supervisor itself, if anything: the services may be well all the same."""
    pid, state = supervisor_pid(home), _state(home)
    if pid is None or state is None:
        return None
    age = time.time() - state.get("at", 0.0)
    if age < STALE_SECONDS:
        return None
    return (
        f"监控进程（pid {pid}）已 {age:.0f} 秒没有更新状态：它没有响应，或磁盘不能写。日志：{home}/logs/supervisor.log"
    )


def supervisor_pid(home: Path) -> int | None:
    """The process that watches the services of `home`, if it lives: it holds the lock."""
    state = _state(home)
    if state is None:
        return None
    try:
        with lock_file(home).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(state["supervisor"])
    return None


def lock_file(home: Path) -> Path:
    """The file whose lock the supervisor of `home` holds."""
    return home / "supervisor.lock"


def _as_it_is(service: ServiceStatus, *, is_watched: bool) -> ServiceStatus:
    if service.health == "external":
        silent = not answers(service.health_url or service.address)
        return replace(service, note="没有响应" if silent else "")
    process = _process(service)
    if process is None:
        note = "进程已不在，等待重新启动" if is_watched else ""
        return replace(service, pid=None, health="stopped", note=note)
    if answers(service.health_url):
        return replace(service, health="healthy", note="" if is_watched else "无人看护：监控进程已不在")
    state = psutil.STATUS_ZOMBIE
    with suppress(psutil.NoSuchProcess):
        state = process.status()
    if state == psutil.STATUS_ZOMBIE:
        return replace(service, health="stopped", note="进程已死（僵尸）")
    if state == psutil.STATUS_STOPPED:
        return replace(service, health="unhealthy", note="进程被暂停（SIGSTOP）")
    if service.health == "starting":
        return service
    return replace(service, health="unhealthy", note="没有响应")


def _process(service: ServiceStatus) -> psutil.Process | None:
    """The process of the service, unless it has gone and its id belongs to another."""
    if service.pid is None or service.began is None:
        return None
    try:
        process = psutil.Process(service.pid)
        return process if abs(process.create_time() - service.began) < 1 else None
    except psutil.NoSuchProcess:
        return None


def _on_full_disk(service: ServiceStatus) -> ServiceStatus:
    """A server may answer and yet keep nothing that it is told."""
    if service.name not in ("s3", "prefect") or service.health != "healthy":
        return service
    return replace(service, health="unhealthy", note="磁盘已满，不能写入")


def _with_heartbeat(service: ServiceStatus, silent: float | None) -> ServiceStatus:
    """Prefect's word on the worker: one that answers here may yet have lost Prefect."""
    if service.name != "worker" or service.health != "healthy" or silent is None or silent < _HEARTBEAT_SECONDS:
        return service
    return replace(service, health="unhealthy", note=f"Prefect 已 {silent:.0f} 秒没有收到它的心跳")


def _state(home: Path) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads((home / "services.json").read_text() or "null")
    except (FileNotFoundError, ValueError):
        return None
    return state
