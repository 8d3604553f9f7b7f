"""Where a backfill's batches are worked on: a process pool here, or a cluster that exists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Literal

from flows.forked import fork_server, start_forked

Runner = Literal["process", "dask", "ray"]
Submit = Callable[..., "Future[Any]"]

_TRIES = 3


class RunnerError(RuntimeError):
    """A runner that cannot be used here; the message says what is missing, in Chinese."""


@contextmanager
def batches_on(runner: Runner, address: str | None) -> Iterator[Submit]:
    """A function that hands a call over and returns a future, as `Executor.submit` does."""
    if runner == "process":
        pool = _Pool()
        try:
            yield pool.submit
        finally:
            pool.shutdown()
    elif runner == "dask":
        with _dask(address) as submit:
            yield submit
    else:
        yield _ray(address)


class _Pool:
    """A process pool that is made anew when one of its processes dies; the calls that it lost are made again."""

    def __init__(self) -> None:
        self._context = fork_server("tasks.batch", "expectations.suites.expectation")
        self._executor = self._new()

    def _new(self) -> Executor:
        return ProcessPoolExecutor(os.cpu_count() or 1, self._context, initializer=start_forked)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:  # noqa: ANN401
        """Hand a call over; only its result says that the process died."""
        outer: Future[Any] = Future()
        self._try(outer, function, args, _TRIES)
        return outer

    def _try(self, outer: Future[Any], function: Callable[..., Any], args: tuple[Any, ...], tries: int) -> None:
        executor = self._executor
        try:
            inner = executor.submit(function, *args)
        except BrokenProcessPool:
            self._executor = self._new() if executor is self._executor else self._executor
            inner = self._executor.submit(function, *args)

        def settle(done: Future[Any]) -> None:
            error = done.exception()
            if isinstance(error, BrokenProcessPool) and tries > 1:
                self._again(outer, function, args, tries - 1)
            elif error:
                outer.set_exception(error)
            else:
                outer.set_result(done.result())

        inner.add_done_callback(settle)

    def _again(self, outer: Future[Any], function: Callable[..., Any], args: tuple[Any, ...], tries: int) -> None:
        """A callback's own error would be lost, and `outer` would never end."""
        try:
            self._try(outer, function, args, tries)
        except Exception as error:
            outer.set_exception(error)

    def shutdown(self) -> None:
        """Let the processes go."""
        self._executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _dask(address: str | None) -> Iterator[Submit]:
    try:
        from distributed import Client
    except ImportError as error:
        raise RunnerError("没有安装 Dask：pip install distributed") from error
    if not address:
        raise RunnerError("请写明 Dask 调度器的地址：--address tcp://HOST:8786")
    with Client(address) as client:  # type: ignore[no-untyped-call]
        yield client.get_executor(pure=False, retries=_TRIES).submit


def _ray(address: str | None) -> Submit:
    try:
        import ray
    except ImportError as error:
        raise RunnerError("没有安装 Ray：pip install ray") from error
    ray.init(address=address or "auto", ignore_reinit_error=True)

    def submit(function: Callable[..., Any], *args: Any) -> Future[Any]:  # noqa: ANN401
        found: Future[Any] = ray.remote(function).options(max_retries=_TRIES).remote(*args).future()
        return found

    return submit
