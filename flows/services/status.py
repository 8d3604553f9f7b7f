"""What the supervisor tells other processes: which services run where, and how they are."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Health = Literal["starting", "healthy", "unhealthy", "stopped", "external"]


@dataclass(frozen=True)
class ServiceStatus:
    """A service as it was when the supervisor looked last (every second)."""

    name: str
    pid: int | None
    address: str
    health: Health


def write_status(home: Path, supervisor: int, statuses: Sequence[ServiceStatus]) -> None:
    """Put the state where `services_status` finds it."""
    path = home / "services.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"supervisor": supervisor, "services": [asdict(s) for s in statuses]}))
    new.replace(path)


def services_status(home: Path) -> list[ServiceStatus]:
    """The services of `home`, all stopped if no supervisor lives; empty if there never was one."""
    state = _state(home)
    if state is None:
        return []
    statuses = [ServiceStatus(**service) for service in state["services"]]
    if supervisor_pid(home) is not None:
        return statuses
    return [s if s.health == "external" else ServiceStatus(s.name, None, s.address, "stopped") for s in statuses]


def supervisor_pid(home: Path) -> int | None:
    """The process that watches the services of `home`, if it lives: it holds the lock."""
    state = _state(home)
    if state is None:
        return None
    with lock_file(home).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return int(state["supervisor"])
    return None


def lock_file(home: Path) -> Path:
    """The file whose lock the supervisor of `home` holds."""
    return home / "supervisor.lock"


def _state(home: Path) -> dict[str, Any] | None:
    path = home / "services.json"
    return json.loads(path.read_text()) if path.exists() else None
