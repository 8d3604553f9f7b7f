"""Warm processes: reused, renewed when they die, and what a dying or cancelled run leaves in Prefect."""

import asyncio
import os
import signal
import uuid

import psutil

from flows.worker import warm_process as warm_process_module
from flows.worker.warm_process import KILLED, WarmProcess
from flows.worker.warm_process_pool import AHEAD, READY, WarmProcessPool


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


def test_another_process_is_started_when_others_wait_already_and_goes_when_nothing_runs():
    async def work():
        pool = WarmProcessPool(READY + 1)
        await pool.start()
        try:
            first = [await pool.take() for _ in range(READY)]
            few = [asyncio.create_task(pool.take()) for _ in range(AHEAD - 1)]
            await asyncio.sleep(0)
            assert not any(task.done() for task in few), "all that are ready are taken, and few wait"
            waiting = {*few, asyncio.create_task(pool.take())}
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            another = done.pop().result()
            pool.rest()
            pids = {await process.pid() for process in (*first, another)}
            assert len(pids) == READY + 1
            for _ in range(len(waiting)):
                pool.give_back(another)
                await asyncio.sleep(0)
            assert {await task for task in waiting} == {another}
            for process in (*first, another):
                pool.give_back(process)
            pool.rest()
            kept = [await pool.take() for _ in range(READY)]
            assert pool.waiting == 0
            assert {await process.pid() for process in kept} < pids
            assert not another_is_alive(pids - {await process.pid() for process in kept})
        finally:
            pool.stop()

    asyncio.run(work())


def another_is_alive(pids):
    """Whether any of them is there after some seconds."""
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    return bool(alive)
