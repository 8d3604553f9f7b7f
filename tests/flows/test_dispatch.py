"""The dispatcher, with a real ledger, a real Prefect server and a real S3 server."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import (
    AwaitingRetry,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
)
from workers import empty_pool, hand_out

import flows.events
from flows.trigger import compactions, dispatch
from flows.trigger.dead_runs import SUBMISSION, fate
from flows.trigger.dispatch import MOST_TOGETHER, Dispatcher, together
from tasks.ledger import Ledger, ObjectVersion, ReceiptWritten, RunOut, Settlement, Waiting, open_ledger
from tasks.ledger.leases import MOST_ATTEMPTS
from tasks.names import SCANS
from tasks.process_identity import process_identity
from tasks.receipt.write import read_receipt

NOW = datetime.now(UTC)
DEAD = f"{process_identity().rsplit(':', 1)[0]}:1.00"


def run_of(run_id):
    async def read():
        async with get_client() as client:
            return await client.read_flow_run(uuid.UUID(run_id))

    return asyncio.run(read())


def put(run_id, state, pid=None):
    async def change():
        async with get_client() as client:
            if pid:
                await client.update_flow_run(uuid.UUID(run_id), infrastructure_pid=pid)
            await client.set_flow_run_state(uuid.UUID(run_id), state, force=True)

    asyncio.run(change())


def add(ledger, *keys, bucket="landing"):
    return ledger.add([ObjectVersion(bucket, key, "e1", NOW + timedelta(seconds=n)) for n, key in enumerate(keys)])


def runs(ledger):
    return [row.run_id for row in sorted(ledger.page(limit=1000), key=lambda row: row.id)]


def test_each_of_few_gets_a_run_named_after_it(prefect, ledger):
    keys = ["2024/报告+1.pdf", "a\nb\x1b[31m.pdf", "x" * 980 + ".pdf"]
    ids = add(ledger, *keys)
    hand_out()
    for key, run_id in zip(keys, runs(ledger), strict=True):
        run = run_of(run_id)
        assert run.parameters == {"bucket": "landing", "key": key, "etag": "e1", "replay": False}
        assert run.name.isprintable()
    assert run_of(runs(ledger)[0]).name == keys[0]
    ledger.claim(ids, process_identity(), 60)
    add(ledger, "later.pdf")
    hand_out()
    assert runs(ledger)[-1] is None, "there is no place for it"
    hand_out(limit=4)
    assert run_of(runs(ledger)[-1]).parameters["key"] == "later.pdf"


def test_a_burst_of_sixty_is_taken_by_three_runs(prefect, ledger):
    ids = add(ledger, *(f"县{n:02d}.pdf" for n in range(60)))
    hand_out(times=2)
    found = [run_of(run_id) for run_id in dict.fromkeys(runs(ledger))]
    assert [run.parameters["ids"] for run in found] == [ids[:20], ids[20:40], ids[40:]]
    assert [run.name for run in found] == [f"20 份报告：县{n}.pdf 等" for n in ("00", "20", "40")]


def test_two_dispatchers_make_one_run(prefect, ledger):
    empty_pool()
    add(ledger, *(f"{uuid.uuid4()}.pdf" for _ in range(9)))

    async def at_once():
        async with get_client() as client:
            await asyncio.gather(*(Dispatcher(client, 3).hand_out() for _ in range(4)))
            return [run for run in await client.read_flow_runs() if set(run.parameters.get("ids", ())) & set(ids)]

    ids = [one.id for one in ledger.waiting(100)]
    made = asyncio.run(at_once())
    assert {str(run.id) for run in made} == set(runs(ledger))
    assert len(made) == 3


def test_a_ledger_made_anew_gives_no_object_the_run_of_another(prefect, ledger, tmp_path, monkeypatch):
    first = add(ledger, f"{uuid.uuid4()}.pdf")
    hand_out()
    monkeypatch.setenv("NIANBAO_DATABASE_URL", f"sqlite:///{tmp_path}/anew.sqlite")
    anew = open_ledger()
    assert add(anew, f"{uuid.uuid4()}.pdf") == first, "the same number"
    hand_out()
    assert runs(anew) != runs(ledger)


def test_a_crash_between_run_and_ledger_does_no_harm(prefect, ledger, monkeypatch):
    add(ledger, f"{uuid.uuid4()}.pdf")
    made = []

    def die(_, __, run_id):
        made.append(run_id)
        raise ConnectionError("power")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "hand_to", die)
        with pytest.raises(ConnectionError):
            hand_out()
    hand_out()
    assert runs(ledger) == made


def test_landed_is_told_once_though_the_run_comes_to_nothing(prefect, ledger, buckets, monkeypatch):
    told = []
    monkeypatch.setattr(dispatch, "emit_landed", told.append)
    (one,) = add(ledger, "a.pdf")
    hand_out()
    ledger.claim([one], DEAD, 60, run_id=runs(ledger)[0])
    put(runs(ledger)[0], Crashed())
    hand_out(times=2)
    assert [landed.key for landed in told] == ["a.pdf"]


@pytest.mark.parametrize("state", [Crashed(), Failed(), Completed()], ids=lambda state: state.name)
def test_what_a_run_of_many_left_is_tried_one_by_one(prefect, ledger, buckets, state):
    ids = add(ledger, *(f"{uuid.uuid4()}.pdf" for _ in range(4)))
    hand_out(limit=1)
    (first,) = set(runs(ledger))
    ledger.claim(ids, process_identity(), 60, run_id=first)
    put(first, state)
    hand_out(limit=4)
    again = runs(ledger)
    assert len({*again, first}) == 5
    assert [run_of(run_id).parameters["key"] for run_id in again] == [
        row.object.key for row in ledger.get(ids).values()
    ]


def test_a_run_whose_process_is_gone_is_crashed_and_followed_by_another(prefect, ledger, buckets):
    (one,) = add(ledger, f"{uuid.uuid4()}.pdf")
    hand_out()
    (first,) = runs(ledger)
    ledger.claim([one], DEAD, 3600, run_id=first)
    put(first, Running(), DEAD)
    hand_out()
    assert run_of(first).state.is_crashed()
    assert run_of(runs(ledger)[0]).state.is_scheduled()


@pytest.fixture
def events(monkeypatch):
    """The events that are told from now on: name and object."""
    told = []
    monkeypatch.setattr(
        flows.events,
        "emit_event",
        lambda event, resource, **_: told.append((event, resource["prefect.resource.name"])),
    )
    return told


def test_after_the_last_attempt_the_receipt_says_failed(prefect, ledger, s3, buckets, events):
    s3.put_object(Bucket=buckets.landing.bucket, Key="a.pdf", Body=b"x")
    (one,) = add(ledger, "a.pdf", bucket=buckets.landing.bucket)
    for _ in range(MOST_ATTEMPTS):
        hand_out()
        ledger.claim([one], DEAD, 3600)
        put(runs(ledger)[0], Crashed())
    hand_out(times=2)
    assert read_receipt(s3, buckets, "a.pdf")["reason"] == "PROCESSING.FAILED"
    assert (ledger.get([one])[one].outcome, ledger.waiting(1), ledger.runs_out()) == ("failed", [], [])
    assert [event for event in events if not event[0].endswith("landed")] == [("nianbao.report.failed", "a.pdf")]


def test_a_run_that_a_person_cancelled_is_not_begun_again(prefect, ledger, s3, buckets, events):
    keys = ["a.pdf", "b.pdf"]
    for key in keys:
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=b"x")
    ids = add(ledger, *keys, bucket=buckets.landing.bucket)
    hand_out(limit=1)
    (run,) = set(runs(ledger))
    ledger.claim(ids, DEAD, 3600, run_id=run)
    put(run, Cancelling(), DEAD)
    hand_out(limit=1)
    assert run_of(run).state.is_cancelled()
    assert {read_receipt(s3, buckets, key)["reason"] for key in keys} == {"PROCESSING.CANCELLED"}
    assert (ledger.waiting(1), ledger.runs_out()) == ([], [])
    assert sorted(events)[:2] == [("nianbao.report.failed", key) for key in keys]
    ledger.reopen(ids)
    hand_out(limit=2)
    assert not {*runs(ledger)} & {run, None}, "a replay takes them up"


def test_nothing_is_tried_again_while_no_receipt_could_be_written(prefect, ledger, buckets, monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    (one,) = add(ledger, f"{uuid.uuid4()}.pdf")
    ledger.claim([one], "owner", 60)
    ledger.release([one], "owner")
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "_try_to_write", full)
        with pytest.raises(OSError, match="No space"):
            hand_out()
    assert (runs(ledger), ledger.waiting(1)[0].attempts) == ([None], 1)
    hand_out()
    assert runs(ledger) != [None]


def test_runs_that_end_before_they_begin_are_not_made_without_end(prefect, ledger, monkeypatch):
    monkeypatch.setattr(dispatch, "_CHECK_SECONDS", 0.0)
    add(ledger, f"{uuid.uuid4()}.pdf")

    async def rounds():
        made = []
        async with get_client() as client:
            dispatcher = Dispatcher(client, 3)
            for _ in range(6):
                await dispatcher.hand_out()
                (row,) = ledger.page()
                if row.run_id:
                    made.append(row.run_id)
                    await client.set_flow_run_state(uuid.UUID(row.run_id), Crashed(), force=True)
        return made

    assert len(set(asyncio.run(rounds()))) <= 2


def test_the_marts_are_asked_for_when_nothing_is_to_be_done(prefect, ledger, monkeypatch):
    monkeypatch.setattr(compactions, "_QUIET_SECONDS", 0.0)
    ledger.note_changes([(2024, "r1")])
    (one,) = add(ledger, "a.pdf")
    ledger.claim([one], "owner", 60)

    async def asked_for():
        async with get_client() as client:
            dispatcher = Dispatcher(client, 3)
            await dispatcher.hand_out()
            busy = [run for run in await client.read_flow_runs() if run.parameters.get("now")]
            ledger.settle([Settlement(one, "gone")], "owner")
            ledger.receipts_written([ReceiptWritten(one, None, 0)], "owner")
            for _ in range(3):
                await dispatcher.hand_out()
            return len(busy), len([run for run in await client.read_flow_runs() if run.parameters.get("now")])

    empty_pool()
    assert asyncio.run(asked_for()) == (0, 1), "not while somebody is at work, and then one at a time"


waiting = st.lists(st.booleans(), max_size=200).map(
    lambda tried: [Waiting(n, ObjectVersion("b", f"{n}", "e"), int(again), False) for n, again in enumerate(tried)]
)


@given(waiting, st.integers(0, 20))
def test_who_shares_a_run(found, places):
    groups = together(found, places)
    handed = [one for group in groups for one in group]
    assert len(groups) <= places
    assert all(len(group) == 1 for group in groups if any(one.attempts for one in group))
    assert all(group and len(group) <= MOST_TOGETHER for group in groups)
    assert sorted(handed, key=lambda one: one.id) == sorted(set(handed), key=lambda one: one.id)
    if len(found) <= places:
        assert groups == [[one] for one in found]
    elif places and not any(one.attempts for one in found):
        assert len(handed) == min(len(found), places * MOST_TOGETHER)


LONG = timedelta(hours=1)
FATES = [
    (None, None, None, "over"),
    (None, None, "live", "on its way"),
    (Completed(), None, "live", "over"),
    (Failed(), None, None, "over"),
    (Crashed(), None, None, "over"),
    (Cancelled(), None, None, "cancelled"),
    (Cancelled(), None, "live", "cancelled"),
    (Cancelling(), None, "live", "on its way"),
    (Cancelling(), None, "dead", "cancelled"),
    (Scheduled(), None, None, "on its way"),
    (AwaitingRetry(), None, None, "on its way"),
    (Paused(), None, None, "on its way"),
    (Pending(), None, None, "on its way"),
    (Pending(timestamp=NOW - SUBMISSION - timedelta(seconds=5)), None, None, "dead"),
    (Pending(timestamp=NOW - SUBMISSION - timedelta(seconds=5)), process_identity(), None, "on its way"),
    (Pending(), DEAD, None, "dead"),
    (Pending(timestamp=NOW - LONG), process_identity(), None, "dead"),
    (Running(), process_identity(), None, "on its way"),
    (Running(timestamp=NOW - LONG), process_identity(), "live", "on its way"),
    (Running(timestamp=NOW - LONG), process_identity(), None, "dead"),
    (Running(), "another-host:1:1.00", "expired", "dead"),
    (Running(), "another-host:1:1.00", "live", "on its way"),
    (Running(), process_identity(), "dead", "dead"),
    (Running(), DEAD, None, "dead"),
]


def test_what_became_of_a_run_is_told_by_prefect_its_process_and_its_lease():
    for state, pid, lease, expected in FATES:
        owner = {None: None, "dead": DEAD}.get(lease, process_identity())
        until = NOW + timedelta(seconds=-5 if lease == "expired" else 60) if lease else None
        run = RunOut("r", (1,), NOW, owner, until, 1)
        flow_run = FlowRun(flow_id=uuid.uuid4(), state=state, infrastructure_pid=pid) if state else None
        assert fate(run, flow_run, NOW + timedelta(seconds=1)) == expected, (state, pid, lease)


def test_scans_have_a_queue_of_their_own_and_take_no_reports_place(prefect, ledger):
    scans = add(ledger, "scan 1.pdf", "scan 2.pdf")
    ledger.claim(scans, process_identity(), 60)
    ledger.defer(scans, process_identity(), SCANS)
    add(ledger, "a.pdf", "b.pdf")
    hand_out(limit=2)
    of_first, of_second, *of_reports = runs(ledger)
    assert of_second is None, "one scan at a time"
    assert run_of(of_first).work_queue_name == SCANS
    assert {run_of(run_id).work_queue_name for run_id in of_reports} == {"reports"}
    put(of_first, Crashed())
    ledger.take_back(of_first)
    hand_out(limit=2)
    assert sum(run_id is not None for run_id in runs(ledger)[:2]) == 1
