"""All that a report's way leaves behind is the same, whichever way it came; but for instants, seconds and run."""

import io
import json
import random
import re

import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

import flows.events
from expectations.forms import FORMS
from flows.backfill import backfill
from flows.cli import app
from flows.ingest import ingest, ingest_many
from tasks.landing import add_landed
from tasks.ledger import open_ledger
from tasks.receipt.write import stored_receipts
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.storage import read_object

INSTANTS = {"landed_at", "processed_at", "seconds", "flow_run", "flow_run_url"}
OWN = {"id", "seen_at", "landed_at", "processed_at", "run_id", "dispatched_at", "revision", "attempts", "is_replay",
       "object_id", "duplicate_of", "stored_etag", "current_since", "ceased_at"}  # fmt: skip


def pdf(name, seed, wrong=False):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    figures["table3.granted.total"] += wrong
    return draw_pdf(SampleReport(f"青岚市{name}局", 2024, "2021", figures))


BODIES = {"0/good.pdf": pdf("水利", 1), "0/wrong.pdf": pdf("林业", 2, wrong=True), "1/copy.pdf": pdf("水利", 1),
          "1/empty.pdf": b"", "2/later 年.pdf": pdf("林业", 3)}  # fmt: skip


def each(buckets, ledger):
    for key in BODIES:
        ingest(buckets.landing.bucket, key)


def many(buckets, ledger):
    ingest_many([one.id for one in ledger.waiting(99)])


def on_processes(buckets, ledger):
    backfill("")


def on_dask(buckets, ledger):
    with LocalCluster(1, threads_per_worker=1, dashboard_address=None, processes=False) as cluster:
        backfill("", "dask", cluster.scheduler_address)


def replayed(buckets, ledger):
    """All but what is a duplicate: that is read in its own right when somebody has it done again."""
    each(buckets, ledger)
    ids = [row.id for row in ledger.page() if row.duplicate_of is None]
    ledger.reopen(ids)
    ingest_many(ids)


WAYS = {"one by one": each, "many": many, "processes": on_processes, "dask": on_dask, "replay": replayed}


@pytest.fixture
def left(s3, buckets, prefect, tmp_path, monkeypatch):
    """What a way leaves behind, on a ledger and in places of its own."""
    events = []
    monkeypatch.setattr(flows.events, "emit_event", lambda **event: events.append(event))

    def run(name):
        events.clear()
        monkeypatch.setenv("NIANBAO_DATABASE_URL", f"sqlite:///{tmp_path}/{name}.sqlite")
        ledger = open_ledger()
        for place in (buckets.landing, buckets.lake, buckets.quarantine, buckets.receipts):
            empty(s3, place)
        for key, body in BODIES.items():
            s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
        add_landed(s3, buckets, ledger)
        WAYS[name](buckets, ledger)
        assert ledger.counts().open == 0
        return {
            "receipts": dict(receipts(s3, buckets)),
            "pages": dict(pages(s3, buckets)),
            "versions": dict(versions(s3, buckets)),
            "rows": sorted(map(repr, rows(ledger))),
            "events": {e["resource"]["prefect.resource.id"]: (e["event"], cleaned(e["payload"])) for e in events},
        }

    return run


def empty(s3, place):
    for found in s3.list_objects_v2(Bucket=place.bucket).get("Contents", []):
        s3.delete_object(Bucket=place.bucket, Key=found["Key"])


def cleaned(value):
    """Without what may differ; of the rest, nothing."""
    if isinstance(value, dict):
        return {name: cleaned(one) for name, one in value.items() if name not in INSTANTS}
    return [cleaned(one) for one in value] if isinstance(value, list) else value


def receipts(s3, buckets):
    for name, receipt in stored_receipts(s3, buckets):
        assert receipt["flow_run"]["id"], "every receipt names its run"
        assert receipt["seconds"]["fetch"] >= 0
        is_read = receipt["duplicate_of"] is None  # of copies in a burst some are read before it is known
        yield name, cleaned(receipt) | {"stages": is_read and set(receipt["seconds"])}


def pages(s3, buckets):
    for name, _ in stored_receipts(s3, buckets):
        page = read_object(s3, buckets.receipts, f"{name}.html").decode()
        page = re.sub(r"\d{4}-\d{2}-\d{2}[ T][\d:.+]+", "AT", page)
        page = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "RUN", page)
        yield name, re.sub("<dt>用时</dt><dd>[^<]*</dd>", "", page)


def versions(s3, buckets):
    for place in (buckets.lake, buckets.quarantine):
        for found in s3.list_objects_v2(Bucket=place.bucket, Prefix="versions/").get("Contents", []):
            body = s3.get_object(Bucket=place.bucket, Key=found["Key"])["Body"]
            (row,) = pq.read_table(body_of(body)).to_pylist()
            yield found["Key"], {name: value for name, value in row.items() if name not in INSTANTS}


def body_of(body):
    return io.BytesIO(body.read())


def rows(ledger):
    from tasks.ledger.tables import objects
    from tasks.ledger.tables import versions as version_rows

    for table in (objects, version_rows):
        with ledger.reading() as connection:
            for row in connection.execute(table.select()):
                yield {name: value for name, value in row._mapping.items() if name not in OWN}


def test_whichever_way_a_report_came_the_same_is_left_behind(left, tmp_path):
    wanted = left("one by one")
    assert {r["outcome"] for r in wanted["receipts"].values()} == {"validated", "quarantined", "rejected"}
    assert len(wanted["receipts"]) == len(wanted["events"]) == len(BODIES)
    assert len(wanted["versions"]) == 3
    for name in list(WAYS)[1:]:
        found = left(name)
        for what, expected in wanted.items():
            assert found[what] == expected, (name, what)
    printed_is_the_same(wanted, tmp_path)


def printed_is_the_same(wanted, tmp_path):
    """What `nianbao read` prints of a file is what the receipt says of it."""
    for key in ("0/good.pdf", "0/wrong.pdf", "1/empty.pdf"):
        path = tmp_path / key.partition("/")[2]
        path.write_bytes(BODIES[key])
        record = json.loads(CliRunner().invoke(app, ["read", "--json", str(path)]).output)
        receipt = wanted["receipts"][key]
        for name in ("outcome", "reason", "agency", "year", "form", "findings"):
            assert record[name] == receipt[name], (key, name)
        assert record["sha256"] == receipt["object"]["sha256"]
        if record["message"]:
            assert record["message"] == receipt["message"]
