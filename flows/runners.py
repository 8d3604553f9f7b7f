"""Where a backfill's batches are worked on: a process pool here, or a cluster that exists."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from flows.worker.forked import fork_server, start_forked
from tasks.errors import Mistaken

Runner = Literal["process", "dask", "ray"]

_TRIES = 3
_MOST = 64
"""Batches that a cluster is given at a time."""


class RunnerError(Mistaken):
    """A runner that cannot be used here; the message says what is missing, in Chinese."""

    code = "RUNNER.UNUSABLE"


@dataclass(frozen=True, slots=True)
class Place:
    """Where batches are worked on: `call` makes a call there and waits for it, `at_once` so many at a time.

    `has_ledger`: what is called there can reach the ledger; clusters need S3 alone.
    """

    call: Callable[..., Any]
    at_once: int
    has_ledger: bool = False


@contextmanager
def batches_on(runner: Runner, address: str | None) -> Iterator[Place]:
    """The place that the runner is. Raises RunnerError if it is not there."""
    if runner == "process":
        pool = _Pool()
        try:
            yield Place(pool.call, pool.at_once, has_ledger=True)
        finally:
            pool.shutdown()
    elif runner == "dask":
        with _dask(address) as call:
            yield Place(call, _MOST)
    else:
        yield Place(_ray(address), _MOST)


class _Pool:
    """This process and others, as many as there are processors: here work begins at once, while those are started.

    A process that dies is replaced, and the call that it lost is made again.
    """

    def __init__(self) -> None:
        self.at_once = os.cpu_count() or 1
        self._here = threading.Lock()
        self._others = _Others(self.at_once - 1)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:  # noqa: ANN401
        """Make the call here if nobody else does; to be called by no more than `at_once` threads."""
        if not self._here.acquire(blocking=False):
            return self._others.call(function, args)
        try:
            return function(*args)
        finally:
            self._here.release()

    def shutdown(self) -> None:
        """Let the processes go."""
        self._others.shutdown()


class _Others:
    """Processes forked from a server of their own that has what a batch needs."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._context = fork_server("tasks.pipeline", "expectations.suites.expectation")
        self._changing = threading.Lock()
        self._executor: Executor | None = None

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], tries: int = _TRIES) -> Any:  # noqa: ANN401
        executor = self._started()
        try:
            return executor.submit(function, *args).result()
        except BrokenProcessPool:
            self._forget(executor)
            if tries == 1:
                raise
        return self.call(function, args, tries - 1)

    def _started(self) -> Executor:
        with self._changing:
            self._executor = self._executor or ProcessPoolExecutor(self._number, self._context, initializer=_start)
            return self._executor

    def _forget(self, executor: Executor) -> None:
        with self._changing:
            self._executor = None if executor is self._executor else self._executor

    def shutdown(self) -> None:
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)


def _start() -> None:
    start_forked()
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps 12 MiB more, for tables as small as these


@contextmanager
def _dask(address: str | None) -> Iterator[Callable[..., Any]]:
    try:
        from distributed import Client
    except ImportError as error:
        raise RunnerError("没有安装 Dask：pip install distributed") from error
    if not address:
        raise RunnerError("请写明 Dask 调度器的地址：--address tcp://HOST:8786")
    with Client(address) as client:  # type: ignore[no-untyped-call]
        executor = client.get_executor(pure=False, retries=_TRIES)
        yield lambda function, *args: executor.submit(function, *args).result()


def _ray(address: str | None) -> Callable[..., Any]:
    try:
        import ray
    except ImportError as error:
        raise RunnerError("没有安装 Ray：pip install ray") from error
    ray.init(address=address or "auto", ignore_reinit_error=True)

    def call(function: Callable[..., Any], *args: Any) -> Any:  # noqa: ANN401
        return ray.get(ray.remote(function).options(max_retries=_TRIES).remote(*args))

    return call
