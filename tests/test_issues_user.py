"""What a person met who used the running system."""

import random
from dataclasses import replace

import pytest

from expectations.forms import FORMS
from flows.services.config import load_config
from flows.services.environment import service_env
from flows.services.ports import is_free
from flows.services.s3 import format_volume
from flows.services.supervisor import AlreadyRunningError, storage_alone
from flows.trigger.arrivals import take_now
from tasks.judge.files import examine_file
from tasks.judge.second_look import reconsidered
from tasks.judge.validate import validate
from tasks.ledger import ObjectVersion
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.storage import s3_client
from tests.tasks.ledger.story import Story


def test_what_is_uploaded_again_as_it_was_before_is_done_again_at_once(s3, buckets, ledger):
    """Its event names a version that is known; it waited for the sweep, which missed what was replaced before."""
    bucket, story = buckets.landing.bucket, Story(ledger)

    def put(body):
        return s3.put_object(Bucket=bucket, Key="a.pdf", Body=body)["ETag"].strip('"')

    def event(etag):
        take_now([ObjectVersion(bucket, "a.pdf", etag)])
        return [waiting.object.etag for waiting in ledger.waiting(9)]

    def settle(etag):
        [row] = [row for row in ledger.find(bucket, "a.pdf") if row.object.etag == etag]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="a.pdf")["Contents"][0]
        ledger.add([ObjectVersion(bucket, "a.pdf", etag, listed["LastModified"], listed["Size"])])
        story.settle(row.id, "validated")

    first = put(b"first")
    assert event(first) == [first]
    settle(first)
    second = put(b"second")
    assert event(second) == [second]
    settle(second)
    assert event(first) == [], "an event that comes late tells nothing new"
    put(b"first")
    assert event(first) == [first]
    settle(first)
    assert event(first) == [] == event(second)


def test_duplicates_are_told_when_what_they_are_of_ends_otherwise(ledger):
    story = Story(ledger)
    first, copy, other = (story.land(key, minute) for minute, key in enumerate("abc"))
    story.settle(first, "validated", sha256="s")
    story.settle(copy, "validated", sha256="s", duplicate_of=first)
    story.settle(other, "validated", "report-c")
    assert ledger.waiting(9) == []
    story.settle(first, "quarantined", sha256="s", review="retract")
    assert [(waiting.id, waiting.is_replay) for waiting in ledger.waiting(9)] == [(copy, False)]
    story.settle(copy, "quarantined", sha256="s", duplicate_of=first)
    story.settle(first, "quarantined", sha256="s", review="retract")
    assert ledger.waiting(9) == [], "nothing is new"


def test_a_wrong_correction_is_not_the_agency_s_fault():
    """The source prints 20, a person wrote 5: no reading can confirm that the source is wrong."""
    form = FORMS["2021"]
    figures = dict(consistent_figures(form, random.Random("a")))
    body = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", figures))
    found = examine_file("a.pdf", body)
    cells = tuple(
        replace(cell, value=cell.value + 5, is_corrected=True, printed=cell.value)
        if cell.address == "table3.new.total"
        else cell
        for cell in found.report.cells
    )
    report = replace(found.report, cells=cells)
    _, verdict = reconsidered(found.document, report, validate(report))
    failed = [finding for finding in verdict.findings if finding.severity == "critical"]
    assert failed
    assert {finding.fault for finding in failed} == {None}
    assert all("人工更正" in finding.message and "原文有误" not in finding.message for finding in failed)


def test_commands_use_the_ledger_that_the_services_were_started_with(tmp_path, monkeypatch):
    """Whoever forgot the variable asked an empty ledger, and was told that nothing had been uploaded."""
    monkeypatch.setenv("NIANBAO_DATABASE_URL", "postgresql://user:secret@host/ledger")
    load_config(tmp_path, starting=True)
    assert (tmp_path / "config.json").stat().st_mode & 0o077 == 0
    monkeypatch.delenv("NIANBAO_DATABASE_URL")
    assert service_env(load_config(tmp_path))["NIANBAO_DATABASE_URL"] == "postgresql://user:secret@host/ledger"
    assert service_env(load_config(tmp_path, starting=True))["NIANBAO_DATABASE_URL"].startswith("sqlite:///")


def test_storage_runs_alone_for_who_makes_the_ledger_anew(tmp_path, monkeypatch):
    """`rebuild` wants the services down and S3 up; no command did that."""
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "logs").mkdir()
    config = load_config(tmp_path)
    format_volume(config)
    for name, value in service_env(config).items():
        monkeypatch.setenv(name, value)
    with storage_alone(tmp_path):
        assert s3_client().list_buckets()["Buckets"] == []
        with pytest.raises(AlreadyRunningError, match="nianbao down"), storage_alone(tmp_path):
            pass
    assert is_free(config.s3_port)
