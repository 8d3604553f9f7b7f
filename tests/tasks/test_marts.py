"""Marts on a real S3 server: made, brought up to date, read while they are replaced, queried with what came after."""

import io
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from tasks.lake.entry import Entry
from tasks.lake.marts.changes import Change, changes, mark_changed
from tasks.lake.marts.compact import compact
from tasks.lake.marts.due import is_due
from tasks.lake.marts.mart import COMPACTED_AT, GENERATION, open_marts
from tasks.lake.marts.pinned import PinnedFile, ReplacedError
from tasks.lake.query import connect
from tasks.lake.relate import relate
from tasks.lake.rows import report_id
from tasks.lake.schemas import LAKE_TABLES, SCHEMAS
from tasks.lock import exclusive

AGENCIES = ("望川市商务局", "淮安市人民政府", "青岚县教育局")


@pytest.fixture
def land(make, published):
    """Publish a report of an agency on 2024; `step` moves its figures, `minutes` is when it landed."""

    def run(agency, step=0, minutes=0, verdict=make.validated, year=2024):
        source = make.source(key=f"{agency}.pdf", etag=f"{agency}-{step}-{minutes}", minutes=minutes)
        return published(source, make.report(agency=agency, step=step, year=year), verdict)

    return run


@pytest.fixture
def mart(s3, buckets):
    """A mart as any reader gets it."""

    def read(table, year=2024):
        key = f"marts/{table}/year={year}.parquet"
        return pq.read_table(io.BytesIO(s3.get_object(Bucket=buckets.lake.bucket, Key=key)["Body"].read()))

    return read


@pytest.fixture
def singles(s3, buckets):
    """What the marts should hold: the reports' own files, by agency, then as they are."""

    def read(table, year=2024):
        tables = [Entry(buckets.lake, report_id(a, year), year).read(s3, table) for a in sorted(AGENCIES)]
        return pa.concat_tables([t for t in tables if t is not None] or [LAKE_TABLES[table].empty_table()])

    return read


def _all_equal(mart, singles):
    return all(mart(table).to_pylist() == singles(table).to_pylist() for table in SCHEMAS)


def test_a_mart_is_all_reports_of_a_year_in_one_sorted_file(s3, buckets, land, mart, singles):
    for agency in AGENCIES:
        land(agency)
    done = compact(s3, buckets, 2024)
    assert (done.reports, done.changed, done.removed) == (3, 3, 0)
    assert _all_equal(mart, singles)
    assert mart("reports")["agency"].to_pylist() == sorted(AGENCIES)
    assert list(changes(s3, buckets.lake)) == []


def test_a_mart_keeps_the_contract(s3, buckets, land, mart):
    land(AGENCIES[0])
    compact(s3, buckets, 2024)
    generations = set()
    for table, schema in LAKE_TABLES.items():
        found = mart(table).schema
        assert found.equals(schema), table
        assert all(found.field(name).metadata == schema.field(name).metadata for name in schema.names)
        assert schema.metadata.items() <= found.metadata.items()
        assert found.metadata[COMPACTED_AT]
        generations.add(found.metadata[GENERATION])
    assert len(generations) == 1
    file = open_marts(s3, buckets.lake, 2024).open("cells")
    column = file.metadata.row_group(0).column(0)
    assert (column.compression, column.statistics.has_min_max) == ("ZSTD", True)


def test_only_what_changed_is_read_again(s3, buckets, land, mart, singles, monkeypatch):
    for agency in AGENCIES[:2]:
        land(agency)
    compact(s3, buckets, 2024)
    land(AGENCIES[1], step=7, minutes=1)
    land(AGENCIES[2])
    done = compact(s3, buckets, 2024)
    assert (done.reports, done.changed, done.removed) == (3, 2, 0)
    assert _all_equal(mart, singles)
    assert compact(s3, buckets, 2024) is None


def test_what_leaves_the_lake_leaves_the_marts(s3, buckets, land, make, mart, singles):
    for agency in AGENCIES:
        land(agency)
    compact(s3, buckets, 2024)
    land(AGENCIES[0], verdict=make.quarantined)
    done = compact(s3, buckets, 2024)
    assert (done.reports, done.removed) == (2, 1)
    assert _all_equal(mart, singles)
    for agency in AGENCIES[1:]:
        land(agency, verdict=make.quarantined)
    assert compact(s3, buckets, 2024).reports == 0
    assert mart("cells").num_rows == 0


def test_relations_come_along(s3, buckets, land, mart):
    land(AGENCIES[0], year=2023)
    land(AGENCIES[0], step=1)
    compact(s3, buckets, 2024)
    assert mart("relations").num_rows == 0
    relate(s3, buckets, AGENCIES[0], 2024)
    compact(s3, buckets, 2024)
    assert mart("relations").num_rows > 0
    assert set(mart("relations")["report_id"].to_pylist()) == {report_id(AGENCIES[0], 2024)}


def test_a_lost_note_is_found_by_comparing_everything(s3, buckets, land, mart, singles):
    for agency in AGENCIES[:2]:
        land(agency)
    compact(s3, buckets, 2024)
    land(AGENCIES[2])
    Entry(buckets.lake, report_id(AGENCIES[0], 2024), 2024).remove(s3)
    for change in changes(s3, buckets.lake):
        s3.delete_object(Bucket=buckets.lake.bucket, Key=change.key)
    assert compact(s3, buckets, 2024) is None
    assert compact(s3, buckets, 2024, full=True).removed == 1
    assert _all_equal(mart, singles)


def test_many_chunks_and_windows_give_the_same(s3, buckets, land, mart, singles, monkeypatch):
    monkeypatch.setattr("tasks.lake.marts.compact.CHUNK", 1)
    monkeypatch.setattr("tasks.lake.marts.compact.ROW_GROUP", 60)
    monkeypatch.setattr("tasks.lake.marts.compact._BATCH_ROWS", 17)
    for agency in reversed(AGENCIES):
        land(agency)
    compact(s3, buckets, 2024)
    assert _all_equal(mart, singles)
    land(AGENCIES[1], step=3, minutes=1)
    compact(s3, buckets, 2024)
    assert _all_equal(mart, singles)


def test_a_query_shows_the_marts_and_what_came_after(s3, buckets, land, make):
    for agency in AGENCIES[:2]:
        land(agency)
    compact(s3, buckets, 2024)
    land(AGENCIES[0], step=5, minutes=1)
    land(AGENCIES[1], verdict=make.quarantined)
    land(AGENCIES[2])
    land(AGENCIES[2], year=2023)
    before = {table: _rows(connect(buckets), table) for table in LAKE_TABLES}
    assert sorted({row[2] for row in before["cells"]}) == sorted((AGENCIES[0], AGENCIES[2]))
    compact(s3, buckets, 2024)
    compact(s3, buckets, 2023)
    assert {table: _rows(connect(buckets), table) for table in LAKE_TABLES} == before


def _rows(connection, table):
    return sorted(connection.sql(f"SELECT * FROM {table}").fetchall(), key=repr)


def test_a_compaction_that_died_between_two_marts_is_made_up_for(s3, buckets, land, mart, monkeypatch):
    land(AGENCIES[0])
    compact(s3, buckets, 2024)
    land(AGENCIES[0], step=5, minutes=1)
    expected = _rows(connect(buckets), "applications"), _rows(connect(buckets), "reports")
    real = s3.upload_file

    def dies(path, bucket, key, **more):
        if "/reports/" in key:
            raise RuntimeError("killed")
        real(path, bucket, key, **more)

    monkeypatch.setattr("tasks.lake.marts.snapshot._PAUSE", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr(s3, "upload_file", dies)
        with pytest.raises(RuntimeError):
            compact(s3, buckets, 2024)
    assert len(open_marts(s3, buckets.lake, 2024).generations) == 2
    assert (_rows(connect(buckets), "applications"), _rows(connect(buckets), "reports")) == expected
    assert compact(s3, buckets, 2024).changed == 1
    assert mart("reports")["source_etag"].to_pylist() == [f"{AGENCIES[0]}-5-1"]


def test_a_note_that_comes_during_a_compaction_stays(s3, buckets, land, monkeypatch):
    land(AGENCIES[0])
    real = s3.upload_file

    def meanwhile(*args, **more):
        mark_changed(s3, buckets.lake, 2024, report_id(AGENCIES[0], 2024))
        real(*args, **more)

    with monkeypatch.context() as busy:
        busy.setattr(s3, "upload_file", meanwhile)
        compact(s3, buckets, 2024)
    assert len(list(changes(s3, buckets.lake, 2024))) == len(LAKE_TABLES)


def test_readers_and_writers_at_the_same_time_see_whole_reports(s3, buckets, land):
    """While reports are replaced and marts made again, every view holds each report once, with all its rows."""
    for agency in AGENCIES:
        land(agency)
    compact(s3, buckets, 2024)
    stopped = threading.Event()

    def write():
        for step in range(1, 9):
            land(AGENCIES[step % 3], step=step, minutes=step)
        stopped.set()

    def compacts():
        while not stopped.is_set():
            compact(s3, buckets, 2024)

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


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_report_that_is_being_replaced_is_waited_for(s3, buckets, land, monkeypatch, comes_back):
    """A reader, or a compaction, that looks just between the two would find one report less."""
    land(AGENCIES[0])
    land(AGENCIES[1])
    compact(s3, buckets, 2024)
    replaced = report_id(AGENCIES[1], 2024)
    mark_changed(s3, buckets.lake, 2024, replaced)
    entry = Entry(buckets.lake, replaced, 2024)
    row = entry.read(s3, "reports")
    entry.delete(s3, "reports")
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if comes_back and len(waits) == 3:
            entry.put(s3, "reports", row)

    monkeypatch.setattr("tasks.lake.marts.fetch.time", SimpleNamespace(sleep=wait))
    assert len(_rows(connect(buckets), "applications")) == 25 * (1 + comes_back)
    assert len(waits) >= 3
    assert compact(s3, buckets, 2024).reports == 1 + comes_back


def test_a_compaction_at_work_is_not_waited_for(s3, buckets, land, monkeypatch):
    land(AGENCIES[0])
    monkeypatch.setattr("tasks.lake.marts.compact.PATIENCE", timedelta(seconds=0.2))
    with exclusive(s3, buckets, "marts/2024"), pytest.raises(TimeoutError):
        compact(s3, buckets, 2024)
    assert compact(s3, buckets, 2024).reports == 1


def test_a_pinned_file_is_one_version_or_an_error(s3, buckets):
    place = buckets.lake
    s3.put_object(Bucket=place.bucket, Key="x", Body=b"0123456789")
    file = PinnedFile(s3, place.bucket, "x")
    assert (file.read(3), file.read(), file.size) == (b"012", b"3456789", 10)
    s3.put_object(Bucket=place.bucket, Key="x", Body=b"abcdefghij")
    file.seek(-4, io.SEEK_END)
    with pytest.raises(ReplacedError):
        file.read(2)
    with pytest.raises(FileNotFoundError):
        PinnedFile(s3, place.bucket, "y")


def test_the_marts_are_read_without_our_code(s3, buckets, land, mart):
    land(AGENCIES[0])
    compact(s3, buckets, 2024)
    table = mart("applications")
    assert ds.dataset(table).to_table(filter=ds.field("row") == "new")["total"].to_pylist() == [
        cell for row, cell in zip(table["row"].to_pylist(), table["total"].to_pylist(), strict=True) if row == "new"
    ]


@pytest.mark.parametrize(
    ("ages", "reports", "due"),
    [
        ([], 0, False),
        ([20], 0, True),
        ([5, 60], 0, False),
        ([20, 60], 1000, False),
        ([20] * 10, 1000, True),
        ([1, 16 * 60], 100_000, True),
    ],
)
def test_a_burst_is_waited_for_and_a_large_mart_is_not_written_for_one_report(ages, reports, due):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    noted = [Change("", 2024, "", now - timedelta(seconds=age)) for age in ages]
    assert is_due(noted, reports, now) is due
