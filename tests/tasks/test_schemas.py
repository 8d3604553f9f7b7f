"""The lake contract: schemas made from the forms, and files that downstream teams already have."""

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from expectations.forms import FORMS
from tasks.lake.rows import Judged, tables
from tasks.lake.schemas import LAKE_TABLES, SCHEMAS
from tasks.lake.version2 import stored_in_version_2
from tasks.lake.versions import flat, nested_of, put_tables, read_version
from tasks.values import LAKE_VERSION, Document
from tests.tasks.lake_contract import FOLDER as CONTRACT
from tests.tasks.lake_contract import write


def _lines(schema):
    return [f"{field.name}: {field.type}" for field in schema]


def _judged(make, form="2021", verdict=None):
    source = make.source()
    report = make.report(form, year=FORMS[form].first_year)
    return Judged(source, Document(source.key, "application/pdf", 6, b""), report, verdict or make.quarantined)


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_table_begins_with_the_key_and_describes_itself(table):
    schema = SCHEMAS[table]
    assert schema.names[:3] == ["report_id", "year", "agency"]
    assert schema.metadata[b"nianbao.lake_version"] == LAKE_VERSION.encode()
    assert schema.metadata[b"nianbao.table"] == table.encode()
    assert all(field.metadata[b"nianbao.label"] for field in schema)


@pytest.mark.parametrize("table", LAKE_TABLES)
def test_marts_of_this_and_earlier_versions_are_read_as_they_were_written(table):
    """From version 3 on changes are additive; version 2 is moved, see below."""
    schema = LAKE_TABLES[table]
    for file in sorted(CONTRACT.glob(f"v[3-9]/{table}.parquet")):
        written = ds.dataset(file).to_table()
        now = ds.dataset(file, schema=schema).to_table()
        assert set(_lines(written.schema)) <= set(_lines(schema)), "no column goes or changes"
        assert written.num_rows > 0
        assert now.select(written.column_names).to_pylist() == written.to_pylist()


@pytest.mark.parametrize("table", LAKE_TABLES)
def test_the_current_version_has_its_files_in_the_contract(table):
    kept = pq.read_schema(CONTRACT / f"v{LAKE_VERSION}" / f"{table}.parquet")
    assert _lines(kept) == _lines(LAKE_TABLES[table]), (
        "a new column needs a new lake version: python -m tests.tasks.lake_contract"
    )


@pytest.mark.parametrize("version", sorted(folder.name for folder in CONTRACT.glob("v[3-9]")))
def test_a_report_version_of_the_contract_has_what_its_marts_have(version):
    found = flat(nested_of((CONTRACT / version / "version.parquet").read_bytes()))
    for file in (CONTRACT / version).glob("*.parquet"):
        if file.stem in found:
            written = pq.read_table(file)
            assert found[file.stem].select(written.column_names).to_pylist() == written.to_pylist()


def test_every_column_has_something_to_tell(tmp_path):
    """Of the report that the next files of the contract are made of: a column that nobody fills is no column."""
    write(tmp_path)
    for table, schema in LAKE_TABLES.items():
        found = pq.read_table(tmp_path / f"{table}.parquet")
        assert found.schema.equals(schema)
        assert [name for name in found.column_names if found[name].null_count == len(found)] == [], table


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_what_earlier_versions_kept_of_a_report_is_a_version_of_it(s3, buckets, version):
    written = {file.stem: pq.read_table(file).to_pylist() for file in (CONTRACT / version).glob("*.parquet")}
    (report,) = written["reports"]
    for file in (CONTRACT / version).glob("*.parquet"):
        name = f"{file.stem}/year={report['year']}/{report['report_id']}.parquet"
        s3.put_object(Bucket=buckets.lake.bucket, Key=name, Body=file.read_bytes())
    moved = stored_in_version_2(s3, buckets.lake, report["report_id"], report["year"])
    assert stored_in_version_2(s3, buckets.lake, "0" * 16, report["year"]) is None
    assert moved.keys() == SCHEMAS.keys()
    renamed = {"group": {"disputes": "proceeding", "applications": "section"}, "where": "place"}
    renamed |= {"left": "left_value", "right": "right_value"}
    for table, rows in written.items():
        if table == "relations":
            continue
        now = moved[table]
        assert now.schema.equals(SCHEMAS[table], check_metadata=True)
        assert len(now) == len(rows)
        for before, after in zip(rows, now.to_pylist(), strict=True):
            for column, value in before.items():
                to = renamed.get(column, column)
                name = to[table] if isinstance(to, dict) else to
                assert after[name] == value or column == "lake_version"
    assert moved["reports"]["lake_version"].to_pylist() == [LAKE_VERSION]
    assert len(moved["decisions"]) == sum(row.get("accepted_by") is not None for row in written["findings"])
    new = put_tables(s3, buckets.lake, moved)
    assert read_version(s3, buckets.lake, new.name, new.stored_etag)["cells"].to_pylist() == moved["cells"].to_pylist()


def test_types_are_those_of_the_contract():
    assert SCHEMAS["applications"].field("total").type == pa.int64()
    assert SCHEMAS["disclosures"].field("value").type == pa.decimal128(18, 4)
    assert SCHEMAS["reports"].field("landed_at").type == pa.timestamp("us", "UTC")
    assert all(
        pa.types.is_dictionary(SCHEMAS[t].field(c).type) for t, c in (("applications", "row"), ("findings", "rule"))
    )


def test_the_forms_share_a_schema_and_differ_in_rows(make):
    rows = {form: tables(_judged(make, form))["applications"] for form in FORMS}
    assert all(table.schema == SCHEMAS["applications"] for table in rows.values())
    assert {form: table.num_rows for form, table in rows.items()} == {code: len(f.rows) for code, f in FORMS.items()}
