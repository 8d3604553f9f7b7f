"""Who and when, to the end: a report whose agency or year is in doubt waits for a person, who states it."""

import random

import pytest
from typer.testing import CliRunner

from expectations.forms import FORMS
from flows.cli import app
from tasks.judge.review import CannotDecideError, decide
from tasks.lake.query import connect
from tasks.lake.rows import report_id
from tasks.landing import add_landed
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process as process_claimed
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

KEY = "2024/报告.pdf"
PRINTED, SIGNED = "青岚市财政局", "青岚市水利局"


class Copied(SampleReport):
    """A report under the title of another body; it is signed with its own name."""

    @property
    def title(self):
        return f"{PRINTED}{self.year}年政府信息公开工作年度报告"


def pdf(signed=SIGNED, year=2024, seed=1):
    return draw_pdf(Copied(signed, year, "2021", consistent_figures(FORMS["2021"], random.Random(seed))))


@pytest.fixture
def process(s3, buckets, ledger):
    """Process whatever is open, or `key` again; returns its receipt."""

    def run(key=KEY):
        add_landed(s3, buckets, ledger)
        ledger.reopen([row.id for row in ledger.find(buckets.landing.bucket, key)])
        while claimed := ledger.claim(None, "test", SECONDS):
            list(process_claimed(ledger, buckets, claimed, "test", Origin()))
        return read_receipt(s3, buckets, key)

    return run


@pytest.fixture
def land(s3, buckets, process):
    def run(body, key=KEY):
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
        return process(key)

    return run


@pytest.fixture
def decided(s3, buckets, ledger):
    return lambda *words: decide(s3, buckets, ledger, *words)


def reports(buckets, quarantine=False):
    return (
        connect(buckets, quarantine=quarantine)
        .sql("SELECT agency, year, report_id FROM reports ORDER BY ALL")
        .fetchall()
    )


def test_a_doubtful_report_is_published_under_the_name_that_a_person_gives(buckets, decided, land, process):
    receipt = land(pdf())
    (doubt,) = [f for f in receipt["findings"] if f["severity"] == "critical"]
    assert (receipt["outcome"], doubt["rule"], doubt["fault"]) == ("quarantined", "DOC.AGENCY_DOUBT", "reading")
    assert doubt["candidates"] == [PRINTED, SIGNED]
    assert all(word in doubt["message"] for word in ("题目", PRINTED, "落款", SIGNED))
    assert receipt["report_id"] != report_id(PRINTED, 2024), "nothing stands under a name that is in doubt"
    with pytest.raises(CannotDecideError, match="agency"):
        decided(KEY, "accept", "好", "张三")

    decided(KEY, "correct", "原件落款", "张三", {"agency": SIGNED, "table3.new.total": "7"})
    decided(KEY, "correct", "原件落款", "张三", {"agency": SIGNED, "year": "2023"})
    assert reports(buckets) == []
    receipt = process()
    assert (receipt["agency"], receipt["year"]) == (SIGNED, 2023)
    assert receipt["read_as"] == {"agency": PRINTED, "year": "2024"}
    assert {f["rule"] for f in receipt["findings"] if f["decision"]} == {"DOC.AGENCY_DOUBT"}


def test_a_stated_name_survives_replays_and_lapses_with_the_reading(buckets, decided, land, process):
    land(pdf())
    decided(KEY, "correct", "原件落款", "张三", {"agency": SIGNED})
    published = [(SIGNED, 2024, report_id(SIGNED, 2024))]
    for _ in range(2):
        receipt = process()
        assert (receipt["outcome"], receipt["agency"], receipt["read_as"]) == (
            "validated",
            SIGNED,
            {"agency": PRINTED},
        )
        assert receipt["message"] == "经人工写明发文机关、接受 1 处问题，数据已入库。"
        assert reports(buckets) == published
    assert reports(buckets, quarantine=True) == []

    again = land(pdf(signed="青岚市林业局", seed=2))
    assert (again["outcome"], again["agency"], again["read_as"]) == ("quarantined", PRINTED, {})


def test_a_doubt_about_another_reading_does_not_touch_what_that_body_published(s3, buckets, land):
    own = land(pdf(signed=PRINTED), "own.pdf")
    assert own["outcome"] == "validated"
    assert land(pdf(), "copied.pdf")["outcome"] == "quarantined"
    assert not read_receipt(s3, buckets, "own.pdf")["superseded_by_quarantined"]
    assert reports(buckets) == [(PRINTED, 2024, own["report_id"])]


def test_another_version_takes_the_place_of_one_in_doubt(buckets, land):
    land(pdf())
    assert land(pdf(signed=PRINTED))["outcome"] == "validated"
    assert reports(buckets, quarantine=True) == []


@pytest.mark.parametrize("year", ["2018", "3000", "二〇二四", "2024.5"])
def test_a_year_that_no_report_can_have_is_refused(decided, land, year):
    land(pdf())
    with pytest.raises(CannotDecideError, match="年份"):
        decided(KEY, "correct", "n", "张三", {"year": year})


def test_the_command_line_shows_what_there_is_to_choose(buckets, land, tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    message = land(pdf())["message"]
    listed = CliRunner().invoke(app, ["review", "list"]).output
    assert listed == f"{KEY}　{PRINTED} 2024　DOC.AGENCY_DOUBT　{message}\n"
    shown = CliRunner().invoke(app, ["review", "show", KEY]).output
    assert f"nianbao review correct {KEY} agency={PRINTED}|{SIGNED} --note" in shown
