"""What the services take while nothing is to be done: memory by process, and how long `nianbao up` took.

`uv run python -m benchmarks.idle [SECONDS]` starts them in a temporary home, twice: the second start, with all that a
first one makes, is timed. Shared pages are counted once: each process is charged its part of them (PSS).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from flows.services.service import family
from flows.services.status import services_status, supervisor_pid

NIANBAO = Path(sys.executable).parent / "nianbao"
FIELDS = ("Pss", "Pss_Anon", "Private_Dirty", "Rss")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MiB."""

    name: str
    pid: int
    mib: dict[str, float]

    @staticmethod
    def of(process: psutil.Process, name: str) -> Memory:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
        kib = {field: int(rest.split()[0]) for field, _, rest in (line.partition(":") for line in lines)}
        return Memory(name, process.pid, {field: kib[field] / 1024 for field in FIELDS})


def memories(home: Path) -> list[Memory]:
    """Of the supervisor and all that it started."""
    supervisor = supervisor_pid(home)
    assert supervisor
    services = {service.pid: service.name for service in services_status(home)}
    found = []
    for process in family(supervisor):
        owner = next((one.pid for one in [process, *process.parents()] if one.pid in services), None)
        name = services.get(owner, "supervisor")
        found.append(Memory.of(process, name if owner in (None, process.pid) else f"{name}: {_told(process)}"))
    return found


def _told(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    if "resource_tracker" in command:
        return "resource tracker"
    if "guard" in command:
        return "guarded process"
    children = [child for child in process.children() if "guard" not in " ".join(child.cmdline())]
    return "fork server" if children else "warm process"


def show(found: list[Memory]) -> float:
    """Print a table; returns the sum."""
    print(f"{'process':28}{'pid':>8}" + "".join(f"{field:>15}" for field in FIELDS) + "   MiB")
    for one in found:
        print(f"{one.name:28}{one.pid:8}" + "".join(f"{one.mib[field]:15.1f}" for field in FIELDS))
    total = sum(one.mib["Pss"] for one in found)
    print(f"{'all':28}{len(found):8}{total:15.1f}", flush=True)
    return total


def start(home: Path) -> None:
    """Start the services, and tell how long it took and what it cost by then."""
    began = time.monotonic()
    subprocess.run([NIANBAO, "up", "--detach"], check=True, stdout=subprocess.DEVNULL)
    took = time.monotonic() - began
    supervisor = supervisor_pid(home)
    assert supervisor
    times = [process.cpu_times() for process in family(supervisor)]
    cpu = sum(one.user + one.system + one.children_user + one.children_system for one in times)
    print(f"up: ready after {took:.1f} s, {cpu:.1f} s of CPU (load {os.getloadavg()[0]:.1f})", flush=True)


def stop(home: Path) -> None:
    """Stop them; nothing may be left."""
    supervisor = supervisor_pid(home)
    assert supervisor
    before = family(supervisor)
    subprocess.run([NIANBAO, "down"], check=True, stdout=subprocess.DEVNULL)
    left = [process for process in before if process.is_running()]
    assert not left, f"left after down: {left}"


def main(seconds: float) -> None:
    """Start, wait, look; start again."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["NIANBAO_HOME"] = str(home)
        os.environ["HOME"] = folder
        start(home)
        try:
            time.sleep(seconds)
            show(memories(home))
        finally:
            stop(home)
        start(home)
        stop(home)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
