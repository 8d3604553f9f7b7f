"""What a report's cells become in the lake's tables."""

from dataclasses import replace
from decimal import Decimal

import pytest

from expectations.evidence import Cell
from tasks.lake.rows import Judged, report_id, tables
from tasks.values import Document


def _tables(make, report, verdict=None):
    source = make.source()
    judged = Judged(source, Document(source.key, "application/pdf", 6, b""), report, verdict or make.validated)
    return {name: table.to_pylist() for name, table in tables(judged).items()}


def _with(report, address, value, raw):
    cells = tuple(replace(c, value=value, raw=raw) if c.address == address else c for c in report.cells)
    return replace(report, cells=cells)


def _value(rows, address):
    table, rest = address.split(".", 1)
    row, column = rest.rsplit(".", 1)
    name, code = {"table3": ("applications", "row"), "table4": ("disputes", "proceeding")}[table]
    return next(line for line in rows[name] if line[code] == row)[column]


def test_every_figure_is_in_its_table_and_among_the_cells(make):
    report = make.report()
    rows = _tables(make, report)
    assert len(rows["cells"]) == len(report.cells)
    for cell in report.cells:
        if not cell.address.startswith("table2"):
            assert _value(rows, cell.address) == cell.value
    table2 = {f"table2.{r['item']}.{r['measure']}": r["value"] for r in rows["disclosures"]}
    assert table2 == {c.address: c.value for c in report.cells if c.address.startswith("table2")}


@pytest.mark.parametrize("raw", ["", "/", "—", "12abc"])
def test_blank_and_what_is_no_number_are_null_and_keep_their_raw_text(make, raw):
    rows = _tables(make, _with(make.report(), "table3.new.total", None, raw))
    assert _value(rows, "table3.new.total") is None
    assert next(c for c in rows["cells"] if c["address"] == "table3.new.total")["raw"] == raw


def test_zero_is_not_blank(make):
    assert _value(_tables(make, _with(make.report(), "table3.new.total", 0, "0")), "table3.new.total") == 0


@pytest.mark.parametrize("value", [Decimal("2.5"), 2**63, -(2**64)])
def test_a_count_that_is_none_is_null_in_the_table(make, value):
    assert _value(_tables(make, _with(make.report(), "table4.review.total", value, "?")), "table4.review.total") is None


def test_a_fraction_stays_visible_among_the_cells_only(make):
    rows = _tables(make, _with(make.report(), "table2.licensing.decisions", Decimal("2.5"), "2.5"))
    assert next(r for r in rows["disclosures"] if r["item"] == "licensing")["value"] is None
    assert next(c for c in rows["cells"] if c["address"] == "table2.licensing.decisions")["value"] == Decimal("2.5")


def test_an_amount_is_rounded_to_the_yuan_and_its_raw_text_is_kept(make):
    rows = _tables(make, _with(make.report(), "table2.fees.amount_wan", Decimal("163.45675"), "163.45675"))
    fees = next(r for r in rows["disclosures"] if r["item"] == "fees")
    assert (fees["value"], fees["raw"]) == (Decimal("163.4568"), "163.45675")


def test_rows_and_tables_that_were_not_read_are_not_invented(make):
    report = make.report()
    forms = {"table2": "2021", "table3": "2021"}
    cells = tuple(c for c in report.cells if not c.address.startswith(("table4", "table3.total.")))
    rows = _tables(make, replace(report, cells=cells, forms=forms), make.quarantined)
    assert rows["disputes"] == []
    assert "total" not in [row["row"] for row in rows["applications"]]


def test_a_cell_outside_the_form_is_kept_as_evidence(make):
    stray = Cell("table3.unknown.total", 7, "7", None, None, "tokens")
    report = replace(make.report(), cells=(stray,))
    rows = _tables(make, report, make.quarantined)
    assert [(c["address"], c["page"], c["x0"]) for c in rows["cells"]] == [("table3.unknown.total", None, None)]
    assert rows["applications"] == []


def test_the_report_row_tells_source_and_findings(make):
    (row,) = _tables(make, make.report(), make.quarantined)["reports"]
    assert (row["outcome"], row["findings_critical"], row["findings_warning"]) == ("quarantined", 1, 1)
    assert (row["source_key"], row["source_etag"], row["pages"]) == ("2024/报告.pdf", "e1", 6)
    assert row["landed_at"] == make.source().landed_at


def test_a_finding_names_its_suspect(make):
    finding = _tables(make, make.report(), make.quarantined)["findings"][0]
    assert (finding["left_value"], finding["right_value"]) == (5, 4)
    assert (finding["suspect"], finding["suspect_value"]) == ("table3.new.total", 5)


def test_the_report_id_is_the_contracts():
    assert report_id("淮安市人民政府", 2024) == "77883b36834a4355"
    assert report_id(" 淮安市\u3000人民政府\n", 2024) == "77883b36834a4355"
    assert report_id("ＡＢ（１）局", 2024) == report_id("AB(1)局", 2024)
    assert report_id("淮安市人民政府", 2023) != "77883b36834a4355"
