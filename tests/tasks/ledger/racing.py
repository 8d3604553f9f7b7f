"""What racing processes do: each opens the ledger for itself."""

from tasks.ledger import Ledger, NewVersion, ReceiptWritten, Settlement


def race(context, url, contestants):
    """Run each (function, arguments) in a process of its own, all at the same instant; returns their answers."""
    barrier, answers = context.Barrier(len(contestants)), context.Queue()
    processes = [
        context.Process(target=_run, args=(barrier, answers, url, number, function, arguments))
        for number, (function, arguments) in enumerate(contestants)
    ]
    for process in processes:
        process.start()
    found = dict(answers.get(timeout=120) for _ in processes)
    for process in processes:
        process.join(60)
    return [found[number] for number in range(len(contestants))]


def _run(barrier, answers, url, number, function, arguments):
    ledger = None if function is migrate else Ledger.open(url)
    if ledger:
        ledger.counts()
    barrier.wait(60)
    try:
        answer = function(ledger or url, *arguments)
    except Exception as error:
        answer = repr(error)
    answers.put((number, answer))


def migrate(url):
    """Make the tables."""
    Ledger.open(url, migrate=True)
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
