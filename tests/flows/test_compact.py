"""The flow `compact`, on real servers: what an ingested report and a sweep of changes make of the marts."""

import io

import pyarrow.parquet as pq
import pytest
from test_ingest import sample
from typer.testing import CliRunner

from flows.cli import app, main
from flows.compact import compact
from flows.ingest import ingest
from tasks.lake.marts.changes import changes


@pytest.fixture
def ingested(s3, buckets, prefect):
    """A report that was uploaded and ingested."""
    place = buckets.landing
    etag = s3.put_object(Bucket=place.bucket, Key="a.pdf", Body=sample())["ETag"].strip('"')
    ingest(place.bucket, "a.pdf", etag)


def _reports(s3, buckets):
    found = s3.list_objects_v2(Bucket=buckets.lake.bucket, Prefix="marts/reports/").get("Contents", [])
    bodies = [s3.get_object(Bucket=buckets.lake.bucket, Key=one["Key"])["Body"].read() for one in found]
    return [row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()]


def test_a_burst_is_waited_for_unless_asked_for_now(s3, buckets, ingested):
    assert compact(return_state=True).message == "没有要整理的"
    assert _reports(s3, buckets) == []
    state = compact(now=True, return_state=True)
    (report,) = _reports(s3, buckets)
    assert state.message == f"{report['year']} 年 1 份"
    assert list(changes(s3, buckets.lake)) == []


def test_the_daily_comparison_finds_what_has_no_note(s3, buckets, ingested):
    for change in changes(s3, buckets.lake):
        s3.delete_object(Bucket=buckets.lake.bucket, Key=change.key)
    compact(now=True)
    assert _reports(s3, buckets) == []
    compact(full=True)
    assert len(_reports(s3, buckets)) == 1


def test_the_command_says_what_it_did(s3, buckets, ingested, tmp_path):
    runner = CliRunner(env={"NIANBAO_HOME": str(tmp_path)})
    assert "1 份报告，更新 1" in runner.invoke(app, ["compact"]).output
    assert runner.invoke(app, ["compact"]).output == "没有要整理的。\n"


def test_a_storage_that_is_away_is_told_in_one_line(s3, buckets, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setattr("sys.argv", ["nianbao", "compact"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("连接不上对象存储")
