"""Marts on a real S3 server: made, brought up to date, read while they are replaced, queried with what came after."""

import io
import threading
from datetime import UTC, datetime, timedelta
from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.compact import is_due
from tasks.lake.marts import parts
from tasks.lake.marts.compact import compact
from tasks.lake.marts.parts import GENERATION, PARTS, listed, owned_sql, part_of
from tasks.lake.marts.pinned import PinnedFile, ReplacedError
from tasks.lake.query import connect
from tasks.lake.rows import report_id
from tasks.lake.schemas import LAKE_TABLES, SCHEMAS
from tasks.lake.versions import read_version
from tasks.ledger import Change
from tasks.ledger.compacting import BusyError, exclusive
from tasks.names import mart_name

AGENCIES = ("望川市商务局", "淮安市人民政府", "青岚县教育局")
MANY = tuple(f"{number}号机关" for number in range(24))


@pytest.fixture
def land(make, published):
    """Publish a report of an agency on 2024; `step` moves its figures, `minutes` is when it landed."""

    def run(agency, step=0, minutes=0, verdict=make.validated, year=2024):
        source = make.source(key=f"{agency}{year}.pdf", etag=f"{agency}-{step}-{minutes}", minutes=minutes)
        own = 1000 * (AGENCIES + MANY).index(agency)  # no two have the same figures
        return published(source, make.report(agency=agency, step=own + step, year=year), verdict)

    return run


@pytest.fixture
def compacted(s3, buckets, ledger):
    """Compact a year."""
    return lambda year=2024, **how: compact(s3, buckets, ledger, year, **how)


@pytest.fixture
def files(s3, buckets):
    """The parts of a mart as any reader gets them, in order."""

    def read(table, year=2024):
        found = listed(s3, buckets.lake)[year].files[table]
        bodies = (
            s3.get_object(Bucket=buckets.lake.bucket, Key=found[part].name)["Body"].read() for part in sorted(found)
        )
        return [pq.ParquetFile(io.BytesIO(body)) for body in bodies]

    return read


@pytest.fixture
def mart(files):
    """All rows of a mart."""
    return lambda table, year=2024: pa.concat_tables([file.read() for file in files(table, year)])


@pytest.fixture
def singles(s3, buckets, ledger):
    """What the marts should hold: the current versions, by agency; each is read once."""

    @cache
    def version(name, etag):
        return read_version(s3, buckets.lake, name, etag)

    def read(table, year=2024):
        rows = sorted(ledger.current_in("lake", year), key=lambda row: row.agency)
        found = [version(row.name, row.stored_etag)[table] for row in rows]
        return pa.concat_tables(found or [LAKE_TABLES[table].empty_table()])

    return read


def _all_equal(mart, singles):
    return all(mart(table).to_pylist() == singles(table).to_pylist() for table in SCHEMAS)


def _by_report(table):
    """One report after the other; the rows of each stay as they are."""
    return table.take(pc.sort_indices(table, [("report_id", "ascending")]))


def _same_reports(mart, singles):
    return all(_by_report(mart(table)).equals(_by_report(singles(table))) for table in SCHEMAS)


def test_a_mart_is_all_reports_of_a_year_sorted(land, compacted, mart, singles, ledger):
    for agency in AGENCIES:
        land(agency)
    done = compacted()
    assert (done.reports, done.changed, done.removed, done.parts) == (3, 3, 0, 1)
    assert _all_equal(mart, singles)
    assert mart("reports")["agency"].to_pylist() == sorted(AGENCIES)
    assert ledger.changes() == []


def test_a_mart_keeps_the_contract(land, compacted, files):
    land(AGENCIES[0])
    compacted()
    generations = set()
    for table, schema in LAKE_TABLES.items():
        (file,) = files(table)
        found = file.schema_arrow
        assert found.equals(schema), table
        assert all(found.field(name).metadata == schema.field(name).metadata for name in schema.names)
        assert schema.metadata.items() <= found.metadata.items()
        assert found.metadata[PARTS] == b"1"
        generations.add(found.metadata[GENERATION])
    assert len(generations) == 1
    column = files("cells")[0].metadata.row_group(0).column(0)
    assert (column.compression, column.statistics.has_min_max) == ("ZSTD", True)


def test_columns_that_came_after_a_mart_are_null_in_what_is_kept_of_it(land, compacted, mart, s3, buckets):
    for agency in AGENCIES[:2]:
        land(agency)
    compacted()
    name = mart_name("reports", 2024, 0)
    older = mart("reports").drop_columns(["corrected_cells"])
    file = io.BytesIO()
    pq.write_table(older, file)
    s3.put_object(Bucket=buckets.lake.bucket, Key=buckets.lake.key(name), Body=file.getvalue())
    land(AGENCIES[2])
    compacted()
    rows = {row["agency"]: row["corrected_cells"] for row in mart("reports").to_pylist()}
    assert rows == {AGENCIES[0]: None, AGENCIES[1]: None, AGENCIES[2]: 0}


def test_only_what_changed_is_read_again(land, compacted, mart, singles):
    for agency in AGENCIES[:2]:
        land(agency)
    compacted()
    land(AGENCIES[1], step=7, minutes=1)
    land(AGENCIES[2])
    done = compacted()
    assert (done.reports, done.changed, done.removed) == (3, 2, 0)
    assert _all_equal(mart, singles)
    assert compacted() is None


def test_what_leaves_the_lake_leaves_the_marts(land, make, compacted, mart, singles):
    for agency in AGENCIES:
        land(agency)
    compacted()
    land(AGENCIES[0], verdict=make.quarantined)
    done = compacted()
    assert (done.reports, done.removed) == (2, 1)
    assert _all_equal(mart, singles)
    for agency in AGENCIES[1:]:
        land(agency, verdict=make.quarantined)
    assert compacted().reports == 0
    assert mart("cells").num_rows == 0


def test_relations_come_along_and_those_of_a_neighbour_too(land, compacted, mart, ledger):
    land(AGENCIES[0], step=1)
    compacted()
    assert mart("relations").num_rows == 0
    land(AGENCIES[0], year=2023)
    compacted(2023)
    assert [change.report_id for change in ledger.changes()] == [report_id(AGENCIES[0], 2024)]
    compacted(2024)
    assert set(mart("relations")["report_id"].to_pylist()) == {report_id(AGENCIES[0], 2024)}
    assert ledger.changes() == []


def test_a_full_compaction_makes_all_anew(land, compacted, mart, singles, ledger):
    for agency in AGENCIES[:2]:
        land(agency)
    compacted()
    land(AGENCIES[2])
    ledger.forget_changes([change.id for change in ledger.changes()])
    assert compacted() is None
    assert compacted(full=True).reports == 3
    assert _all_equal(mart, singles)


def test_a_year_grows_by_powers_of_two_and_a_change_rewrites_one_part(
    s3, buckets, land, compacted, mart, singles, monkeypatch
):
    monkeypatch.setattr(parts, "MOST_IN_A_PART", 4)
    counts = []
    for number, agency in enumerate(MANY, 1):
        land(agency)
        if number in (2, 5, 6, 13, 24):
            counts.append(compacted().parts)
            assert _same_reports(mart, singles), number
    assert counts == [1, 2, 1, 4, 8]
    before = listed(s3, buckets.lake)[2024]
    land(MANY[0], step=3, minutes=1)
    assert compacted().parts == 1
    after = listed(s3, buckets.lake)[2024]
    part = part_of(report_id(MANY[0], 2024), 8)
    assert {n for n in range(8) if before.files["cells"][n] != after.files["cells"][n]} == {part}
    assert _same_reports(mart, singles)
    assert _rows(connect(buckets), "cells") == _rows_of(singles("cells"))


@pytest.mark.parametrize("puts", range(1, 18, 4))
def test_growth_that_dies_shows_each_report_once_and_is_done_again(
    s3, buckets, land, compacted, mart, singles, monkeypatch, puts
):
    monkeypatch.setattr(parts, "MOST_IN_A_PART", 6)
    for agency in MANY[:6]:
        land(agency)
    compacted()
    land(MANY[6])
    with monkeypatch.context() as broken:
        broken.setattr(s3, "upload_file", _dies_after(s3.upload_file, puts))
        with pytest.raises(RuntimeError):
            compacted()
    shown = _shown(buckets)
    for table in SCHEMAS:
        assert shown[table] == _rows_of(singles(table)), table
    compacted()
    assert _same_reports(mart, singles)
    assert not listed(s3, buckets.lake)[2024].is_unfinished


def _dies_after(real, puts):
    left = [puts]
    lock = threading.Lock()

    def put(*args, **more):
        with lock:
            left[0] -= 1
            if left[0] < 0:
                raise RuntimeError("killed")
            real(*args, **more)

    return put


def test_a_query_shows_the_marts_and_what_came_after(buckets, land, make, compacted):
    for agency in AGENCIES[:2]:
        land(agency)
    compacted()
    land(AGENCIES[0], step=5, minutes=1)
    land(AGENCIES[1], verdict=make.quarantined)
    land(AGENCIES[2])
    land(AGENCIES[2], year=2023)
    before = _shown(buckets)
    assert sorted({row[2] for row in before["cells"]}) == sorted((AGENCIES[0], AGENCIES[2]))
    compacted(2024)
    compacted(2023)
    assert _shown(buckets) == before


def _shown(buckets):
    """All that a query can see."""
    with connect(buckets) as connection:
        return {table: _rows(connection, table) for table in SCHEMAS}


def _rows(connection, table):
    return sorted(connection.sql(f"SELECT * FROM {table}").fetchall(), key=repr)


def _rows_of(table):
    """As a query has them."""
    with duckdb.connect() as connection:
        connection.register("one", table)
        return _rows(connection, "one")


def test_a_compaction_that_died_between_two_marts_is_made_up_for(s3, buckets, land, compacted, mart, monkeypatch):
    land(AGENCIES[0])
    compacted()
    land(AGENCIES[0], step=5, minutes=1)
    expected = _shown(buckets)
    with monkeypatch.context() as broken:
        broken.setattr(s3, "upload_file", _dies_after(s3.upload_file, 4))
        with pytest.raises(RuntimeError):
            compacted()
    assert _shown(buckets) == expected
    assert compacted().changed == 1
    assert mart("reports")["source_etag"].to_pylist() == [f"{AGENCIES[0]}-5-1"]


def test_a_change_that_comes_during_a_compaction_stays(s3, land, compacted, ledger, mart, monkeypatch):
    land(AGENCIES[0])
    real = s3.upload_file

    def meanwhile(path, bucket, key, **more):
        if "/reports/" in key:
            land(AGENCIES[0], step=3, minutes=3)
        real(path, bucket, key, **more)

    with monkeypatch.context() as busy:
        busy.setattr(s3, "upload_file", meanwhile)
        compacted()
    assert len(ledger.changes()) == 1
    assert compacted().changed == 1
    assert mart("reports")["source_etag"].to_pylist() == [f"{AGENCIES[0]}-3-3"]


def test_a_version_that_somebody_wrote_over_is_not_taken_but_read_again(
    s3, buckets, make, land, compacted, mart, ledger, monkeypatch
):
    monkeypatch.setattr("tasks.lake.query._PAUSE", 0)
    land(AGENCIES[0])
    compacted()
    first = mart("cells").to_pylist()
    land(AGENCIES[0], step=1, minutes=1)
    (row,) = ledger.current_in("lake")
    version = read_version(s3, buckets.lake, row.name)
    key = buckets.lake.key(row.name)
    s3.put_object(Bucket=buckets.lake.bucket, Key=key, Body=b"of a worker that lost its lease")
    found = compacted()
    assert (found.changed, found.stale) == (0, 1)
    assert mart("cells").to_pylist() == first
    assert _rows(connect(buckets), "cells") == _rows_of(mart("cells"))
    assert ledger.get([row.object_id])[row.object_id].is_open
    assert len(ledger.changes()) == 1
    land(AGENCIES[0], step=1, minutes=1)
    assert compacted().changed == 1
    assert mart("cells").to_pylist() == version["cells"].to_pylist()
    assert ledger.changes() == []


def test_readers_and_writers_at_the_same_time_see_whole_reports(buckets, land, compacted):
    """While reports are replaced and marts made again, every view holds each report once, with all its rows."""
    for agency in AGENCIES:
        land(agency)
    compacted()
    stopped = threading.Event()

    def write():
        for step in range(1, 9):
            land(AGENCIES[step % 3], step=step, minutes=step)
        stopped.set()

    def compacts():
        while not stopped.is_set():
            compacted()

    threads = [threading.Thread(target=write), threading.Thread(target=compacts)]
    for thread in threads:
        thread.start()
    seen, failures = [], []
    while not stopped.is_set():
        try:
            counts = "SELECT count(*), count(DISTINCT (report_id, row)), count(DISTINCT report_id) FROM applications"
            seen.append(connect(buckets).execute(counts).fetchone())
        except (OSError, duckdb.Error) as error:
            failures.append(repr(error))
    for thread in threads:
        thread.join()
    assert seen
    assert [failure for failure in failures if "ReplacedError" not in failure] == [], "told, never mixed"
    assert set(seen) == {(75, 75, 3)}


def test_two_compactions_of_a_year_are_not_at_work_at_once(land, compacted, ledger):
    land(AGENCIES[0])
    with exclusive(ledger, "marts/2024"), pytest.raises(BusyError):
        compacted()
    assert compacted().reports == 1


def test_a_pinned_file_is_one_version_or_an_error(s3, buckets):
    place = buckets.lake
    etag = s3.put_object(Bucket=place.bucket, Key="x", Body=b"0123456789")["ETag"].strip('"')
    file = PinnedFile(s3, place.bucket, "x", etag, 10)
    assert (file.read(3), file.read(), file.size) == (b"012", b"3456789", 10)
    s3.put_object(Bucket=place.bucket, Key="x", Body=b"abcdefghij")
    file.seek(-4, io.SEEK_END)
    with pytest.raises(ReplacedError):
        file.read(2)


def test_the_marts_are_read_without_our_code(s3, buckets, land, compacted, tmp_path):
    land(AGENCIES[0])
    compacted()
    path = tmp_path / "lake" / mart_name("applications", 2024, 0)
    path.parent.mkdir(parents=True)
    s3.download_file(buckets.lake.bucket, mart_name("applications", 2024, 0), str(path))
    glob = tmp_path / "lake/marts/applications/*/*.parquet"
    found = duckdb.sql(f"SELECT year, count(*) FROM read_parquet('{glob}', hive_partitioning=true) GROUP BY ALL")
    assert found.fetchall() == [(2024, 25)]


@pytest.mark.parametrize("old", [1, 2, 4])
def test_in_a_year_that_grows_each_report_counts_in_one_part(old):
    new = 8
    ids = [f"{number * 2654435761 % 2**64:016x}" for number in range(400)]
    with duckdb.connect() as connection:
        for last in range(old, new + 1):
            present = {*range(old), *range(last, new)}
            seen = []
            for part in present:
                held = [one for one in ids if part_of(one, old if part < old else new) == part]
                connection.register("held", pa.table({"report_id": pa.array(held, pa.string())}))
                seen += connection.sql(f"SELECT report_id FROM held WHERE {owned_sql(part, present)}").fetchall()
            assert sorted(seen) == sorted((one,) for one in ids), present


@pytest.mark.parametrize(
    ("ages", "due"), [([], False), ([1], False), ([5], True), ([1, 60], False), ([5, 60], True), ([1, 121], True)]
)
def test_the_end_of_a_burst_is_waited_for_but_not_for_ever(ages, due):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert is_due([Change(1, 2024, "", now - timedelta(seconds=age)) for age in ages], now) is due
