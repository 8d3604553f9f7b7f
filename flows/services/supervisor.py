"""The supervisor: starts the services, keeps them alive, stops them; one for each home. A Python program, not a script,
because what a shell starts in the background ignores SIGINT."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from flows.services.buckets import make_buckets, notify_receiver
from flows.services.config import Config, external_prefect, external_s3, load_config
from flows.services.definitions import services
from flows.services.environment import service_env
from flows.services.private import keep_private
from flows.services.s3 import EVENT_TARGETS, format_volume
from flows.services.service import Running
from flows.services.status import Health, ServiceStatus, lock_file, write_status
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

START_SECONDS = 180.0
_WATCH_SECONDS = 1.0


class AlreadyRunningError(RuntimeError):
    """Another supervisor watches the services of this home."""


class StartError(RuntimeError):
    """A service did not become healthy; the message names its log."""


class Supervisor:
    """Use as a context: inside it the services are up and healthy, after it they are gone."""

    def __init__(self, home: Path, report: Callable[[str], None] = lambda _: None) -> None:
        self.home, self.report = home, report
        self.running: list[Running] = []
        self.watcher: threading.Thread | None = None
        self.stopping = threading.Event()

    def __enter__(self) -> Supervisor:
        keep_private(self.home)
        self.lock = lock_file(self.home).open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(f"{self.home} 的服务已在运行") from error
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        if self.watcher:
            self.watcher.join()
        self.stop()

    def stop(self) -> None:
        """Stop all services, the last one first."""
        self.stopping.set()
        for running in reversed(self.running):
            running.stop()
        self._write()
        self.lock.close()

    def _start(self) -> None:
        self.config = load_config(self.home, starting=True)
        if external_s3() is None:
            format_volume(self.config)
        self.running = [Running(s, self.home / "logs" / f"{s.name}.log") for s in services(self.config)]
        by_name = {running.service.name: running for running in self.running}
        for name in ("s3", "prefect", "receiver"):
            if name in by_name:
                by_name[name].start()
        if "s3" in by_name:
            self._wait_for(by_name["s3"])
        self._set_up_storage()
        for name in ("prefect", "receiver"):
            if name in by_name:
                self._wait_for(by_name[name])
        by_name["worker"].start()
        self._wait_for(by_name["worker"])

    def _set_up_storage(self) -> None:
        with _environment(service_env(self.config)):
            s3, buckets = s3_client(), buckets_from_env()
        make_buckets(s3, buckets)
        if external_s3() is None:
            notify_receiver(s3, buckets, EVENT_TARGETS)
        else:
            self.report(
                f"使用外部 S3。请让它把 {buckets.landing.uri('')} 的 s3:ObjectCreated:* 事件以 webhook 发到 "
                f"{self.config.receiver_url}/s3/events，Authorization: Bearer 令牌见 {self.home}/config.json。"
            )

    def _wait_for(self, running: Running) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not running.is_healthy():
            self._write()
            if self.stopping.is_set():
                raise StartError("启动被中止")
            if time.monotonic() > deadline or running.starts > 3:
                raise StartError(f"服务 {running.service.name} 没有正常启动，日志：{running.log}")
            running.keep_alive()
            time.sleep(0.1)
        self.report(f"{running.service.name}\t{running.service.address}")
        self._write()

    def _watch(self) -> None:
        while not self.stopping.wait(_WATCH_SECONDS):
            for running in self.running:
                running.keep_alive()
            self._write()

    def _write(self) -> None:
        statuses = [_status(running) for running in self.running]
        if external_s3():
            statuses.insert(0, ServiceStatus("s3", None, external_s3() or "", "external"))
        if external_prefect():
            statuses.insert(1, ServiceStatus("prefect", None, external_prefect() or "", "external"))
        write_status(self.home, os.getpid(), statuses)


def _status(running: Running) -> ServiceStatus:
    health: Health = "stopped"
    if running.pid is not None:
        was = running.healthy_since
        health = "healthy" if running.is_healthy() else "unhealthy" if was else "starting"
    return ServiceStatus(running.service.name, running.pid, running.service.address, health)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def run(home: Path, report: Callable[[str], None], ready: Callable[[Config], None]) -> None:
    """Run the services of `home` until SIGINT or SIGTERM; `ready` is called once they are healthy."""
    stop = threading.Event()

    def on_signal(_: int, __: FrameType | None) -> None:
        if supervisor.watcher is None:
            raise KeyboardInterrupt
        stop.set()

    supervisor = Supervisor(home, report)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    with supervisor:
        ready(supervisor.config)
        stop.wait()


if __name__ == "__main__":
    run(Path(sys.argv[1]), print, lambda _: None)
