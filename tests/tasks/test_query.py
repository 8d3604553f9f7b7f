"""SQL over the lake on a real S3 server."""

import csv
import io
import json

import pyarrow as pa
import pytest
import typer
from publishing import publish
from typer.testing import CliRunner

from flows.cli.export import export
from flows.cli.query import query
from tasks.lake.marts.compact import compact
from tasks.lake.query import connect
from tasks.lake.schemas import LAKE_TABLES, SCHEMAS
from tasks.settings import Buckets, Place


@pytest.fixture
def run(s3, buckets):
    """Run the command as a user does."""
    app = typer.Typer()
    app.command()(query)
    return lambda *arguments: CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.mark.parametrize("quarantine", [False, True])
def test_an_empty_lake_has_every_view_with_its_columns(buckets, quarantine):
    connection = connect(buckets, quarantine=quarantine)
    for table, schema in SCHEMAS.items():
        result = connection.sql(f"SELECT * FROM {table}")
        assert result.columns == schema.names
        assert result.fetchall() == []


def test_a_full_lake_has_the_types_of_an_empty_one(buckets, lake):
    full = connect(buckets)
    empty = connect(buckets, quarantine=True)
    for table in SCHEMAS:
        assert full.sql(f"SELECT * FROM {table}").types == empty.sql(f"SELECT * FROM {table}").types


def test_both_forms_are_one_table(buckets, lake):
    counts = connect(buckets).sql("SELECT year, count(*) FROM applications GROUP BY year ORDER BY year").fetchall()
    assert counts == [(2020, 23), (2024, 25)]


def test_prefixes_of_one_bucket_serve_too(s3, buckets, ledger, make):
    bucket = buckets.lake.bucket
    shared = Buckets(*(Place(bucket, f"nianbao/{name}") for name in ("landing", "lake", "quarantine", "receipts")))
    publish(s3, shared, ledger, make.source(), make.report(), make.validated)
    for _ in ("before a compaction", "after it"):
        assert connect(shared).sql("SELECT count(*) FROM cells").fetchall() == [(len(make.report().cells),)]
        compact(s3, shared, ledger, 2024)


def test_figures_are_exact(buckets, lake, make):
    connection = connect(buckets)
    expected = {cell.address: cell.value for cell in make.report("2021").cells}
    rows = connection.sql("SELECT row, enterprise, total FROM applications WHERE year = 2024").fetchall()
    assert rows == [(row, expected[f"table3.{row}.enterprise"], expected[f"table3.{row}.total"]) for row, _, _ in rows]
    amount = connection.sql("SELECT value FROM disclosures WHERE item = 'fees' AND year = 2024").fetchall()
    assert amount == [(expected["table2.fees.amount_wan"],)]


def test_the_lake_and_the_quarantine_are_apart(buckets, lake):
    assert connect(buckets).sql("SELECT DISTINCT year FROM cells ORDER BY 1").fetchall() == [(2020,), (2024,)]
    assert connect(buckets, quarantine=True).sql("SELECT DISTINCT year, rule FROM findings").fetchall() == [
        (2023, "T3.ROW_SUM")
    ]


def test_words_of_sql_need_quotes_in_the_table_of_decisions_alone(buckets, lake):
    """Version 3 gave `group`, `left`, `right` and `where` other names."""
    connection = connect(buckets)
    for table, schema in LAKE_TABLES.items():
        for column in schema.names:
            if (table, column) not in (("decisions", "by"), ("decisions", "at")):
                connection.sql(f"SELECT {column} FROM {table} LIMIT 0")


def test_a_ledger_that_is_away_is_told(run, lake, monkeypatch):
    monkeypatch.setenv("NIANBAO_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = run("SELECT 1")
    assert result.exit_code == 1
    assert "账本" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_command_prints_a_table(run, lake):
    result = run("SELECT agency, year FROM reports ORDER BY year")
    assert result.exit_code == 0, result.output
    assert "淮安市人民政府" in result.output
    assert "2020" in result.output


def test_the_command_says_when_it_shows_a_part(run, lake):
    result = run("SELECT address FROM cells", "--rows", "2")
    assert "只显示前 2 行" in result.output
    assert result.output.count("table2") == 2


def test_the_command_prints_json_lines(run, lake):
    result = run("SELECT year, row, total, agency, NULL AS nothing FROM applications WHERE row = 'new'", "--json")
    rows = sorted((json.loads(line) for line in result.stdout.splitlines()), key=lambda row: row["year"])
    assert [(row["year"], row["row"], row["nothing"]) for row in rows] == [(2020, "new", None), (2024, "new", None)]
    assert all(isinstance(row["total"], int) for row in rows)


def test_the_command_prints_csv(run, lake):
    result = run("SELECT row, section FROM applications WHERE year = 2024", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 25
    assert rows[0] == {"row": "new", "section": ""}


def test_the_command_reads_the_quarantine(run, lake):
    result = run("SELECT year FROM reports", "--quarantine", "--csv")
    assert result.stdout.split() == ["year", "2023"]


def test_wrong_sql_is_told_in_one_line_and_no_traceback(run):
    result = run("SELEC 1")
    assert result.exit_code == 2
    assert "查询出错" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_that_is_away_is_told(run, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    result = run("SELECT 1")
    assert result.exit_code == 1
    assert "无法读取对象存储" in result.stderr


READS = [
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{file}')",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY reports FROM '{file}'",
    "ATTACH '{folder}/other.db'",
    "EXPORT DATABASE '{folder}/all'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM 'https://example.org/x.parquet'",
    "SELECT * FROM secret_of_this_test",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "PRAGMA profiling_output = '{folder}/out.json'",
    "SET enable_external_access = true; SELECT * FROM read_text('{file}')",
]


@pytest.mark.parametrize("sql", READS)
def test_sql_reaches_no_file_no_address_and_no_variable(lake, run, tmp_path, sql):
    secret_of_this_test = pa.table({"text": ["secret"]})
    file = tmp_path / "private.csv"
    file.write_text("secret,\n1,2\n")
    asked = sql.format(file=file, folder=tmp_path)
    for result in (run(asked), run("--quarantine", asked), run_export(asked, tmp_path)):
        assert result.exit_code == 2, result.output
        assert "1,2" not in result.output
    assert list(tmp_path.iterdir()) == [file]
    assert secret_of_this_test.num_rows


def run_export(sql, folder):
    app = typer.Typer()
    app.command()(export)
    return CliRunner().invoke(app, ["--sql", sql, "--out", str(folder / "out.xlsx")])
