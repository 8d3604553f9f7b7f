"""Report versions: one object of one row, and back."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.evidence import Decision
from expectations.forms import FORMS
from tasks.judge.decisions import RETRACTED, Correction, Review, accepted, corrected
from tasks.lake.rows import Judged, tables
from tasks.lake.versions import StaleVersionError, flat, nested, nested_of, put_version, read_version, remove_version
from tasks.values import LAKE_VERSION, Document

AT = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)


def judged_of(source, report, verdict, reviews=()):
    return Judged(source, Document(source.key, "application/pdf", 6, b""), report, verdict, tuple(reviews))


def _decision(kind="accept", note="已核对原文"):
    return Decision(kind, "王某", AT, note)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_what_is_read(s3, buckets, make, form):
    judged = judged_of(make.source(), make.report(form), make.quarantined)
    before = tables(judged)
    new = put_version(s3, buckets.quarantine, judged)
    after = read_version(s3, buckets.quarantine, new.name, new.stored_etag)
    assert after.keys() == before.keys()
    for table, content in before.items():
        assert after[table].schema.equals(content.schema, check_metadata=True)
        if table != "reports":  # says when it was processed
            assert after[table].to_pylist() == content.to_pylist()
    assert new.place == "quarantine"
    assert re.fullmatch(rf"versions/year=2024/{judged.report_id}-[0-9a-f]{{12}}\.parquet", new.name)


def test_a_version_is_one_row_whose_tables_are_lists(s3, buckets, make):
    new = put_version(s3, buckets.lake, judged_of(make.source(), make.report(), make.validated))
    body = s3.get_object(Bucket=buckets.lake.bucket, Key=buckets.lake.key(new.name))["Body"].read()
    file = pq.ParquetFile(io.BytesIO(body))
    (row,) = file.read().to_pylist()
    assert new.place == "lake"
    assert row["agency"] == "淮安市人民政府"
    assert len(row["applications"]) == 25
    assert {"item", "measure", "value"} < row["disclosures"][0].keys()
    assert file.metadata.metadata[b"nianbao.lake_version"] == LAKE_VERSION.encode()
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_columns_that_came_after_a_version_are_null_in_it(make):
    of_report = tables(judged_of(make.source(), make.report(), make.quarantined))
    whole = nested(of_report)
    cells = whole["cells"].combine_chunks()
    lesser = pa.StructArray.from_arrays(
        [cells.values.field(name) for name in ("address", "value")], ["address", "value"]
    )
    older = whole.drop_columns(["exceptions", "decisions"])
    older = older.set_column(
        older.schema.get_field_index("cells"), "cells", pa.ListArray.from_arrays(cells.offsets, lesser)
    )
    file = io.BytesIO()
    pq.write_table(older, file)
    found = flat(nested_of(file.getvalue()))
    assert found["reports"]["exceptions"].to_pylist() == [None]
    assert found["cells"]["value"].to_pylist() == of_report["cells"]["value"].to_pylist()
    assert set(found["cells"]["engine"].to_pylist()) == {None}
    assert found["decisions"].num_rows == 0


def test_an_object_that_is_gone_or_is_another_is_not_taken(s3, buckets, make):
    judged = judged_of(make.source(), make.report(), make.validated)
    new = put_version(s3, buckets.lake, judged)
    put_version(s3, buckets.lake, replace(judged, report=make.report(step=1)))
    with pytest.raises(StaleVersionError):
        read_version(s3, buckets.lake, new.name, new.stored_etag)
    remove_version(s3, buckets.lake, new.name)
    with pytest.raises(StaleVersionError):
        read_version(s3, buckets.lake, new.name)


def test_figures_are_one_digest_for_equal_tables_and_none_for_empty_ones(s3, buckets, make):
    def figures(report):
        return put_version(s3, buckets.lake, judged_of(make.source(), report, make.validated)).figures

    report = make.report()
    zero = replace(report, cells=tuple(replace(cell, value=0) for cell in report.cells))
    assert figures(report) == figures(make.report(agency="镇江市人民政府")) is not None
    assert figures(report) != figures(make.report(step=1))
    assert figures(zero) is None


def test_a_version_without_a_sure_name_says_so(s3, buckets, make):
    named = judged_of(make.source(), make.report(), make.quarantined)
    assert put_version(s3, buckets.quarantine, named).is_named
    nameless = replace(named, report=replace(make.report(), agency=None))
    assert not put_version(s3, buckets.quarantine, nameless).is_named


def test_decisions_that_hold_are_rows(make):
    report, address = make.report(), "table3.new.total"
    raw = next(cell.raw for cell in report.cells if cell.address == address)
    finding = make.finding()
    reviews = (
        Review(_decision("correct"), corrections=(Correction(address, "77", raw), Correction(address, "1", "别的"))),
        Review(_decision(note="如此"), accepted=(finding.id, "lapsed")),
    )
    verdict = accepted(make.replace(make.quarantined, findings=(finding,)), reviews)
    found = tables(judged_of(make.source(), corrected(report, reviews[:1]), verdict, reviews[1:] + reviews[:1]))
    rows = found["decisions"].to_pylist()
    assert [(r["action"], r["address"], r["rule"], r["note"]) for r in rows] == [
        ("accept", "table3.new", "T3.ROW_SUM", "如此"),
        ("correct", address, None, "已核对原文"),
    ]
    assert (rows[1]["printed_value"], rows[1]["value"], rows[1]["by"], rows[1]["at"]) == (raw, "77", "王某", AT)
    (row,) = found["reports"].to_pylist()
    assert (row["exceptions"], row["corrected_cells"]) == (["T3.ROW_SUM"], 1)


def test_a_retraction_and_a_rejection_are_rows(make):
    reviews = (Review(_decision("retract")), Review(_decision("reject")))
    verdict = accepted(make.validated, reviews)
    rows = tables(judged_of(make.source(), make.report(), verdict, reviews))["decisions"].to_pylist()
    assert [(row["action"], row["address"]) for row in rows] == [("retract", None), ("reject", None)]
    assert verdict.findings[0].rule == RETRACTED
