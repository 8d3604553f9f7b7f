"""The supervisor: starts the services, keeps them alive, stops them; one for each home. A Python program, not a script,
because what a shell starts in the background ignores SIGINT."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType

from flows.services.config import Config, external_prefect, external_s3, load_config
from flows.services.definitions import services
from flows.services.disk import disk
from flows.services.environment import child_env
from flows.services.private import keep_private
from flows.services.s3 import EVENT_TARGETS, format_volume
from flows.services.service import Running
from flows.services.status import Health, ServiceStatus, lock_file, write_status
from tasks.errors import Failure, Mistaken
from tasks.settings import buckets_from_env, settings

START_SECONDS = 180.0
_WATCH_SECONDS = 1.0
_REPEAT_SECONDS = 300.0
"""What goes on being wrong is said again after so long."""

logger = logging.getLogger("nianbao.supervisor")


class AlreadyRunningError(Mistaken):
    """Another supervisor watches the services of this home."""

    code = "SERVICE.ALREADY_RUNNING"


class StartError(Failure):
    """A service did not become healthy; the message names its log."""

    code = "SERVICE.NOT_STARTED"


class Supervisor:
    """Use as a context: inside it the services are up and healthy, after it they are gone."""

    def __init__(self, home: Path, report: Callable[[str], None] = lambda _: None) -> None:
        self.home, self.report = home, report
        self.running: list[Running] = []
        self.watcher: threading.Thread | None = None
        self.stopping = threading.Event()
        self.said: dict[str, float] = {}

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
        with self._surviving("写状态"):
            self._write(dict.fromkeys(self.running, False))
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
        by_name["worker"].start()
        for name in ("prefect", "receiver", "worker"):
            if name in by_name:
                self._wait_for(by_name[name])

    def _set_up_storage(self) -> None:
        targets = EVENT_TARGETS if external_s3() is None else ()
        done = subprocess.run(
            [sys.executable, "-m", "flows.services.buckets", *targets],
            env=child_env(self.config), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise StartError(f"无法准备存储：{done.stderr.strip()[-2000:]}")
        if external_s3():
            self.report(
                f"使用外部 S3。请让它把 {buckets_from_env().landing.uri('')} 的 s3:ObjectCreated:* 事件以 webhook 发到 "
                f"{self.config.receiver_url}/s3/events，Authorization: Bearer 令牌见 {self.home}/config.json。"
            )

    def _wait_for(self, running: Running) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not running.is_healthy():
            self._look()
            if self.stopping.is_set():
                raise StartError("启动被中止")
            if time.monotonic() > deadline or running.starts > 3:
                raise StartError(f"服务 {running.service.name} 没有正常启动，日志：{running.log}")
            running.keep_alive()
            time.sleep(0.1)
        self.report(f"{running.service.name}\t{running.service.address}")
        self._look()

    def _watch(self) -> None:
        """Whatever goes wrong here is said, and the watch goes on."""
        while not self.stopping.wait(_WATCH_SECONDS):
            for running in self.running:
                with self._surviving(f"启动 {running.service.name}"):
                    running.keep_alive()
            with self._surviving("查看服务"):
                self._mend(self._look())
            with self._surviving("查看磁盘"):
                self._say_of_disk()

    def _say_of_disk(self) -> None:
        found = disk(self.home)
        if found and found.warning:
            self._say_once("磁盘已满" if found.is_full else "磁盘不足", found.warning)
        elif self.said.pop("磁盘已满", None) or self.said.pop("磁盘不足", None):
            logger.info("磁盘空间已恢复")

    def _look(self) -> dict[Running, bool]:
        """Ask all services at once, for one that hangs costs two seconds; tell others what they said."""
        with ThreadPoolExecutor(max(1, len(self.running))) as threads:
            healthy = dict(zip(self.running, threads.map(Running.is_healthy, self.running), strict=True))
        self._write(healthy)
        return healthy

    def _mend(self, healthy: Mapping[Running, bool]) -> None:
        """Of services that hang only the first is started again: those after it may be ill because of it."""
        ill = [running for running in self.running if not healthy[running]]
        if ill and ill[0].is_hung:
            ill[0].kill_hung()

    @contextmanager
    def _surviving(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._say_once(what, f"{what}时出错，看护继续：{type(error).__name__}: {error}")

    def _say_once(self, about: str, message: str) -> None:
        now = time.monotonic()
        if now - self.said.get(about, -_REPEAT_SECONDS) >= _REPEAT_SECONDS:
            self.said[about] = now
            logger.warning(message)

    def _write(self, healthy: Mapping[Running, bool]) -> None:
        statuses = [_status(running, is_healthy=healthy[running]) for running in self.running]
        if external_s3():
            statuses.insert(0, ServiceStatus("s3", None, external_s3() or "", "external"))
        if external_prefect():
            statuses.insert(1, ServiceStatus("prefect", None, external_prefect() or "", "external"))
        write_status(self.home, os.getpid(), statuses)


def _status(running: Running, *, is_healthy: bool) -> ServiceStatus:
    service, pid = running.service, running.pid
    health: Health = "stopped"
    if pid is not None:
        health = "healthy" if is_healthy else "unhealthy" if running.healthy_since else "starting"
    return ServiceStatus(service.name, pid, service.address, health, "", service.health_url, running.began)


@contextmanager
def storage_alone(home: Path) -> Iterator[None]:
    """The embedded S3 server with nothing else, while the context lasts: nobody else changes what it holds.

    Raises AlreadyRunningError where the services run.
    """
    config = load_config(home)
    with lock_file(home).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(f"{home} 的服务正在运行，请先 nianbao down。") from error
        running = Running(services(config, {})[0], home / "logs" / "s3.log")
        try:
            running.start()
            deadline = time.monotonic() + START_SECONDS
            while not running.is_healthy():
                if running.pid is None or time.monotonic() > deadline:
                    raise StartError(f"服务 s3 没有正常启动，日志：{running.log}")
                time.sleep(0.1)
            yield
        finally:
            running.stop()


def run(home: Path, report: Callable[[str], None], ready: Callable[[Config], None]) -> None:
    """Run the services of `home` until SIGINT or SIGTERM; `ready` is called once they are healthy."""
    settings()
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


def keep_log(home: Path, *, on_terminal: bool) -> None:
    """Say what happens, and when, in the log; what goes wrong also on the terminal, if there is one."""
    logging.raiseExceptions = False  # a log on a full disk is no reason to stop
    (home / "logs").mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [RotatingFileHandler(home / "logs" / "supervisor.log", "a", 5_000_000, 1)]
    if on_terminal:
        handlers.append(logging.StreamHandler())
        handlers[-1].setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def main(home: Path) -> None:
    """Run in the background: all is told to the log."""
    keep_log(home, on_terminal=False)
    try:
        run(home, logger.info, lambda _: logger.info("服务就绪"))
    except Failure as error:
        logger.error("%s", error)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main(Path(sys.argv[1]))
