"""Publishing to a real S3 server: what stands in the lake and in the quarantine afterwards."""

import io
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from tasks.lake.rows import report_id
from tasks.lake.schemas import SCHEMAS
from tasks.receipt.write import read_receipt, write_receipt
from tasks.values import Receipt

ID = report_id("淮安市人民政府", 2024)


@pytest.fixture
def stands(s3, buckets):
    """Which version of the report stands in a place (its etag), once it is sure that all its tables are of that one."""

    def version(place, name=ID, year=2024):
        tables = {}
        for table in SCHEMAS:
            key = place.key(f"{table}/year={year}/{name}.parquet")
            try:
                body = s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
            except s3.exceptions.NoSuchKey:
                continue
            tables[table] = pq.read_table(io.BytesIO(body)).to_pylist()
        if "reports" not in tables:
            assert not tables, "tables without a report"
            return None
        assert tables.keys() == SCHEMAS.keys()
        etag = tables["reports"][0]["source_etag"]
        assert tables["cells"][0]["value"] == int(etag[1:]), "the tables are of different versions"
        return etag

    return version


@pytest.fixture
def land(make, published):
    """Publish version `number` of the report: it landed `number` minutes after noon, its first figure is `number`."""

    def run(number, verdict, **changes):
        source = make.source(etag=f"e{number}", minutes=number, **changes)
        return published(source, make.report(step=number), verdict)

    return run


def test_a_validated_report_is_one_object_per_table(land, make, buckets, names):
    publication = land(1, make.validated)
    expected = [f"{table}/year=2024/{ID}.parquet" for table in SCHEMAS]
    assert publication.report_id == ID
    assert list(publication.written) == [buckets.lake.uri(name) for name in expected]
    assert publication.written[-1].startswith(buckets.lake.uri("reports/"))
    assert names(buckets.lake) == sorted(expected)
    assert names(buckets.quarantine) == []


def test_a_quarantined_report_never_touches_the_lake(land, make, buckets, names):
    publication = land(1, make.quarantined)
    assert not publication.superseded_by_quarantined
    assert names(buckets.lake) == []
    assert len(names(buckets.quarantine)) == len(SCHEMAS)


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_what_landed_last_stands_whatever_order_the_runs_end_in(land, make, buckets, stands, order):
    written = {number: bool(land(number, make.validated).written) for number in order}
    assert stands(buckets.lake) == "e3"
    assert written[3]
    assert written[1] == (order[0] == 1)


def test_versions_of_one_instant_have_one_order(make, published, buckets, stands):
    first, second = (make.source(etag=etag, minutes=1) for etag in ("e1", "e2"))
    published(second, make.report(step=2), make.validated)
    published(first, make.report(step=1), make.validated)
    assert stands(buckets.lake) == "e2"


def test_runs_that_end_together_do_not_mix(land, make, buckets, stands, names):
    for _ in range(3):
        with ThreadPoolExecutor(4) as runs:
            assert len(list(runs.map(land, (2, 1, 4, 3), [make.validated] * 4))) == 4
        assert stands(buckets.lake) == "e4"
    assert names(buckets.receipts) == [], "every lock was given back"


def test_a_newer_version_in_quarantine_leaves_the_lake_and_is_told(land, make, buckets, stands):
    land(1, make.validated)
    publication = land(2, make.quarantined)
    assert publication.superseded_by_quarantined
    assert publication.written
    assert (stands(buckets.lake), stands(buckets.quarantine)) == ("e1", "e2")


def test_an_older_version_validated_late_goes_to_the_lake_and_is_told(land, make, buckets, stands):
    land(2, make.quarantined)
    publication = land(1, make.validated)
    assert publication.superseded_by_quarantined
    assert (stands(buckets.lake), stands(buckets.quarantine)) == ("e1", "e2")


def test_a_newer_validated_version_ends_the_quarantine(land, make, buckets, stands, names):
    land(1, make.quarantined)
    publication = land(2, make.validated)
    assert not publication.superseded_by_quarantined
    assert stands(buckets.lake) == "e2"
    assert names(buckets.quarantine) == []


def test_an_older_version_is_not_quarantined_beside_a_newer_validated_one(land, make, buckets, names, stands):
    land(2, make.validated)
    assert land(1, make.quarantined).written == ()
    assert stands(buckets.lake) == "e2"
    assert names(buckets.quarantine) == []


def test_of_quarantined_versions_the_later_stands(land, make, buckets, stands):
    land(2, make.quarantined)
    assert land(1, make.quarantined).written == ()
    assert stands(buckets.quarantine) == "e2"


def test_better_rules_take_the_same_version_out_of_the_lake(land, make, buckets, names, stands):
    land(1, make.validated)
    publication = land(1, make.quarantined)
    assert not publication.superseded_by_quarantined
    assert names(buckets.lake) == []
    assert stands(buckets.quarantine) == "e1"


def test_a_replay_of_the_same_version_replaces_it(land, make, buckets, stands):
    assert land(1, make.validated).written == land(1, make.validated).written
    assert stands(buckets.lake) == "e1"


def test_agencies_and_years_are_reports_of_their_own(make, published, buckets, names):
    for agency, year in (("淮安市人民政府", 2023), ("淮安市人民政府", 2024), ("淮安市教育局", 2024)):
        published(make.source(), make.report(agency=agency, year=year), make.validated)
    assert len([name for name in names(buckets.lake) if name.startswith("reports/")]) == 3


@pytest.mark.parametrize(
    ("agency", "year", "folder"), [(None, 2024, 2024), ("淮安市人民政府", None, 0), (None, None, 0)]
)
def test_a_report_that_cannot_be_named_is_quarantined_under_its_bytes(
    s3, make, published, buckets, agency, year, folder
):
    report = replace(make.report(), agency=agency, year=year)
    one, other = (published(make.source(sha256=sha), report, make.quarantined) for sha in ("a" * 64, "b" * 64))
    assert one.report_id != other.report_id
    key = buckets.quarantine.key(f"reports/year={folder}/{one.report_id}.parquet")
    (row,) = pq.read_table(
        io.BytesIO(s3.get_object(Bucket=buckets.quarantine.bucket, Key=key)["Body"].read()), partitioning=None
    ).to_pylist()
    assert (row["agency"], row["year"]) == (agency or "", folder)


def test_a_validated_report_without_a_name_is_our_own_fault(make, published, buckets, names):
    with pytest.raises(ValueError, match="must name"):
        published(make.source(), replace(make.report(), agency=None), make.validated)
    assert names(buckets.lake) == []


def test_a_better_reading_of_the_name_moves_the_report(s3, make, published, buckets, names):
    source = make.source()
    misread = published(source, make.report(agency="淮安市"), make.validated)
    write_receipt(s3, buckets, _receipt(source, misread, agency="淮安市"))
    published(source, make.report(), make.validated)
    assert [name for name in names(buckets.lake) if name.startswith("reports/")] == [f"reports/year=2024/{ID}.parquet"]


def test_a_newer_version_that_can_be_named_ends_the_nameless_one(s3, make, published, buckets, names):
    source = make.source(etag="e1", minutes=1)
    nameless = published(source, replace(make.report(), agency=None, year=None), make.quarantined)
    write_receipt(s3, buckets, replace(_receipt(source, nameless, agency=None), year=None))
    published(make.source(etag="e2", minutes=2), make.report(), make.validated)
    assert names(buckets.quarantine) == []


def test_another_year_under_the_same_key_leaves_the_former_report(s3, make, published, buckets, names):
    source = make.source(etag="e1", minutes=1)
    write_receipt(s3, buckets, _receipt(source, published(source, make.report(), make.validated)))
    published(make.source(etag="e2", minutes=2), make.report(year=2023), make.validated)
    assert len([name for name in names(buckets.lake) if name.startswith("reports/")]) == 2


def test_another_objects_report_is_not_moved(s3, make, published, buckets, names):
    source = make.source()
    misread = published(source, make.report(agency="淮安市"), make.validated)
    write_receipt(s3, buckets, _receipt(source, misread, agency="淮安市"))
    published(make.source(key="b.pdf", etag="e7", minutes=7), make.report(agency="淮安市"), make.validated)
    published(source, make.report(), make.validated)
    assert len([name for name in names(buckets.lake) if name.startswith("reports/")]) == 2


def test_the_receipt_of_the_validated_version_is_marked(s3, make, land, buckets):
    publication = land(1, make.validated, key="a.pdf")
    write_receipt(s3, buckets, _receipt(make.source(key="a.pdf", etag="e1", minutes=1), publication))
    land(2, make.quarantined, key="b.pdf")
    assert read_receipt(s3, buckets, "a.pdf")["superseded_by_quarantined"] is True


def _receipt(source, publication, agency="淮安市人民政府"):
    return Receipt(
        source.bucket,
        source.key,
        source.etag,
        source.sha256,
        source.size,
        source.landed_at,
        datetime.now(UTC),
        "validated",
        None,
        "",
        agency=agency,
        year=2024,
        report_id=publication.report_id,
        written=publication.written,
    )
