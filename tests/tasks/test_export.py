"""Exports of a real lake: what is selected, as CSV and Parquet that other programs read, or as it was if it fails."""

import csv
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.forms import FORMS
from tasks.analysis.export import TABLES, ReadFailedError, Selection, SelectionError, export
from tasks.analysis.export.headers import headers
from tasks.lake.rows import amount
from tasks.lake.schemas import LAKE_TABLES
from tasks.spreadsheet_text import text_only

IN_THE_LAKE = (FORMS["2019"], FORMS["2021"])
"""The forms of the reports in the fixture `lake`."""


@pytest.fixture
def rows(buckets, tmp_path):
    """Export one table as CSV and read it back."""

    def exported(table, **wanted):
        export(Selection((table,), **wanted), tmp_path, "csv", "en", buckets=buckets)
        with (tmp_path / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return exported


def test_csv_is_what_excel_opens_right(buckets, lake, tmp_path):
    export(Selection(("applications",)), tmp_path, "csv", "zh", buckets=buckets)
    body = (tmp_path / "applications.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\n") == body.count(b"\r\n") == 1 + 23 + 25
    assert body.decode("utf-8-sig").splitlines()[0].startswith("报告标识,报告年度,发布机关,行代码,行,所属分组,自然人")


def test_rows_stand_in_the_order_of_their_form(rows, lake):
    applications = rows("applications")
    expected = [("2020", r.code) for r in FORMS["2019"].rows] + [("2024", r.code) for r in FORMS["2021"].rows]
    assert [(row["year"], row["row"]) for row in applications] == expected
    cells = rows("cells")
    expected = [f.address for form in IN_THE_LAKE for f in form.figures()]
    assert [row["address"] for row in cells] == expected


@pytest.mark.parametrize(("table", "codes"), [("disclosures", ("item", "measure")), ("disputes", ("proceeding",))])
def test_other_tables_do_so_too(rows, lake, table, codes):
    number = {"disclosures": "table2", "disputes": "table4"}[table]
    forms = [[tuple(f.address.split(".")[1 : 1 + len(codes)]) for f in form.figures(number)] for form in IN_THE_LAKE]
    expected = [line for form in forms for line in dict.fromkeys(form)]
    assert [tuple(row[code] for code in codes) for row in rows(table)] == expected


def test_csv_keeps_every_digit_and_leaves_blanks_empty(rows, lake):
    found = {row["address"]: row for row in rows("cells", years=(2024,))}
    expected = {cell.address: cell for cell in lake.cells}
    for address, cell in expected.items():
        text = found[address]["value"]
        assert (Decimal(text) if text else None) == amount(cell.value)
    assert found[lake.cells[1].address]["value"] == ""
    assert found[lake.cells[1].address]["raw"] == "—"
    assert found["table2.fees.amount_wan"]["value"] == str(expected["table2.fees.amount_wan"].value)


def test_a_year_and_an_agency_can_be_asked_for(rows, lake):
    assert {row["agency"] for row in rows("applications", years=(2020,))} == {"镇江市人民政府"}
    assert {row["year"] for row in rows("applications", agencies=("淮安市 人民政府",))} == {"2024"}
    assert rows("applications", years=(2020,), agencies=("淮安市人民政府",)) == []


def test_an_agency_without_reports_is_told(buckets, lake, tmp_path):
    with pytest.raises(SelectionError, match="没有这个机关的报告：某市"):
        export(Selection(("reports",), agencies=("某市",)), tmp_path, "csv", "zh", buckets=buckets)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "＝1", "\t=1", "-abc", "--1", "+"])
def test_no_text_of_a_csv_is_a_formula(text):
    assert text_only(text) == (text if text == "+" else f"'{text}")


@pytest.mark.parametrize("text", ["-", "--", "——", "-5", "+3.25", "-1,234", "-12%", "5=5", "", "'=1"])
def test_figures_and_dashes_are_left_as_they_are(text):
    assert text_only(text) == text


def test_csv_of_a_query_has_labels_where_they_are_sure(buckets, lake, tmp_path):
    sql = (
        "SELECT agency, label, true AS yes, 12.50 AS d, landed_at FROM reports JOIN disputes USING (report_id, agency)"
    )
    export(Selection(sql=sql), tmp_path / "a.csv", "csv", "zh", buckets=buckets)
    heads, first, *_ = csv.reader((tmp_path / "a.csv").open(encoding="utf-8-sig", newline=""))
    assert heads == ["发布机关", "label", "yes", "d", "上传时间（UTC）"]
    assert first[2:] == ["TRUE", "12.5", "2025-03-01T12:00:00.000001Z"]


def test_parquet_is_the_lakes(buckets, lake, tmp_path):
    export(Selection(TABLES), tmp_path, "parquet", "zh", buckets=buckets)
    for table, schema in LAKE_TABLES.items():
        assert pq.read_schema(tmp_path / f"{table}.parquet").equals(schema, check_metadata=True)
    cells = pq.read_table(tmp_path / "cells.parquet").to_pylist()
    expected = {cell.address: amount(cell.value) for cell in lake.cells}
    assert {cell["address"]: cell["value"] for cell in cells if cell["year"] == 2024} == expected


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_empty_lake_gives_files_with_heads(buckets, tmp_path, kind):
    written = export(Selection(TABLES), tmp_path, kind, "zh", buckets=buckets)
    assert [one.rows for one in written] == [0] * len(TABLES)
    assert all((tmp_path / f"{table}.{kind}").stat().st_size for table in TABLES)


@pytest.mark.parametrize(("kind", "to"), [("csv", "query.csv"), ("xlsx", "a.xlsx"), ("parquet", "query.parquet")])
def test_an_export_that_breaks_leaves_what_was_there(buckets, tmp_path, kind, to):
    (tmp_path / to).write_text("before")
    sql = "SELECT CAST(CASE WHEN i > 50000 THEN 'x' ELSE '1' END AS INT) FROM range(100000) t(i)"
    with pytest.raises(SelectionError, match="查询出错"):
        export(Selection(sql=sql), tmp_path / to, kind, "zh", buckets=buckets)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(to, "before")]


def test_a_mart_that_is_replaced_meanwhile_is_read_again(buckets, lake, tmp_path, monkeypatch):
    from tasks.analysis import export as package

    tries = []

    def sometimes(*arguments):
        tries.append(arguments)
        if len(tries) < 3:
            raise package.ReplacedMeanwhileError
        return whole(*arguments)

    whole = package._write
    monkeypatch.setattr(package, "_write", sometimes)
    assert export(Selection(("reports",)), tmp_path, "csv", "zh", buckets=buckets)[0].rows == 2


def test_equal_labels_are_told_apart():
    fields = [pa.field(name, pa.string(), metadata={"nianbao.label": label}) for name, label in ("aX", "bX", "cY")]
    assert headers(pa.schema(fields), "zh") == ["X（a）", "X（b）", "Y"]
    for schema in LAKE_TABLES.values():
        assert len(set(headers(schema, "zh"))) == len(schema)


def test_a_server_that_goes_away_meanwhile_is_told(buckets, lake, tmp_path, monkeypatch):
    from tasks.analysis.export import extracts

    def broken(*_):
        raise OSError("gone")

    monkeypatch.setattr(extracts.duckdb.DuckDBPyRelation, "to_arrow_reader", broken)
    with pytest.raises(ReadFailedError):
        export(Selection(("reports",)), tmp_path, "csv", "zh", buckets=buckets)
