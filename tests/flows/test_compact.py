"""The flow `compact`, on real servers: what changes make of the marts, and what it removes."""

import io
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from balanced import report as balanced
from publishing import publish as published
from typer.testing import CliRunner

from flows.cli import app
from flows.compact import compact
from tasks.lake.marts.parts import listed
from tasks.lake.rows import report_id
from tasks.ledger.compacting import exclusive
from tasks.names import version_name
from tasks.settings import home
from tasks.values import Source, Verdict

AGENCY = "青岚市人民政府"
VALIDATED, QUARANTINED = Verdict("validated", ()), Verdict("quarantined", ())


@pytest.fixture
def publish(s3, buckets, ledger):
    """Publish a version of an agency's report on a year, which landed after `minutes`."""

    def run(minutes=0, year=2024, verdict=VALIDATED):
        at = datetime(2025, 3, 1, 12, minutes, tzinfo=UTC)
        source = Source("landing", f"{year}.pdf", f"{year}-{minutes}", 5, at, f"{year}-{minutes}", b"bytes")
        return published(s3, buckets, ledger, source, balanced(year=year, agency=AGENCY), verdict)

    return run


def _reports(s3, buckets):
    files = [file for year in listed(s3, buckets.lake).values() for file in year.files["reports"].values()]
    bodies = [s3.get_object(Bucket=buckets.lake.bucket, Key=file.name)["Body"].read() for file in files]
    return [row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()]


def test_a_burst_is_waited_for_unless_asked_for_now(s3, buckets, ledger, publish, prefect, monkeypatch):
    publish()
    monkeypatch.setattr("flows.compact.QUIET", timedelta(minutes=1))
    assert compact(return_state=True).message == "没有要整理的"
    assert _reports(s3, buckets) == []
    state = compact(now=True, return_state=True)
    (report,) = _reports(s3, buckets)
    assert report["year"] == 2024
    assert state.message == "2024 年 1 份"
    assert ledger.changes() == []


def test_relations_of_two_years_are_there_after_one_run(s3, buckets, ledger, publish, prefect):
    publish(year=2024, minutes=1)
    compact(now=True)
    publish(year=2023)
    compact(now=True)
    assert ledger.changes() == []
    files = listed(s3, buckets.lake)[2024].files["relations"]
    body = s3.get_object(Bucket=buckets.lake.bucket, Key=files[0].name)["Body"].read()
    assert {row["other_year"] for row in pq.read_table(io.BytesIO(body)).to_pylist()} == {2023}


def test_all_is_made_anew_without_any_change(s3, buckets, ledger, publish, prefect):
    publish()
    ledger.forget_changes([change.id for change in ledger.changes()])
    compact(now=True)
    assert _reports(s3, buckets) == []
    compact(full=True)
    assert len(_reports(s3, buckets)) == 1


def test_versions_that_are_no_longer_current_go_after_a_grace_time(s3, buckets, publish, prefect, monkeypatch):
    publish()
    publish(minutes=1)
    publish(minutes=2, verdict=QUARANTINED)
    compact(now=True)
    assert len(_versions(s3, buckets.lake)) == 2
    monkeypatch.setattr("flows.compact.GRACE", timedelta(0))
    assert compact(return_state=True).message == "删除过时的版本 1 个"
    (left,) = _versions(s3, buckets.lake)
    assert left == version_name(report_id(AGENCY, 2024), 2024, "2024.pdf", "2024-1")
    assert len(_versions(s3, buckets.quarantine)) == 1


def _versions(s3, place):
    listed = s3.list_objects_v2(Bucket=place.bucket, Prefix=place.key("versions/"))
    return [found["Key"] for found in listed.get("Contents", [])]


def test_a_run_leaves_the_work_to_another_that_is_at_it(s3, buckets, ledger, publish, prefect):
    publish()
    with exclusive(ledger, "marts/2024"):
        assert compact(now=True, return_state=True).message == "没有要整理的"
    with exclusive(ledger, "relate"):
        assert compact(now=True, return_state=True).message == "没有要整理的"
    assert len(ledger.changes()) == 1
    assert compact(now=True, return_state=True).message == "2024 年 1 份"


def test_the_command_says_what_it_did(buckets, publish, tmp_path):
    publish()
    runner = CliRunner(env={"NIANBAO_HOME": str(tmp_path)})
    assert "1 份报告，更新 1" in runner.invoke(app, ["compact"]).output
    assert runner.invoke(app, ["compact"]).output == "没有要整理的。\n"
    assert "1 份报告，更新 1" in runner.invoke(app, ["compact", "--full"]).output


def test_a_storage_that_is_away_is_told_in_one_line(publish, monkeypatch, capsys, tmp_path):
    publish()
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setattr("sys.argv", ["nianbao", "compact"])
    with pytest.raises(SystemExit) as ended:
        app()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("连接不上对象存储")
    assert home() == tmp_path
