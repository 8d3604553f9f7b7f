"""What racing processes do: each opens the ledger for itself, anew for each race."""

import multiprocessing
from contextlib import suppress

from tasks.ledger import Ledger, NewVersion, ReceiptWritten, Settlement


class Racers:
    """Processes that are kept for one race after the other."""

    def __init__(self, most=4):
        self._context = multiprocessing.get_context("spawn")
        self._barriers = {number: self._context.Barrier(number) for number in range(2, most + 1)}
        self._pipes, self._processes = [], []

    def race(self, url, contestants):
        """Run each (function, arguments) in a process of its own, all at the same instant; returns their answers."""
        while len(self._pipes) < len(contestants):
            self._start()
        pipes = self._pipes[: len(contestants)]
        for pipe, contestant in zip(pipes, contestants, strict=True):
            pipe.send((url, len(contestants), *contestant))
        assert all(pipe.poll(120) for pipe in pipes)
        return [pipe.recv() for pipe in pipes]

    def stop(self):
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(60)

    def _start(self):
        pipe, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._barriers), daemon=True)
        process.start()
        theirs.close()
        self._pipes.append(pipe)
        self._processes.append(process)


def _serve(pipe, barriers):
    with suppress(EOFError):
        while True:
            url, number, function, arguments = pipe.recv()
            pipe.send(_run(barriers[number], url, function, arguments))


def _run(barrier, url, function, arguments):
    ledger = None if function is migrate else Ledger.open(url)
    try:
        if ledger:
            ledger.counts()
        barrier.wait(60)
        return function(ledger or url, *arguments)
    except Exception as error:
        return repr(error)
    finally:
        if ledger:
            ledger.close()


def migrate(url):
    """Make the tables."""
    Ledger.open(url, migrate=True).close()
    return "made"


def add_all(ledger, found):
    """Tell of each object by itself; returns the new ids."""
    return [new for one in found for new in ledger.add([one])]


def claim_all(ledger, owner, limit):
    """Claim until nothing is left."""
    claimed = []
    while some := ledger.claim(None, owner, 600, limit=limit):
        claimed += [one.id for one in some]
        ledger.renew([one.id for one in some], owner, 600)
        for one in some:
            ledger.take_back("nobody's")
            ledger.hand_to([one.id], f"{owner}-{one.id}")
    return claimed


def settle_all(ledger, owner, plan, size):
    """Settle (object, report, outcome), some at a time; returns the standings."""
    answers = []
    for start in range(0, len(plan), size):
        part = plan[start : start + size]
        ids = [object_id for object_id, *_ in part]
        ledger.claim(ids, owner, 600)
        settled = ledger.settle([_settlement(*one) for one in part], owner)
        ledger.receipts_written([ReceiptWritten(s.object_id, "r", s.standing.revision) for s in settled], owner)
        answers += [s.object_id for s in settled]
    return answers


def _settlement(object_id, report, outcome):
    version = NewVersion("lake" if outcome == "validated" else "quarantine", f"{report}-{object_id}", "e")
    return Settlement(
        object_id, outcome, agency="甲", year=2024, report_id=report, sha256=f"s{object_id}", version=version
    )
