"""The disaster drill: the ledger is lost, and made anew from S3 alone; nothing differs, and nothing comes back."""

import json
import random
from functools import cache, partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from places import own_buckets, own_ledger
from publishing import reopen, take_all_the_way
from typer.testing import CliRunner

import tasks.rebuild
from expectations.forms import FORMS
from flows.cli import app
from tasks.judge.review import decide
from tasks.lake.query import connect
from tasks.lake.schemas import LAKE_TABLES
from tasks.ledger import Ledger
from tasks.ledger.compacting import BusyError, exclusive
from tasks.ledger.tables import decisions, objects, versions
from tasks.rebuild import rebuild, recover
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.storage import s3_client

CONTRACT = Path(__file__).parent / "lake_contract" / "v2"
SEEN = {"id", "seen_at", "processed_at", "attempts", "is_replay", "run_id", "dispatched_at", "revision", "message"}
WHEN = {"id", "object_id", "current_since", "ceased_at"}


@cache
def pdf(name="水利", seed=1, wrong=False, year=2024):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    figures["table3.granted.total"] += wrong
    return draw_pdf(SampleReport(f"青岚市{name}局", year, "2021", figures))


@pytest.fixture
def decided(s3, buckets, ledger, way):
    """Decide, and process what is open then."""

    def run(*words):
        decide(s3, buckets, ledger, *words)
        way()

    return run


@pytest.fixture
def other(tmp_path):
    """Another ledger, in which nothing is."""
    return Ledger.open(f"sqlite:///{tmp_path}/other.sqlite", migrate=True)


@pytest.fixture(scope="module")
def drilled(s3_server, tmp_path_factory):
    """All that can become of objects, on a ledger and in places that tests share: nothing here changes them."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in s3_server.items():
            environment.setenv(name, value)
        s3 = s3_client()
        ledger = own_ledger(tmp_path_factory.mktemp("history"), environment)
        buckets = own_buckets(s3, environment)
        way = partial(take_all_the_way, s3, buckets, ledger)
        way({"good.pdf": pdf(), "wrong.pdf": pdf("林业", 2, wrong=True), "bad.pdf": b"", "other.pdf": pdf("教育", 3)})
        way({"copy.pdf": pdf(), "bad copy.pdf": b""})
        way({"later.pdf": pdf("教育", 4, wrong=True), "replacing.pdf": pdf("民政", 5)})
        way({"replacing.pdf": pdf("民政", 6), "名 称.pdf": pdf("财政", 7)})
        way({"newer.pdf": pdf("财政", 8)})
        decide(s3, buckets, ledger, "newer.pdf", "retract", "来函", "张三")
        decide(s3, buckets, ledger, "wrong.pdf", "accept", "原件如此", "李四")
        reopen(buckets, ledger, "copy.pdf")
        way()
        yield buckets, ledger, facts(ledger), contents(s3, buckets)


@pytest.fixture
def history(s3, drilled, monkeypatch):
    """The places and the ledger of `drilled`, named to the environment; afterwards they are as they were."""
    buckets, ledger, told, receipts = drilled
    for name in ("landing", "lake", "quarantine", "receipts"):
        monkeypatch.setenv(f"NIANBAO_{name.upper()}_BUCKET", getattr(buckets, name).bucket)
    monkeypatch.setenv("NIANBAO_DATABASE_URL", ledger.url.render_as_string(hide_password=False))
    yield buckets, ledger
    assert contents(s3, buckets) == receipts, "no receipt says anything else"
    assert facts(ledger) == told


def lake(buckets, ledger):
    """Every row that anybody can query, in lake and quarantine."""
    found = {}
    for quarantine in (False, True):
        with connect(buckets, quarantine=quarantine, ledger=ledger) as connection:
            for table in LAKE_TABLES:
                found[table, quarantine] = connection.sql(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
    return found


def rows(ledger, table, without):
    with ledger.reading() as connection:
        found = [dict(row._mapping) for row in connection.execute(table.select())]
    return sorted(repr(sorted((k, v) for k, v in row.items() if k not in without)) for row in found)


def facts(ledger):
    """The ledger's rows, but for ids and for when something was seen."""
    keys = {row.id: row.object.key for row in ledger.page(limit=1000)}
    duplicates = {row.object.key: keys.get(row.duplicate_of) for row in ledger.page(limit=1000)}
    return {
        "objects": rows(ledger, objects, SEEN | {"duplicate_of"}),
        "duplicates": duplicates,
        "decisions": rows(ledger, decisions, {"id"}),
        "current": [
            (v.place, v.name, v.key, v.stored_etag) for p in ("lake", "quarantine") for v in ledger.current_in(p)
        ],
        "versions": rows(ledger, versions, WHEN),
        "queue": [row.object.key for row in ledger.review_queue()],
        "standing": sorted(
            (keys[i], s.place, s.is_current, s.replaced_by and s.replaced_by.key, s.was_in_lake, s.is_obsolete,
             s.corrected_by_quarantined and s.corrected_by_quarantined.key)
            for i, s in ledger.standing(keys).items()
        ),
    }  # fmt: skip


def contents(s3, buckets):
    """Every receipt."""
    bucket = buckets.receipts.bucket
    names = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return {name: s3.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}


def test_a_ledger_made_anew_is_equal(s3, history, other):
    buckets, ledger = history
    before = lake(buckets, ledger)
    found = rebuild(s3, buckets, other)
    assert found["open"] == 0
    told, wanted = facts(other), facts(ledger)
    former = {name for name in wanted["versions"] if name not in told["versions"]}
    assert all("('holds', False)" in row for row in former), "only what an object was judged before is forgotten"
    for what in told.keys() - {"versions"}:
        assert told[what] == wanted[what], what
    assert lake(buckets, other) == before


def test_what_was_retracted_or_refused_does_not_bring_back_what_it_had_replaced(s3, history, other):
    buckets, _ = history
    rebuild(s3, buckets, other)
    assert ("青岚市财政局",) not in connect(buckets, ledger=other).sql("SELECT agency FROM reports").fetchall()


def test_versions_that_were_replaced_and_removed_are_not_missed(s3, buckets, ledger, way, other, names):
    way({"a.pdf": pdf()})
    way({"b.pdf": pdf(seed=2)})
    for version in names(buckets.lake):
        if version not in {row.name for row in ledger.current_in("lake")}:
            s3.delete_object(Bucket=buckets.lake.bucket, Key=buckets.lake.key(version))
    assert rebuild(s3, buckets, other)["open"] == 0
    (row,) = other.find(buckets.landing.bucket, "a.pdf")
    standing = other.standing([row.id])[row.id]
    assert (standing.place, standing.is_current, standing.replaced_by.key) == ("lake", False, "b.pdf")


def test_what_has_no_receipt_or_lost_its_version_is_open(s3, buckets, ledger, way, other, names):
    way({"a.pdf": pdf(), "b.pdf": pdf("林业", 2)})
    s3.put_object(Bucket=buckets.landing.bucket, Key="new.pdf", Body=pdf("教育", 3))
    (version,) = [row.name for row in ledger.current_in("lake") if row.key == "a.pdf"]
    s3.delete_object(Bucket=buckets.lake.bucket, Key=buckets.lake.key(version))
    assert rebuild(s3, buckets, other)["open"] == 2
    assert sorted(one.object.key for one in other.waiting(9)) == ["a.pdf", "new.pdf"]


def test_a_failed_replay_does_not_lose_the_report(s3, buckets, ledger, way, other):
    from tasks.pipeline import give_up

    way({"a.pdf": pdf()})
    give_up(ledger, buckets, ledger.reopen([1]), "me")
    assert connect(buckets).sql("SELECT source_key FROM reports").fetchall() == [("a.pdf",)]
    rebuild(s3, buckets, other)
    assert [one.object.key for one in other.waiting(9)] == ["a.pdf"], "it is judged anew"


def test_what_depends_on_its_name_is_no_first_afterwards(s3, buckets, way, other):
    way({"a.docx": pdf()})
    rebuild(s3, buckets, other)
    (row,) = other.find(buckets.landing.bucket, "a.docx")
    assert (row.reason, row.is_name_bound) == ("DOC.TYPE_MISMATCH", True)


@pytest.fixture
def version_2(s3, buckets):
    """A report in quarantine as lake version 2 kept it, its receipt, and a decision on it; returns its row."""
    (report,) = pq.read_table(CONTRACT / "reports.parquet").to_pylist()
    for file in CONTRACT.glob("*.parquet"):
        name = buckets.quarantine.key(f"{file.stem}/year={report['year']}/{report['report_id']}.parquet")
        s3.put_object(Bucket=buckets.quarantine.bucket, Key=name, Body=file.read_bytes())
    landed = {name: report[f"source_{name}"] for name in ("bucket", "key", "etag", "sha256")}
    receipt = {
        "object": landed | {"size": 5, "landed_at": report["landed_at"].isoformat()},
        **{name: report[name] for name in ("outcome", "agency", "year", "form", "report_id")},
        "reason": "T3.ROW_SUM",
        "message": "各列之和 5 不等于总计 4",
        "findings": [],
        "rules": {},
        "review": None,
        "written": [],
        "duplicate_of": None,
        "superseded_by_quarantined": False,
        "seconds": {},
        "flow_run": {"id": None, "url": None},
        "processed_at": report["processed_at"].isoformat(),
        "versions": {"reader": "1", "rules": "1", "lake": "2"},
    }
    decision = {"kind": "reject", "by": "张三", "at": "2025-03-02T00:00:00+00:00", "note": "退回", "accepted": []}
    place = buckets.receipts
    decided = {"reviews": [decision | {"corrections": []}]}
    for name, content in ((landed["key"], receipt), (f".decisions/{landed['sha256']}", decided)):
        s3.put_object(Bucket=place.bucket, Key=place.key(f"{name}.json"), Body=json.dumps(content).encode())
    return report


def test_what_version_2_keeps_becomes_a_report_version_once(s3, buckets, ledger, version_2, other, names):
    report = version_2
    assert dict(rebuild(s3, buckets, ledger)) == {"quarantined": 1, "open": 0}
    (stands,) = ledger.current_in("quarantine")
    assert (stands.report_id, stands.key) == (report["report_id"], report["source_key"])
    assert names(buckets.quarantine) == [stands.name], "of version 2 nothing is left"
    receipt = read_receipt(s3, buckets, report["source_key"])
    assert receipt["version"] == buckets.quarantine.uri(stands.name)
    cells = connect(buckets, quarantine=True, ledger=ledger).sql("SELECT address, value FROM cells ORDER BY ALL")
    before = pq.read_table(CONTRACT / "cells.parquet").to_pylist()
    assert cells.fetchall() == sorted((cell["address"], cell["value"]) for cell in before)
    (decided,) = ledger.decisions_on(report["source_sha256"])
    assert (decided.kind, decided.by, decided.note) == ("reject", "张三", "退回")
    assert decided.name in names(buckets.receipts)
    rebuild(s3, buckets, other)
    assert facts(other) == facts(ledger), "made anew of version 3, it is the same"


def test_the_command(buckets, way, ledger, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)

    def nianbao(*words):
        return CliRunner().invoke(app, ["rebuild", *words])

    way({"a.pdf": pdf(), "b.pdf": b""})
    refused = nianbao()
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    told = nianbao("--replace")
    assert told.exit_code == 0, told.output
    assert "账本已重建：通过 1　拒收 1" in told.output
    assert "nianbao compact --full" in told.output
    assert ledger.counts().total == 2
    ledger.clear()
    assert nianbao().exit_code == 0
    assert connect(buckets).sql("SELECT source_key FROM reports").fetchall() == [("a.pdf",)]


def test_a_ledger_that_was_lost_is_noticed_and_made_anew(s3, history, other):
    buckets, ledger = history
    assert not recover(s3, buckets, ledger), "nothing was lost"
    assert recover(s3, buckets, other)
    assert lake(buckets, other) == lake(buckets, ledger)
    assert not recover(s3, buckets, other)


@pytest.mark.parametrize("died_at", ["_settled", "add_landed", "refresh_due"])
def test_a_rebuild_that_died_is_begun_again(s3, history, other, monkeypatch, died_at):
    buckets, ledger = history

    class DiedError(Exception):
        pass

    calls, working = [], getattr(tasks.rebuild, died_at)

    def dies(*args, **more):
        calls.append(args)
        if len(calls) > (died_at == "_settled"):
            raise DiedError
        return working(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(tasks.rebuild, died_at, dies)
        with pytest.raises(DiedError):
            recover(s3, buckets, other)
    assert other.has_outcomes(), "so far it came"
    assert recover(s3, buckets, other)
    assert facts(other)["queue"] == facts(ledger)["queue"]
    assert lake(buckets, other) == lake(buckets, ledger)
    assert not recover(s3, buckets, other)


def test_nothing_is_handed_out_while_another_process_makes_the_ledger_anew(s3, history, other):
    buckets, _ = history
    with exclusive(other, "rebuild"):
        for made_anew in (recover, rebuild):
            with pytest.raises(BusyError):
                made_anew(s3, buckets, other)
    assert other.is_empty()


def test_decisions_alone_are_not_forgotten(s3, buckets, ledger, way, decided, other, names):
    way({"a.pdf": pdf()})
    decided("a.pdf", "retract", "来函", "张三")
    place = buckets.receipts
    for name in ("a.pdf.json", "a.pdf.html"):
        s3.delete_object(Bucket=place.bucket, Key=place.key(name))
    assert recover(s3, buckets, other)
    assert rows(other, decisions, {"id"}) == rows(ledger, decisions, {"id"})


def test_a_new_ledger_beside_empty_places_is_no_loss(s3, buckets, ledger):
    assert not recover(s3, buckets, ledger)
