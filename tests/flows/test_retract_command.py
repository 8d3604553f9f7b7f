"""`nianbao retract` and the deployment `review/decide`, with the flows in this process, against real servers."""

import random
import sys

import pytest
import typer
from typer.testing import CliRunner

from expectations.forms import FORMS
from flows.cli.retract import retract
from flows.cli.review import review as review_commands
from flows.ingest import ingest
from flows.review import review
from tasks.lake.query import connect
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

KEY = "报告.pdf"
PDF = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", consistent_figures(FORMS["2021"], random.Random(1))))


@pytest.fixture
def land(s3, buckets, prefect):
    """Put the report under `key`, run the flow on it, and return its receipt."""

    def put_and_run(key=KEY, **parameters):
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=PDF)
        ingest(buckets.landing.bucket, key, **parameters)
        return read_receipt(s3, buckets, key)

    return put_and_run


@pytest.fixture
def nianbao(buckets, ledger, monkeypatch):
    """The command line; whatever a decision has opened is processed while it waits."""

    def processed(versions, _timeout):
        for one in versions:
            ingest(one.bucket, one.key, one.etag)
        while waiting := ledger.waiting(1):
            ingest(waiting[0].object.bucket, waiting[0].object.key, waiting[0].object.etag)
        return iter(ledger.rows_of(versions))

    monkeypatch.setattr(sys.modules["flows.cli.review"], "ended", processed)
    app = typer.Typer()
    app.command()(retract)
    app.add_typer(review_commands)
    return lambda *words: CliRunner().invoke(app, words)


def reports(buckets):
    return connect(buckets).sql("SELECT source_key FROM reports").fetchall()


def test_retracted_by_command_and_brought_back_by_command(s3, buckets, land, nianbao):
    land()
    result = nianbao("retract", KEY, "--note", "机关来函", "--by", "张三")
    assert result.exit_code == 0, result.output
    assert "已由 张三 于" in result.output
    assert "已撤回" in result.output
    assert reports(buckets) == []
    again = land("副本.pdf", replay=True)
    assert (again["outcome"], again["reason"], reports(buckets)) == ("quarantined", "DOC.RETRACTED", [])
    assert nianbao("review", "list").output == "没有等待决定的报告。\n"
    assert nianbao("review", "accept", "副本.pdf", "--note", "来函有误").exit_code == 0
    assert read_receipt(s3, buckets, KEY)["outcome"] == "validated", "the same bytes"
    assert reports(buckets) == [("副本.pdf",)]


def test_an_undo_takes_the_last_decision_back(buckets, land, nianbao):
    land()
    assert nianbao("retract", KEY, "--note", "机关来函").exit_code == 0
    result = nianbao("review", "undo", KEY, "--note", "撤错了")
    assert result.exit_code == 0, result.output
    assert reports(buckets) == [(KEY,)]
    again = nianbao("review", "undo", KEY, "--note", "n")
    assert (again.exit_code, "没有可以撤销的决定" in again.output) == (1, True)


def test_what_cannot_be_retracted_says_why(land, nianbao):
    land()
    land("副本.pdf")
    result = nianbao("retract", "副本.pdf", "--note", "n")
    assert (result.exit_code, f"{KEY} 内容相同" in result.output) == (1, True)


def test_retracted_from_the_prefect_ui(s3, buckets, land):
    land()
    state = review(KEY, "retract", "机关来函", "张三", return_state=True)
    assert state.is_completed()
    receipt = read_receipt(s3, buckets, KEY)
    assert (receipt["review"]["kind"], receipt["review"]["by"], reports(buckets)) == ("retract", "张三", [])
