"""The lake contract: schemas made from the forms, and files that downstream teams already have."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from expectations.forms import FORMS
from tasks.lake.entry import to_parquet
from tasks.lake.marts.fetch import as_of_now
from tasks.lake.rows import Judged, tables
from tasks.lake.schemas import LAKE_TABLES, SCHEMAS
from tasks.values import LAKE_VERSION, Document

CONTRACT = Path(__file__).parent / "lake_contract"


def _lines(schema):
    return [f"{field.name}: {field.type}" for field in schema]


def _judged(make, form="2021", verdict=None):
    source = make.source()
    report = make.report(form, year={"2021": 2024, "2019": 2020}[form])
    return Judged(source, Document(source.key, "application/pdf", 6, b""), report, verdict or make.quarantined)


@pytest.mark.parametrize("table", SCHEMAS)
def test_every_table_begins_with_the_key_and_describes_itself(table):
    schema = SCHEMAS[table]
    assert schema.names[:3] == ["report_id", "year", "agency"]
    assert schema.metadata[b"nianbao.lake_version"] == LAKE_VERSION.encode()
    assert schema.metadata[b"nianbao.table"] == table.encode()
    assert all(field.metadata[b"nianbao.label"] for field in schema)


@pytest.mark.parametrize(
    "file", sorted(CONTRACT.rglob("*.parquet")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_files_of_earlier_versions_are_read_as_they_were_written(file):
    schema = LAKE_TABLES[file.stem]
    written = ds.dataset(file).to_table()
    now = ds.dataset(file, schema=schema).to_table()
    assert set(_lines(written.schema)) <= set(_lines(schema)), "changes are additive: no column goes or changes"
    assert written.num_rows > 0
    assert now.select(written.column_names).to_pylist() == written.to_pylist()


@pytest.mark.parametrize("table", LAKE_TABLES)
def test_the_current_version_has_its_files_in_the_contract(table):
    kept = pq.read_schema(CONTRACT / f"v{LAKE_VERSION}" / f"{table}.parquet")
    assert _lines(kept) == _lines(LAKE_TABLES[table]), "a new column needs a new lake version and new files here"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", SCHEMAS)
def test_what_is_written_is_what_is_read(make, form, table):
    before = tables(_judged(make, form))[table]
    file = pq.ParquetFile(io.BytesIO(to_parquet(before)))
    after = file.read()
    assert after.schema.equals(SCHEMAS[table], check_metadata=True)
    assert after.to_pylist() == before.to_pylist()
    assert after.num_rows > 0
    column = file.metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.statistics.has_min_max


@pytest.mark.parametrize(
    "file", sorted(CONTRACT.rglob("*.parquet")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_files_of_earlier_versions_fit_into_marts(file):
    """A report that was written by an earlier version stands in a mart with today's columns, null where it had none."""
    written = pq.read_table(file)
    now = as_of_now(written, LAKE_TABLES[file.stem])
    assert now.schema.equals(LAKE_TABLES[file.stem], check_metadata=True)
    assert now.select(written.column_names).to_pylist() == written.to_pylist()


def test_types_are_those_of_the_contract():
    assert SCHEMAS["applications"].field("total").type == pa.int64()
    assert SCHEMAS["disclosures"].field("value").type == pa.decimal128(18, 4)
    assert SCHEMAS["reports"].field("landed_at").type == pa.timestamp("us", "UTC")
    assert all(
        pa.types.is_dictionary(SCHEMAS[t].field(c).type) for t, c in (("applications", "row"), ("findings", "rule"))
    )


def test_both_forms_share_a_schema_and_differ_in_rows(make):
    rows = {form: tables(_judged(make, form))["applications"] for form in FORMS}
    assert rows["2019"].schema == rows["2021"].schema
    assert {form: table.num_rows for form, table in rows.items()} == {"2019": 23, "2021": 25}
