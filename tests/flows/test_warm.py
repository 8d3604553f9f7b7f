"""Warm processes: reused, renewed when they die, and what a dying or cancelled run leaves in Prefect."""

import asyncio
import os
import signal
import uuid

import psutil

from flows.warm import slot as slot_module
from flows.warm.slot import KILLED, Slot
from flows.warm.slots import AHEAD, READY, Slots


def _in_slot(work):
    """Run the coroutine `work(slot)` on a slot of its own."""

    async def run():
        slot = Slot()
        try:
            return await work(slot)
        finally:
            slot.stop()

    return asyncio.run(run())


def test_a_process_is_reused_and_renewed_when_it_has_served_long_enough(monkeypatch):
    monkeypatch.setattr(slot_module.child, "execute", _succeed)
    monkeypatch.setattr(slot_module, "REUSES", 2)

    async def work(slot):
        pids = []
        for _ in range(3):
            pids.append(await slot.pid())
            assert await slot.execute(uuid.uuid4()) == 0
        return pids

    first, second, third = _in_slot(work)
    assert first == second != third


def test_a_process_that_has_grown_too_large_is_renewed(monkeypatch):
    monkeypatch.setattr(slot_module.child, "execute", _grow)

    async def work(slot):
        before = await slot.pid()
        await slot.execute(uuid.uuid4())
        return before, await slot.pid()

    before, after = _in_slot(work)
    assert before != after


def test_a_process_that_dies_over_a_run_is_told_and_replaced(monkeypatch):
    monkeypatch.setattr(slot_module.child, "execute", _die)

    async def work(slot):
        before = await slot.pid()
        assert await slot.execute(uuid.uuid4()) == KILLED
        return before, await slot.pid()

    before, after = _in_slot(work)
    assert before != after


def test_a_process_that_died_while_it_was_idle_is_replaced(monkeypatch):
    monkeypatch.setattr(slot_module.child, "execute", _succeed)

    async def work(slot):
        os.kill(await slot.pid(), signal.SIGKILL)
        await asyncio.sleep(0.5)
        await slot.pid()
        return await slot.execute(uuid.uuid4())

    assert _in_slot(work) == 0


def _succeed(_):
    return 0, 1


def _grow(_):
    return 0, slot_module.MEMORY_BYTES + 1


def _die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_another_process_is_started_when_many_runs_wait_and_goes_when_nothing_runs():
    async def work():
        slots = Slots(READY + 1)
        await slots.start()
        try:
            first = [await slots.take() for _ in range(READY)]
            few = [asyncio.create_task(slots.take()) for _ in range(READY * AHEAD - 1)]
            await asyncio.sleep(0)
            assert not any(task.done() for task in few), "all that are ready are taken, and few wait"
            waiting = {*few, asyncio.create_task(slots.take())}
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            another = done.pop().result()
            slots.rest()
            pids = {await slot.pid() for slot in (*first, another)}
            assert len(pids) == READY + 1
            for _ in range(len(waiting)):
                slots.give_back(another)
                await asyncio.sleep(0)
            assert {await task for task in waiting} == {another}
            for slot in (*first, another):
                slots.give_back(slot)
            slots.rest()
            kept = [await slots.take() for _ in range(READY)]
            assert slots.waiting == 0
            assert {await slot.pid() for slot in kept} < pids
            assert not another_is_alive(pids - {await slot.pid() for slot in kept})
        finally:
            slots.stop()

    asyncio.run(work())


def another_is_alive(pids):
    """Whether any of them is there after some seconds."""
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)
    return bool(alive)
