"""The flow in this process, against a real S3 server and a real Prefect server."""

import asyncio
import random
import uuid

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from expectations.forms import FORMS
from flows.ingest import ingest, ingest_many
from flows.review import review
from tasks import pipeline, prepare
from tasks.lake.query import connect
from tasks.landing import add_landed
from tasks.receipt.write import read_receipt, stored_receipts
from tasks.samples import SampleReport, consistent_figures, draw_pdf


def sample(year=2024, wrong=False, seed=1):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    if wrong:
        figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport("青岚市水利局", year, "2021", figures))


@pytest.fixture
def land(s3, buckets, prefect):
    """Put an object, run the flow on it, and return its state and receipt."""

    def put_and_run(body, key="报告 1.pdf", **parameters):
        etag = s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)["ETag"].strip('"')
        state = ingest(buckets.landing.bucket, key, etag, return_state=True, **parameters)
        return state, read_receipt(s3, buckets, key)

    return put_and_run


def run_details(receipt):
    async def read():
        async with get_client() as client:
            run_id = uuid.UUID(receipt["flow_run"]["id"])
            run = await client.read_flow_run(run_id)
            artifacts = await client.read_artifacts()
            return run, {a.key for a in artifacts if a.flow_run_id == run_id}

    return asyncio.run(read())


def test_validated(land, s3, buckets):
    state, receipt = land(sample())
    assert state.is_completed()
    assert (receipt["outcome"], receipt["agency"], receipt["year"]) == ("validated", "青岚市水利局", 2024)
    assert receipt["written"] == [receipt["version"]]
    assert receipt["version"].startswith(buckets.lake.uri("versions/year=2024/"))
    assert set(receipt["seconds"]) == {"fetch", "read", "validate", "publish"}
    run, artifacts = run_details(receipt)
    assert run.name == "青岚市水利局 2024"
    assert set(run.tags) == {"validated", "form-2021", "year-2024"}
    assert artifacts == {"tables", "links"}
    assert receipt["rules"]["T3.BALANCE"] == "pass"
    assert receipt["rules"]["TEXT.RECEIVED"] in ("pass", "not_applicable")
    assert receipt["flow_run"]["url"].endswith(f"/runs/flow-run/{run.id}")


def test_quarantined(land, s3, buckets):
    state, receipt = land(sample(wrong=True))
    assert state.is_completed()
    assert receipt["outcome"] == "quarantined"
    assert {f["rule"] for f in receipt["findings"]} == {"T3.ROW_SUM", "T3.COLUMN_SUM"}
    assert "findings" in run_details(receipt)[1]
    assert all(buckets.quarantine.bucket in uri for uri in receipt["written"])


@pytest.mark.parametrize(("body", "reason"), [(b"", "DOC.EMPTY"), (b"\x89PNG\r\n", "DOC.CORRUPT")])
def test_rejected(land, s3, buckets, body, reason):
    state, receipt = land(body)
    assert state.is_completed()
    assert (receipt["outcome"], receipt["reason"], receipt["written"]) == ("rejected", reason, [])
    assert "KeyCount" in (found := s3.list_objects_v2(Bucket=buckets.lake.bucket))
    assert found["KeyCount"] == 0


def test_duplicate_points_to_the_first(land):
    land(sample(), key="first.pdf")
    state, receipt = land(sample(), key="second.pdf")
    assert state.is_completed()
    assert (receipt["reason"], receipt["duplicate_of"], receipt["written"]) == ("DOC.DUPLICATE", "first.pdf", [])


def test_replaced_before_it_ran_leaves_no_receipt(land, s3, buckets):
    s3.put_object(Bucket=buckets.landing.bucket, Key="a.pdf", Body=sample())
    state = ingest(buckets.landing.bucket, "a.pdf", "older", return_state=True)
    assert state.is_completed()
    assert read_receipt(s3, buckets, "a.pdf") is None


def test_a_bug_fails_visibly_again_and_again_and_a_replay_mends_it(land, s3, buckets, ledger, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "judge_examined", bug)
        for _ in range(pipeline.MOST_ATTEMPTS - 1):
            state, receipt = land(sample())
            assert (state.is_failed(), receipt) == (True, None), "it is tried again"
            ledger.take_back(ledger.runs_out()[0].run_id)
        state, receipt = land(sample())
    assert state.is_completed()
    assert (receipt["outcome"], receipt["reason"]) == ("failed", "PROCESSING.FAILED")
    state, receipt = land(sample(), replay=True)
    assert receipt["outcome"] == "validated"
    assert len(list(stored_receipts(s3, buckets))) == 1


def test_many_have_a_task_run_each_and_one_table_of_results(s3, buckets, ledger, prefect):
    bodies = {"a.pdf": sample(), "b.pdf": sample(2023, wrong=True), "c.pdf": b""}
    for key, body in bodies.items():
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
    add_landed(s3, buckets, ledger)
    ids = [one.id for one in ledger.waiting(9)]
    state = ingest_many(ids, return_state=True)
    assert state.is_completed()
    assert state.message == "3 份报告：" + "，".join(f"{o} 1" for o in outcomes_in(state.message))
    receipts = {key: read_receipt(s3, buckets, key) for key in bodies}
    assert {key: r["outcome"] for key, r in receipts.items()} == {
        "a.pdf": "validated", "b.pdf": "quarantined", "c.pdf": "rejected",
    }  # fmt: skip
    run, artifacts = run_details(receipts["a.pdf"])
    assert artifacts >= {"results"}
    assert {one["flow_run"]["id"] for one in receipts.values()} == {str(run.id)}
    assert task_runs(run.id) == {
        "青岚市水利局 2024": {"validated", "form-2021", "year-2024"},
        "青岚市水利局 2023": {"quarantined", "form-2021", "year-2023"},
        "c.pdf": {"rejected"},
    }
    assert ingest_many(ids, return_state=True).message.startswith("0 份报告")


def outcomes_in(message):
    return [part.split(" ")[0] for part in message.partition("：")[2].split("，")]


def task_runs(run_id):
    """As Prefect knows them, which it gets to know by events: not at once."""

    async def read():
        async with get_client() as client:
            wanted, found = FlowRunFilter(id=FlowRunFilterId(any_=[run_id])), []
            for _ in range(300):
                found = await client.read_task_runs(flow_run_filter=wanted)
                if len(found) >= 3 and not any(run.name.startswith("report-") for run in found):
                    break
                await asyncio.sleep(0.1)
            return {run.name: set(run.tags) for run in found}

    return asyncio.run(read())


def test_the_receipt_page_shows_the_places_of_its_findings(land, s3, buckets):
    land(sample(wrong=True))
    html = s3.get_object(Bucket=buckets.receipts.bucket, Key="报告 1.pdf.html")["Body"].read()
    assert len(html) < 3_000_000
    assert html.count(b"data:image/jpeg;base64,") >= 2
    assert html.count(b'<svg class="place"') >= 2
    assert b'class="cell wrong"' in html


def test_a_decision_from_the_prefect_ui_publishes_and_is_kept(land, s3, buckets):
    _, receipt = land(sample(wrong=True))
    suspect = receipt["findings"][0]["suspect"]
    corrections = {suspect["address"]: str(suspect["balancing_value"])}
    state = review("报告 1.pdf", "correct", "已与机关核实", "张三", corrections, return_state=True)
    assert state.is_completed()
    receipt = read_receipt(s3, buckets, "报告 1.pdf")
    assert (receipt["outcome"], receipt["review"]["by"]) == ("validated", "张三")
    assert "更正 1 格" in receipt["message"]
    found = connect(buckets).sql("SELECT address, value, printed_value FROM cells WHERE is_corrected").fetchall()
    assert found == [(suspect["address"], suspect["balancing_value"], suspect["balancing_value"] + 1)]
    _, receipt = land(sample(wrong=True), replay=True)
    assert receipt["outcome"] == "validated"


def test_a_decision_that_makes_no_sense_fails_with_the_reason(land):
    land(sample())
    state = review("报告 1.pdf", "accept", "理由", return_state=True)
    assert state.is_failed()
    assert "不在隔离区" in state.message
