"""Warm processes: reused, renewed when they die, and what a dying or cancelled run leaves in Prefect."""

import asyncio
import os
import signal
import uuid

from flows.warm import slot as slot_module
from flows.warm.slot import KILLED, Slot


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
