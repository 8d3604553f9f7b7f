"""What the services take while something is measured, watched from outside."""

from __future__ import annotations

import threading
from contextlib import suppress

import psutil

from flows.services.service import family
from flows.services.status import services_status
from tasks.settings import home


class Watch(threading.Thread):
    """CPU seconds and the largest memory by service (shared pages counted once), sampled `every` so many seconds.

    To count the pages of all services takes 70 ms: twice a second, that was a thirteenth of two cores.
    """

    def __init__(self, every: float = 3.0) -> None:
        super().__init__(daemon=True)
        self.every = every
        self.pids = {service.name: service.pid for service in services_status(home()) if service.pid}
        self.peak, self.peaks = 0, dict.fromkeys(self.pids, 0)
        self.before = {pid: _seconds(pid) for pid in self.pids.values()}
        self.cpu, self.stopped = dict.fromkeys(self.pids, 0.0), threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(self.every):
            now = {name: sum(map(_memory, family(pid))) for name, pid in self.pids.items()}
            self.peaks = {name: max(self.peaks[name], memory) for name, memory in now.items()}
            self.peak = max(self.peak, sum(now.values()))
            for name, pid in self.pids.items():
                self.cpu[name] = max(self.cpu[name], _seconds(pid) - self.before[pid])


def _seconds(pid: int) -> float:
    total = 0.0
    for process in family(pid):
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0
