"""Publishing on a real S3 server and a real ledger: what stands in the lake and in the quarantine afterwards."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tasks.lake.query import connect
from tasks.lake.rows import report_id
from tasks.lake.versions import read_version
from tasks.receipt.write import read_receipt

ID = report_id("淮安市人民政府", 2024)


@pytest.fixture
def stands(s3, buckets, ledger):
    """Which version of the report stands in a place (its etag), once it is sure that all its tables are of that one."""

    def version(place, name=ID):
        row = ledger.current([name], place).get(name)
        if row is None:
            return None
        tables = read_version(s3, getattr(buckets, place), row.name, row.stored_etag)
        assert tables["reports"]["source_etag"].to_pylist() == [row.etag]
        assert tables["cells"]["value"][0].as_py() == int(row.etag[1:]), "the tables are of different versions"
        return row.etag

    return version


@pytest.fixture
def land(make, settled):
    """Publish version `number` of the report: it landed `number` minutes after noon, its first figure is `number`."""

    def run(number, verdict, **changes):
        source = make.source(**{"etag": f"e{number}", "minutes": number, "key": f"{number}.pdf"} | changes)
        return settled(source, make.report(step=number), verdict)

    return run


def reports(buckets, quarantine=False):
    return connect(buckets, quarantine=quarantine).sql("SELECT agency, year FROM reports ORDER BY ALL").fetchall()


def test_a_validated_report_is_one_object(land, make, buckets, names):
    assert land(1, make.validated).place == "lake"
    (name,) = names(buckets.lake)
    assert name.startswith(f"versions/year=2024/{ID}-")
    assert names(buckets.quarantine) == []
    assert reports(buckets) == [("淮安市人民政府", 2024)]


def test_a_quarantined_report_never_touches_the_lake(land, make, buckets, names):
    standing = land(1, make.quarantined)
    assert (standing.place, standing.is_current, standing.leaves_standing) == ("quarantine", True, None)
    assert names(buckets.lake) == []
    assert len(names(buckets.quarantine)) == 1


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_what_landed_last_stands_whatever_order_the_runs_end_in(land, make, stands, order):
    current = {number: land(number, make.validated).is_current for number in order}
    assert stands("lake") == "e3"
    assert current[3]
    assert current[1] == (order[0] == 1)


def test_versions_of_one_instant_have_one_order(land, make, stands):
    land(2, make.validated, minutes=1)
    land(1, make.validated, minutes=1)
    assert stands("lake") == "e2"


def test_runs_that_end_together_do_not_mix(land, make, stands, ledger):
    for _ in range(3):
        with ThreadPoolExecutor(4) as runs:
            assert len(list(runs.map(land, (2, 1, 4, 3), [make.validated] * 4))) == 4
        assert stands("lake") == "e4"
    assert ledger.counts().open == 0


def test_a_newer_version_in_quarantine_leaves_the_lake_and_is_told(land, make, stands):
    land(1, make.validated)
    standing = land(2, make.quarantined)
    assert (standing.leaves_standing.etag, standing.is_current) == ("e1", True)
    assert (stands("lake"), stands("quarantine")) == ("e1", "e2")


def test_an_older_version_validated_late_goes_to_the_lake_and_is_told(land, make, stands):
    land(2, make.quarantined)
    standing = land(1, make.validated)
    assert (standing.corrected_by_quarantined.etag, standing.is_current) == ("e2", True)
    assert (stands("lake"), stands("quarantine")) == ("e1", "e2")


def test_a_newer_validated_version_ends_the_quarantine(land, make, stands):
    land(1, make.quarantined)
    assert land(2, make.validated).corrected_by_quarantined is None
    assert (stands("lake"), stands("quarantine")) == ("e2", None)


def test_an_older_version_is_not_quarantined_beside_a_newer_validated_one(land, make, stands, buckets):
    land(2, make.validated)
    standing = land(1, make.quarantined)
    assert (standing.is_current, standing.replaced_by.etag) == (False, "e2")
    assert (stands("lake"), stands("quarantine")) == ("e2", None)
    assert reports(buckets, quarantine=True) == []


def test_of_quarantined_versions_the_later_stands(land, make, stands):
    land(2, make.quarantined)
    assert not land(1, make.quarantined).is_current
    assert stands("quarantine") == "e2"


def test_better_rules_take_the_same_version_out_of_the_lake(land, make, stands):
    land(1, make.validated)
    standing = land(1, make.quarantined)
    assert (standing.leaves_standing, standing.was_in_lake) == (None, True)
    assert (stands("lake"), stands("quarantine")) == (None, "e1")


def test_a_replay_of_the_same_version_replaces_it(land, make, stands, buckets, names):
    assert land(1, make.validated) == land(1, make.validated)
    assert stands("lake") == "e1"
    assert len(names(buckets.lake)) == 1


def test_the_same_bytes_under_two_names_are_two_versions(land, make, stands, buckets, names):
    """As two replays publish them: neither overwrites the other's, whichever ends last."""
    land(7, make.validated, key="1.pdf", minutes=1)
    assert land(7, make.validated, key="2.pdf", minutes=2).place is None, "a duplicate, until it is replayed"
    for order in ((1, 2), (2, 1)):
        for minutes in order:
            land(7, make.validated, key=f"{minutes}.pdf", minutes=minutes)
        assert stands("lake") == "e7"
        assert connect(buckets).sql("SELECT source_key FROM reports").fetchall() == [("2.pdf",)]
    assert len(names(buckets.lake)) == 2


def test_agencies_and_years_are_reports_of_their_own(make, settled, buckets):
    agencies = (("淮安市人民政府", 2023), ("淮安市人民政府", 2024), ("淮安市教育局", 2024))
    for number, (agency, year) in enumerate(agencies):
        settled(make.source(f"{number}.pdf", f"e{number}"), make.report(agency=agency, year=year), make.validated)
    assert reports(buckets) == sorted(agencies)


@pytest.mark.parametrize(
    ("agency", "year", "folder"), [(None, 2024, 2024), ("淮安市人民政府", None, 0), (None, None, 0)]
)
def test_a_report_that_cannot_be_named_is_quarantined_under_its_bytes(
    make, settled, buckets, names, agency, year, folder
):
    report = replace(make.report(), agency=agency, year=year)
    for sha in "ab":
        assert settled(make.source(f"{sha}.pdf", sha256=sha * 64), report, make.quarantined).is_current
    assert all(name.startswith(f"versions/year={folder}/") for name in names(buckets.quarantine))
    assert len(names(buckets.quarantine)) == 2
    assert reports(buckets, quarantine=True) == [(agency or "", folder)] * 2


def test_a_validated_report_without_a_name_is_our_own_fault(make, settled, buckets, names):
    with pytest.raises(ValueError, match="must name"):
        settled(make.source(), replace(make.report(), agency=None), make.validated)
    assert names(buckets.lake) == []


def test_a_better_reading_of_the_name_moves_the_report(make, settled, buckets):
    source = make.source()
    settled(source, make.report(agency="淮安市"), make.validated)
    settled(source, make.report(), make.validated)
    assert reports(buckets) == [("淮安市人民政府", 2024)]


def test_a_newer_version_that_can_be_named_ends_the_nameless_one(make, settled, buckets):
    settled(make.source(minutes=1), replace(make.report(), agency=None, year=None), make.quarantined)
    settled(make.source(etag="e2", minutes=2), make.report(), make.validated)
    assert reports(buckets, quarantine=True) == []


def test_another_year_under_the_same_key_leaves_the_former_report(make, settled, buckets):
    settled(make.source(minutes=1), make.report(), make.validated)
    settled(make.source(etag="e2", minutes=2), make.report(year=2023), make.validated)
    assert len(reports(buckets)) == 2


def test_another_objects_report_is_not_moved(make, settled, buckets):
    source = make.source()
    settled(source, make.report(agency="淮安市"), make.validated)
    settled(make.source(key="b.pdf", etag="e7", minutes=7), make.report(agency="淮安市"), make.validated)
    settled(source, make.report(), make.validated)
    assert len(reports(buckets)) == 2


def test_the_receipt_of_the_validated_version_is_marked(s3, make, land, buckets, refreshed):
    land(1, make.validated, key="a.pdf")
    land(2, make.quarantined, key="b.pdf")
    refreshed()
    assert read_receipt(s3, buckets, "a.pdf")["superseded_by_quarantined"] is True
