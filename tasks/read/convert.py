"""An old office file after LibreOffice: what it wrote as DOCX is read, and held against what it prints as PDF.

The two share the program that opened the file and nothing after it: another export, another reader, one of cells as
they are written, one of ink on pages. Where they differ, the conversion or a reading is wrong, and it is our doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from expectations.evidence import Cell, Doubt
from expectations.forms import TABLES
from tasks.read.containers import DOC
from tasks.read.cross_check import cross_check
from tasks.read.docx import read_docx
from tasks.read.identity import Identity
from tasks.read.identity.names import same_body
from tasks.read.medium import Medium
from tasks.read.pdf_medium import read_pdf
from tasks.read.recognise import RTF, recognise
from tasks.read.report import identity_in, report_in
from tasks.read.rows import TableReading
from tasks.values import Report

CONVERTED = frozenset({DOC, RTF})
"""What is read only once it is converted."""
_PRINTED = "印成 PDF 再读"


def read_converted(name: str, docx: bytes, pdf: bytes) -> Report:
    """The report in a file that became `docx` and `pdf`. Raises Rejected as `read` and `recognise` do."""
    written = read_docx(recognise("report.docx", docx).body, engine="converted")
    report = report_in(name, written)
    printed = read_pdf(recognise("report.pdf", pdf).body)
    doubts = (*_of_tables(written, printed), *_of_names(identity_in(name, written), identity_in(name, printed)))
    return replace(report, second=f"{report.second}, printed", doubts=(*report.doubts, *doubts))


def _of_tables(written: Medium, printed: Medium) -> Iterator[Doubt]:
    """Where the pages have other figures; by the order of their text alone, where they have no grid to be read."""
    for name in TABLES:
        ours, theirs = written.tables.get(name), printed.tables.get(name)
        if ours and theirs:
            yield from _of_figures(ours, theirs)
        elif ours:
            for doubt in cross_check(printed.stream, name, ours).doubts:
                yield replace(doubt, second=f"{_PRINTED}：{doubt.second}")
        elif theirs:
            yield Doubt(name, "没有读出表格", f"{_PRINTED}则有")


def _of_figures(ours: TableReading, theirs: TableReading) -> Iterator[Doubt]:
    """A figure that one has and the other has not, or has otherwise; a blank is no figure."""
    written, printed = ({cell.address: cell for cell in one.cells} for one in (ours, theirs))
    for address in {**written, **printed}:
        one, other = written.get(address), printed.get(address)
        if (one and one.value) != (other and other.value):
            yield Doubt(address, _shown(one), f"{_PRINTED}：{_shown(other)}", (one,) if one else ())


def _shown(cell: Cell | None) -> str:
    return cell.raw.strip() or "（空）" if cell else "没有读出"


def _of_names(written: Identity, printed: Identity) -> Iterator[Doubt]:
    differ = written.year and printed.year and written.year != printed.year
    if written.agency and printed.agency:
        differ = differ or not same_body(written.agency, printed.agency)
    if differ:
        ours, theirs = (f"{who.agency} {who.year} 年" for who in (written, printed))
        yield Doubt("sections", ours, f"{_PRINTED}：{theirs}")
