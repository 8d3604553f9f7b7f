"""Workbooks of a real lake, read back from their XML."""

import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from lxml import etree
from workbook import NS, sheets

from tasks.analysis.export import TABLES, Selection, export, xlsx_file
from tasks.analysis.export.headers import headers
from tasks.lake.rows import amount
from tasks.lake.schemas import LAKE_TABLES


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


def test_an_empty_lake_gives_a_workbook_with_heads(buckets, tmp_path):
    export(Selection(TABLES), tmp_path / "a.xlsx", "xlsx", "zh", buckets=buckets)
    assert [len(lines) for lines in sheets(tmp_path / "a.xlsx").values()] == [1] * len(TABLES)
