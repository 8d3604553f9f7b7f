"""Warm processes: reused, renewed when they die, and what a dying or cancelled run leaves in Prefect."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid

import psutil
import pytest

from flows.worker import warm_process as warm_process_module
from flows.worker.forked import start_forked
from flows.worker.warm_process import KILLED, WarmProcess
from flows.worker.warm_process_pool import AHEAD, PROMPT, READY, WarmProcessPool


@pytest.fixture(autouse=True)
def _light(monkeypatch):
    """Processes with nothing in them: they are those of a worker in every other way, and start in a tenth of the time.

    Real ones, of real workers, are at work in test_drain.py, test_burst.py and test_up.py.
    """
    monkeypatch.setattr(warm_process_module.child, "start", start_forked)
    monkeypatch.setattr(warm_process_module, "MODULES", ("flows.worker.child",))


def _in_process(work):
    """Run the coroutine `work(process)` on a process of its own."""

    async def run():
        process = WarmProcess()
        try:
            return await work(process)
        finally:
            process.stop()

    return asyncio.run(run())


def test_a_process_is_reused_and_renewed_when_it_has_served_long_enough(monkeypatch):
    monkeypatch.setattr(warm_process_module.child, "execute", _succeed)
    monkeypatch.setattr(warm_process_module, "REUSES", 2)

    async def work(process):
        pids = []
        for _ in range(3):
            pids.append(await process.pid())
            assert await process.execute(uuid.uuid4()) == 0
        return pids

    first, second, third = _in_process(work)
    assert first == second != third


def test_a_process_that_has_grown_too_large_is_renewed(monkeypatch):
    monkeypatch.setattr(warm_process_module.child, "execute", _grow)

    async def work(process):
        before = await process.pid()
        await process.execute(uuid.uuid4())
        return before, await process.pid()

    before, after = _in_process(work)
    assert before != after


def test_a_process_that_dies_over_a_run_is_told_and_replaced(monkeypatch):
    monkeypatch.setattr(warm_process_module.child, "execute", _die)

    async def work(process):
        before = await process.pid()
        assert await process.execute(uuid.uuid4()) == KILLED
        return before, await process.pid()

    before, after = _in_process(work)
    assert before != after


def test_a_process_that_died_while_it_was_idle_is_replaced(monkeypatch):
    monkeypatch.setattr(warm_process_module.child, "execute", _succeed)

    async def work(process):
        os.kill(await process.pid(), signal.SIGKILL)
        await asyncio.sleep(0.5)
        await process.pid()
        return await process.execute(uuid.uuid4())

    assert _in_process(work) == 0


def _succeed(_):
    return 0, 1


def _grow(_):
    return 0, warm_process_module.MEMORY_BYTES + 1


def _die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_others_are_started_when_runs_wait_and_go_when_nothing_has_run_for_a_while(monkeypatch):
    async def work():
        pool = WarmProcessPool(PROMPT + 1)
        await pool.start()
        try:
            first = [await pool.take() for _ in range(PROMPT)]
            few = [asyncio.create_task(pool.take()) for _ in range(AHEAD - 1)]
            await asyncio.sleep(0.5)
            assert not any(task.done() for task in few), "all that are started promptly are taken, and few wait"
            waiting = {*few, asyncio.create_task(pool.take())}
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            another = done.pop().result()
            pool.rest()
            pids = {await process.pid() for process in (*first, another)}
            assert len(pids) == PROMPT + 1
            for _ in range(len(waiting)):
                pool.give_back(another)
                await asyncio.sleep(0)
            assert {await task for task in waiting} == {another}
            for process in (*first, another):
                pool.give_back(process)
            pool.rest()
            assert not another_is_alive(set(), still=pids), "nothing has rested for long"
            monkeypatch.setattr("flows.worker.warm_process_pool.REST_SECONDS", 0.0)
            pool.rest()
            kept = [await pool.take() for _ in range(READY)]
            assert pool.waiting == 0
            assert [await process.pid() for process in kept] == [await another.pid()], "the one that was used last"
            assert not another_is_alive(pids - {await process.pid() for process in kept})
        finally:
            pool.stop()

    asyncio.run(work())


def test_a_run_takes_the_first_process_that_is_free_not_the_one_that_is_being_started():
    async def work():
        pool = WarmProcessPool(PROMPT)
        await pool.start()
        try:
            first = await pool.take()
            waits = asyncio.create_task(pool.take())
            await asyncio.sleep(0)
            pool.give_back(first)
            assert await waits is first
        finally:
            pool.stop()

    asyncio.run(work())


def test_housekeeping_waits_where_a_report_gets_a_process():
    async def work():
        pool = WarmProcessPool(PROMPT)
        await pool.start()
        try:
            first = await pool.take(is_urgent=False)
            waits = asyncio.create_task(pool.take(is_urgent=False))
            await asyncio.sleep(1)
            assert not waits.done()
            pool.give_back(first)
            assert await waits is first
            second = await pool.take()
            assert await second.pid() != await first.pid()
        finally:
            pool.stop()

    asyncio.run(work())


def test_a_server_forked_from_this_process_is_used_and_followed_by_another_when_it_dies():
    code = """
import asyncio, os, signal, psutil, sys
from flows.worker import child, warm_process
from flows.worker.forked import share_with_server, start_forked
if __name__ == "__main__":
    child.start, warm_process.MODULES = start_forked, ("flows.worker.child",)
    share_with_server(*warm_process.MODULES)
    async def work():
        process = warm_process.WarmProcess()
        server = psutil.Process(await process.pid()).parent()
        assert server.ppid() == os.getpid() and server.cmdline() == psutil.Process().cmdline()
        os.kill(server.pid, signal.SIGKILL)
        while server.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)
        other = psutil.Process(await process.pid()).parent()
        assert other.pid != server.pid and "forkserver" in str(other.cmdline())
        process.stop()
    asyncio.run(work())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr


def another_is_alive(pids, still=frozenset()):
    """Whether any of them is there after some seconds, or any of the others is gone."""
    if not all(map(psutil.pid_exists, still)):
        return True
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    return bool(alive)
