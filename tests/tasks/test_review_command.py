"""`nianbao review`, `nianbao docs` and `nianbao status --open` on a real S3 server.

The runs that a decision starts are tested with the flow.
"""

import json
import webbrowser
from dataclasses import replace

import pytest
from balanced import report as balanced
from balanced import values
from typer.testing import CliRunner

from expectations.evidence import Decision
from flows.cli import app
from tasks.judge.files import Judgement
from tasks.judge.validate import validate
from tasks.receipt.outcome import Origin, judged_receipt
from tasks.receipt.write import write_receipt

KEY = "2024/报告.pdf"
NEW = "table3.new.total"


@pytest.fixture
def receipt(buckets, ledger, make, settled):
    """The receipt of one quarantined report in which one cell is wrong."""
    report = balanced(changes={NEW: values()[NEW] + 1})
    source = replace(make.source(KEY), bucket=buckets.landing.bucket)
    settled(source, report, validate(report))
    (row,) = ledger.find(buckets.landing.bucket, KEY)
    return judged_receipt(source, Judgement(None, report, validate(report)), row.report_id, "", {}, Origin())


@pytest.fixture
def nianbao(receipt, tmp_path, monkeypatch):
    """The command line, beside that report."""
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    return lambda *words: CliRunner().invoke(app, words)


def test_list_names_what_waits(nianbao, receipt):
    result = nianbao("review", "list")
    assert (result.exit_code, result.output) == (
        0,
        f"{KEY}　青岚市人民政府 2023　{receipt.reason}　{receipt.message}\n",
    )
    assert json.loads(nianbao("review", "list", "--json").output)["object"]["key"] == KEY


def test_show_tells_which_correction_would_balance(nianbao):
    result = nianbao("review", "show", KEY)
    assert f"nianbao review correct {KEY} {NEW}={values()[NEW]}" in result.output
    assert nianbao("review", "show", "none.pdf").exit_code == 1


def test_show_tells_what_was_missed(nianbao, buckets, make, settled):
    report = balanced(without=["table3.rejected.publication"])
    settled(replace(make.source("missed.pdf", etag="m"), bucket=buckets.landing.bucket), report, validate(report))
    shown = nianbao("review", "show", "missed.pdf").output
    assert "可补上　nianbao review correct missed.pdf table3.rejected.publication.natural_person=…" in shown


def test_a_decision_that_makes_no_sense_is_refused_with_the_reason(nianbao):
    result = nianbao("review", "correct", KEY, f"{NEW}=五", "--note", "n")
    assert (result.exit_code, "不是数" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("retract", "已撤回"),
        ("reject", "隔离，人工核对后维持"),
        ("correct", "隔离，待人工核对"),
        (None, "隔离，待人工核对"),
    ],
)
def test_status_tells_whether_a_person_has_decided(nianbao, s3, buckets, ledger, receipt, kind, head):
    decision = kind and Decision(kind, "张三", receipt.processed_at, "理由")
    (row,) = ledger.find(buckets.landing.bucket, KEY)
    write_receipt(s3, buckets, row.receipt_name, replace(receipt, review=decision), ledger.standing([row.id])[row.id])
    assert nianbao("status", KEY).output.splitlines()[0] == f"{head}　{KEY}"


def test_replay_wants_to_know_what(nianbao):
    assert nianbao("replay").exit_code == 2
    assert nianbao("replay", "--outcome", "validated").output == "没有要处理的对象。\n"
    assert nianbao("replay", "--reader-older-than", "1").output == "没有要处理的对象。\n"


def test_replay_says_what_is_not_there(nianbao, buckets):
    result = nianbao("replay", "none.pdf")
    assert (result.exit_code, result.stderr) == (1, f"没有这个对象：s3://{buckets.landing.bucket}/none.pdf\n")


def test_status_opens_the_receipt_page(nianbao, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert nianbao("status", KEY, "--open").exit_code == 0
    with open(opened[0].removeprefix("file://"), encoding="utf-8") as card:
        assert "未通过校验，已隔离" in card.read()


def test_docs_are_a_site_of_every_form(nianbao, tmp_path, s3, buckets):
    assert nianbao("docs", "--to", str(tmp_path / "site")).exit_code == 0
    assert {p.stem for p in (tmp_path / "site" / "expectations").iterdir()} == {"form_2019", "form_2021"}
    (page,) = (tmp_path / "site").rglob("validations/form_2021/**/*.html")
    assert "横向合计不符" in page.read_text(encoding="utf-8")
    assert nianbao("docs").output == f"Data Docs：s3://{buckets.receipts.bucket}/.docs/index.html\n"
