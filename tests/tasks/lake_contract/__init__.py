"""What downstream teams have of each version of the lake: its marts of one report, and that report's version.

    python -m tests.tasks.lake_contract

adds the files of the version that `tasks/values.py` names. They are made once and never again: later programs must read
them as they are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from expectations.evidence import Decision, Finding, Suspect
from tasks.judge.decisions import Correction, Review, accepted, corrected
from tasks.lake.marts.build import Material, build, relation_rows
from tasks.lake.rows import Judged, tables
from tasks.lake.versions import nested, to_parquet
from tasks.ledger import Relation
from tasks.values import Document, ReportSection, Source, Verdict
from tests.balanced import report

FOLDER = Path(__file__).parent
_AT = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
_ADDRESS = "table3.new.total"


def judged() -> Judged:
    """A report of which every column of every table has something to tell."""
    read = replace(report(), sections=(ReportSection("一", "总体情况", "本年度……"),))
    cell = next(cell for cell in read.cells if cell.address == _ADDRESS)
    finding = Finding(
        "T3.ROW_SUM", "critical", "fail", "table3.new", "各类申请人之和为 5，总计为 4，相差 1。", (cell,), 5, 4,
        Suspect(_ADDRESS, 5), (_ADDRESS,), "source",
    )  # fmt: skip
    reviews = (
        Review(Decision("accept", "王某", _AT, "原文如此"), (finding.id,)),
        Review(Decision("correct", "李某", _AT, "漏读一位"), (), (Correction(_ADDRESS, "77", cell.raw),)),
    )
    source = Source("landing", "2023/报告.pdf", "e1", 5, _AT, "e1" * 32, b"")
    verdict = accepted(Verdict("quarantined", (finding,)), reviews)
    document = Document(source.key, "application/pdf", 6, b"")
    return Judged(source, document, corrected(read, reviews), verdict, reviews)


def write(folder: Path) -> None:
    """The files: each mart, and the report version."""
    one = judged()
    version = nested(tables(one))
    content = {
        "other_report_id": "0" * 16, "other_year": 2022, "other_agency": one.report.agency, "rule": "YEAR.CARRY",
        "severity": "warning", "place": "table3.carried_over.total", "message": "上年结转不符",
        "left_value": "5", "right_value": "4",
    }  # fmt: skip
    relations = relation_rows([Relation(one.report_id, one.year, one.report.agency, content)])
    build(Material(0, 1, {}, (), version, relations), "0" * 32, folder)
    (folder / "version.parquet").write_bytes(to_parquet(version))
