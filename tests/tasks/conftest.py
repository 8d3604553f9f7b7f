"""A report whose every figure differs, the way it is published, and the way of whole files."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from types import SimpleNamespace

import pytest
from publishing import publish, reopen, take_all_the_way

from expectations.evidence import Cell, Finding, Suspect
from expectations.forms import FORMS, TABLES
from tasks import prepare
from tasks.receipt.write import refresh_due
from tasks.values import Report, ReportSection, Source, Verdict

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
OWNER = "test"


def make_source(key="2024/报告.pdf", etag="e1", minutes=0, sha256=None):
    landed_at = NOON + timedelta(minutes=minutes, microseconds=1)
    return Source("landing", key, etag, 5, landed_at, sha256 or etag * 32, b"")


def make_report(form="2021", agency="淮安市人民政府", year=2024, step=0):
    cells = tuple(
        Cell(figure.address, _value(figure, number + step), str(number + step), 4, (1.5, 2.5, 3.5, 4.5), "lines")
        for number, figure in enumerate(FORMS[form].figures())
    )
    sections = (ReportSection("一", "总体情况", "本年度……"), ReportSection("六", "其他需要报告的事项", "无"))
    tables = dict.fromkeys(TABLES, form)
    return Report(
        f"{agency}{year}年报告", agency, year, date(2025, 1, 20), tables, cells, sections, (), (), "lines", "tokens"
    )


def make_finding(severity="critical"):
    cells = (Cell("table3.new.total", 4, "4", 4, (1.0, 2.0, 3.0, 4.0), "lines"),)
    suspect = Suspect("table3.new.total", 5)
    return Finding("T3.ROW_SUM", severity, "fail", "table3.new", "各列之和 5 不等于总计 4", cells, 5, 4, suspect)


VALIDATED = Verdict("validated", ())
QUARANTINED = Verdict("quarantined", (make_finding(), make_finding("warning")))


def _value(figure, number):
    return Decimal(number) + Decimal("0.25") if figure.kind == "amount" else number


@pytest.fixture
def make():
    """Makers of the values that a report's way has."""
    return SimpleNamespace(
        source=make_source,
        report=make_report,
        finding=make_finding,
        validated=VALIDATED,
        quarantined=QUARANTINED,
        replace=replace,
    )


@pytest.fixture
def published(s3, buckets, ledger):
    """Publish a report as a run would; returns the id of its object."""
    return lambda *judged, **more: publish(s3, buckets, ledger, *judged, **more)


@pytest.fixture
def settled(s3, buckets, ledger):
    """Publish a report as a run would; returns its standing."""

    def run(*judged, **more):
        object_id = publish(s3, buckets, ledger, *judged, **more)
        return ledger.standing([object_id])[object_id]

    return run


@pytest.fixture
def way(s3, buckets, ledger):
    """Land files, and take whatever is open all the way; returns what became of each, by its key."""
    return partial(take_all_the_way, s3, buckets, ledger)


@pytest.fixture
def read_once(monkeypatch):
    """The same bytes under the same name are read once in all tests: for those of what comes after reading."""
    monkeypatch.setattr(prepare, "examine_file", _examined_once)


_examined_once = cache(prepare.examine_file)


@pytest.fixture
def refreshed(s3, buckets, ledger):
    """Write the receipts that are due, as whoever processes does at its end."""
    return lambda: refresh_due(s3, buckets, ledger, datetime.now(UTC))


@pytest.fixture
def again(ledger, buckets, way):
    """Replay what landed as `key`; returns what became of it."""

    def run(key):
        reopen(buckets, ledger, key)
        return way()[key]

    return run


@pytest.fixture
def names(s3):
    """The names of a place's objects."""

    def listed(place):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key(""))
        return [place.name(found["Key"]) for page in pages for found in page.get("Contents", [])]

    return listed


@pytest.fixture
def lake(make, published):
    """Two validated reports, one of each form, and one in quarantine; some cells of the newer one are blank."""
    report = make.report("2021", year=2024)
    blank = make.replace(report.cells[1], value=None, raw="—")
    report = make.replace(report, cells=(report.cells[0], blank, *report.cells[2:]))
    published(make.source(key="a.pdf", sha256="a"), report, make.validated)
    published(
        make.source(key="b.pdf", sha256="b"), make.report("2019", agency="镇江市人民政府", year=2020), make.validated
    )
    published(make.source(key="c.pdf", sha256="c"), make.report("2021", year=2023), make.quarantined)
    return report
