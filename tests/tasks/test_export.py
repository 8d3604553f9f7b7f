"""Exports of a real lake, read back by programs that know nothing of how they were written."""

import csv
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from lxml import etree
from typer.testing import CliRunner

from expectations.forms import FORMS
from flows.cli.export import export as command
from tasks.export import TABLES, ReadFailedError, Selection, SelectionError, export, xlsx_file
from tasks.export.csv_file import text_only
from tasks.export.headers import headers
from tasks.rows import amount
from tasks.schemas import LAKE_TABLES

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
DAY_0 = datetime(1899, 12, 30)


@pytest.fixture
def lake(make, published):
    """Two validated reports, one of each form, and one in quarantine; some cells of the newer one are blank."""
    report = make.report("2021", year=2024)
    blank = make.replace(report.cells[1], value=None, raw="—")
    report = make.replace(report, cells=(report.cells[0], blank, *report.cells[2:]))
    published(make.source(key="a.pdf"), report, make.validated)
    published(make.source(key="b.pdf"), make.report("2019", agency="镇江市人民政府", year=2020), make.validated)
    published(make.source(key="c.pdf"), make.report("2021", year=2023), make.quarantined)
    return report


@pytest.fixture
def run(s3, buckets, tmp_path, monkeypatch):
    """Run the command as a user does, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(command)
    return lambda *arguments: CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def rows(buckets, tmp_path):
    """Export one table as CSV and read it back."""

    def exported(table, **wanted):
        export(Selection((table,), **wanted), tmp_path, "csv", "en", buckets=buckets)
        with (tmp_path / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return exported


def sheets(path):
    """Each sheet of a workbook as rows of cells: text, number as printed in the XML, True, date, or nothing."""
    with zipfile.ZipFile(path) as book:
        names = [s.get("name") for s in etree.fromstring(book.read("xl/workbook.xml")).iterfind(".//x:sheet", NS)]
        styles = etree.fromstring(book.read("xl/styles.xml"))
        formats = [int(xf.get("numFmtId")) for xf in styles.iterfind("x:cellXfs/x:xf", NS)]
        trees = [etree.fromstring(book.read(f"xl/worksheets/sheet{i + 1}.xml")) for i in range(len(names))]
    return {
        name: [
            {c.get("r").rstrip("0123456789"): value(c, formats) for c in row} for row in tree.iterfind(".//x:row", NS)
        ]
        for name, tree in zip(names, trees, strict=True)
    }


def value(cell, formats):
    """What a cell holds; a formula would be no value at all."""
    assert cell.find("x:f", NS) is None
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(cell.itertext())
    text = cell.findtext("x:v", namespaces=NS)
    if kind == "b":
        return text == "1"
    if formats[int(cell.get("s", 0))] >= 164:
        return DAY_0 + timedelta(days=float(text))
    return Decimal(text)


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
    expected = [f.address for form in FORMS.values() for f in form.figures()]
    assert [row["address"] for row in cells] == expected


@pytest.mark.parametrize(("table", "codes"), [("disclosures", ("item", "measure")), ("disputes", ("group",))])
def test_other_tables_do_so_too(rows, lake, table, codes):
    number = {"disclosures": "table2", "disputes": "table4"}[table]
    forms = [[tuple(f.address.split(".")[1 : 1 + len(codes)]) for f in form.figures(number)] for form in FORMS.values()]
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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_workbook_has_a_sheet_for_each_table(buckets, lake, tmp_path, language):
    export(Selection(TABLES), tmp_path / "a.xlsx", "xlsx", language, buckets=buckets)
    found = sheets(tmp_path / "a.xlsx")
    labels = [LAKE_TABLES[table].metadata[b"nianbao.label"].decode() for table in TABLES]
    assert list(found) == (labels if language == "zh" else list(TABLES))
    for table, lines in zip(TABLES, found.values(), strict=True):
        assert list(lines[0].values()) == headers(LAKE_TABLES[table], language)


def test_a_workbook_has_numbers_as_numbers_dates_as_dates_and_blanks_empty(buckets, lake, tmp_path):
    export(Selection(("reports", "cells"), years=(2024,)), tmp_path / "a.xlsx", "xlsx", "en", buckets=buckets)
    found = sheets(tmp_path / "a.xlsx")
    heads, report = found["reports"]
    report = {head: report.get(column) for column, head in heads.items()}
    assert (report["year"], report["agency"]) == (2024, "淮安市人民政府")
    assert report["published_on"].date() == date(2025, 1, 20)
    assert abs(report["landed_at"] - datetime(2025, 3, 1, 12)) < timedelta(milliseconds=1)
    heads, *cells = found["cells"]
    column = {head: letter for letter, head in heads.items()}
    values = {cell[column["address"]]: cell.get(column["value"]) for cell in cells}
    assert values == {cell.address: amount(cell.value) for cell in lake.cells}
    assert cells[0][column["is_corrected"]] is False


def test_a_sheet_has_a_bold_frozen_head_and_a_filter(buckets, lake, tmp_path):
    export(Selection(("disputes",)), tmp_path / "a.xlsx", "xlsx", "zh", buckets=buckets)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        styles = etree.fromstring(book.read("xl/styles.xml"))
    assert sheet.find(".//x:pane", NS).get("state") == "frozen"
    assert sheet.find("x:autoFilter", NS).get("ref") == "A1:J7"
    style = int(sheet.find(".//x:c", NS).get("s"))
    font = int(styles.findall("x:cellXfs/x:xf", NS)[style].get("fontId"))
    assert styles.findall("x:fonts/x:font", NS)[font].find("x:b", NS) is not None


def test_a_table_goes_on_on_the_next_sheet(buckets, lake, tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_file, "SHEET_ROWS", 21)
    written = export(Selection(("applications",)), tmp_path / "a.xlsx", "xlsx", "zh", buckets=buckets)
    found = sheets(tmp_path / "a.xlsx")
    label = "收到和处理政府信息公开申请情况"
    assert list(found) == [label, f"{label}（2）", f"{label}（3）"]
    assert [len(lines) - 1 for lines in found.values()] == [20, 20, 8]
    assert len({tuple(lines[0].items()) for lines in found.values()}) == 1
    assert [one.rows for one in written] == [48]


VALUES = {
    "'=1+1'": "=1+1",
    "'http://a.cn'": "http://a.cn",
    "'<r>x</r>'": " <r>x</r>",
    "chr(1) || '_x0041_'": "_x0001__x005F_x0041_",
    "9007199254740993": "9007199254740993",
    "123456789012345": Decimal(123456789012345),
    "12345678901234.5678::DECIMAL(18,4)": "12345678901234.5678",
    "-99999999999.0001::DECIMAL(18,4)": Decimal("-99999999999.0001"),
    "0.0000::DECIMAL(18,4)": Decimal(0),
    "1.5::DOUBLE": Decimal("1.5"),
    "'nan'::DOUBLE": "nan",
    "true": True,
    "DATE '1850-01-02'": "1850-01-02",
    "['a', 'b']": "a、b",
    "TIMESTAMPTZ '2024-01-02 08:00:00+08'": datetime(2024, 1, 2),
    "NULL": None,
}


@pytest.mark.parametrize("sql", VALUES)
def test_a_cell_of_a_workbook_says_what_was_there(buckets, tmp_path, sql):
    export(Selection(sql=f"SELECT {sql} AS v, 1 AS w"), tmp_path / "a.xlsx", "xlsx", "zh", buckets=buckets)
    assert sheets(tmp_path / "a.xlsx")["查询结果"][1].get("A") == VALUES[sql]


@pytest.mark.parametrize("letter", ["字", "𠮷"])
def test_text_that_is_too_long_for_a_cell_is_cut_with_a_mark(buckets, tmp_path, letter):
    export(Selection(sql=f"SELECT repeat('{letter}', 40000)"), tmp_path / "a.xlsx", "xlsx", "zh", buckets=buckets)
    text = sheets(tmp_path / "a.xlsx")["查询结果"][1]["A"]
    assert text.endswith("已截断）")
    assert 32_760 < len(text.encode("utf-16-le")) // 2 <= 32_767


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


def test_an_empty_lake_gives_a_workbook_with_heads(buckets, tmp_path):
    export(Selection(TABLES), tmp_path / "a.xlsx", "xlsx", "zh", buckets=buckets)
    assert [len(lines) for lines in sheets(tmp_path / "a.xlsx").values()] == [1] * len(TABLES)


@pytest.mark.parametrize(("kind", "to"), [("csv", "query.csv"), ("xlsx", "a.xlsx"), ("parquet", "query.parquet")])
def test_an_export_that_breaks_leaves_what_was_there(buckets, tmp_path, kind, to):
    (tmp_path / to).write_text("before")
    sql = "SELECT CAST(CASE WHEN i > 50000 THEN 'x' ELSE '1' END AS INT) FROM range(100000) t(i)"
    with pytest.raises(SelectionError, match="查询出错"):
        export(Selection(sql=sql), tmp_path / to, kind, "zh", buckets=buckets)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(to, "before")]


def test_a_mart_that_is_replaced_meanwhile_is_read_again(buckets, lake, tmp_path, monkeypatch):
    from tasks import export as package

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


def test_the_command_writes_a_workbook_of_everything(run, lake, tmp_path):
    result = run()
    assert result.exit_code == 0, result.output
    assert "报告：2 行 → nianbao-export.xlsx" in result.output
    assert len(sheets(tmp_path / "nianbao-export.xlsx")) == len(TABLES)


def test_the_command_reads_the_quarantine(run, lake, tmp_path):
    result = run("reports", "findings", "--quarantine", "--format", "csv", "--out", "some/where", "--headers", "en")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "some/where").iterdir()} == {"reports.csv", "findings.csv"}
    assert (tmp_path / "some/where/reports.csv").read_text("utf-8-sig").splitlines()[1].split(",")[1] == "2023"


WRONG = {
    ("nothing",): "TABLE 没有",
    ("--format", "ods"): "--format 没有",
    ("--headers", "de"): "--headers 没有",
    ("reports", "--sql", "SELECT 1"): "--sql 不能",
    ("--out", "a.xls"): ".xlsx",
    ("--sql", "SELEC 1"): "查询出错",
    ("--sql", "DROP VIEW reports"): "没有结果",
    ("--agency", "某市"): "没有这个机关的报告",
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_wrong_is_told_and_no_traceback(run, lake, tmp_path, arguments):
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert WRONG[arguments] in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(run, lake, tmp_path):
    (tmp_path / "file").touch()
    result = run("reports", "--out", "file/a.xlsx")
    assert result.exit_code == 1
    assert "无法写入文件" in result.stderr


def test_a_server_that_is_away_is_told(run, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    result = run("reports")
    assert result.exit_code == 1
    assert "无法读取对象存储" in result.stderr


def test_a_server_that_goes_away_meanwhile_is_told(buckets, lake, tmp_path, monkeypatch):
    from tasks.export import extracts

    def broken(*_):
        raise OSError("gone")

    monkeypatch.setattr(extracts.duckdb.DuckDBPyRelation, "to_arrow_reader", broken)
    with pytest.raises(ReadFailedError):
        export(Selection(("reports",)), tmp_path, "csv", "zh", buckets=buckets)
