"""Reading is pure: a document in, a report out. Where two independent readings differ, there is a doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from expectations import messages
from expectations.evidence import Cell, Claim, Doubt, Finding
from expectations.forms import FIRST_YEAR, FORMS, TABLES, TableName, form_for
from tasks.errors import CorruptFile, NotAnnualReport, NoTextLayer, UnsupportedType, UnsupportedYear
from tasks.read.characters import checked
from tasks.read.claims import find_claims
from tasks.read.containers import DOCX, XLSX
from tasks.read.dates import find_date
from tasks.read.docx import read_docx
from tasks.read.doubts import check
from tasks.read.encoding import decode
from tasks.read.html import read_html
from tasks.read.identity import Identity, identify, read_again
from tasks.read.medium import Medium
from tasks.read.naming import naming_places
from tasks.read.notes import section_notes
from tasks.read.pdf_medium import read_pdf
from tasks.read.plain_text import read_plain_text
from tasks.read.radicals import IDEOGRAPHS
from tasks.read.recognise import HTML, MARKDOWN, PDF, TEXT
from tasks.read.rows import TableReading
from tasks.read.scan.decide import Witness
from tasks.read.scan.pages import read_pictured_pdf
from tasks.read.scan.seen import DocumentSeen
from tasks.read.scan.witness import witness_of
from tasks.read.sections import find_sections
from tasks.values import Document, Report, ReportSection

_SECTIONS_OF_A_REPORT = 3
"""So many of the six sections show that a document without a title is a report."""
_LEGIBLE = 60
"""Characters: where pictures show no more, they could not be read."""
TESSERACT, ANOTHER_CROP = "tesseract", "crop"
"""The second reader of pictures, and what takes its place where it is not installed."""
_COMMON = frozenset.intersection(*(frozenset(row.code for row in form.rows) for form in FORMS.values()))
"""The rows of table 3 that all forms have."""


def read(document: Document) -> Report:
    """The report in `document`. Raises NoTextLayer, NotAnnualReport or UnsupportedYear if there is none to read.

    Raises UnsupportedType for an old office file, which somebody has to convert first.
    """
    return report_in(document.name, _medium(document))


def read_unless_pictured(document: Document) -> Report | None:
    """The report in `document`; None where that stands in pictures, as a whole or in part: nobody looked yet."""
    medium = _medium(document)
    if medium.is_scan or medium.pictured:
        return None
    report = report_in(document.name, medium)
    return None if medium.has_scans and not (report.agency and report.year) else report


def read_seen(document: Document, seen: DocumentSeen, second: tuple[tuple[str, ...], ...] | None) -> Report:
    """The report in `document`, whose pictures were looked at; `second` is what a second reader saw."""
    medium = _PICTURED[document.media_type](document.body, seen)
    pages = {name: seen.pictures[0].page if seen.pictures else None for name in TABLES if name not in medium.tables}
    if document.media_type != PDF:
        pages = dict.fromkeys(pages)
    medium = replace(medium, pictured={**pages, **medium.pictured})
    try:
        return report_in(document.name, medium, witness_of(seen, second))
    except NotAnnualReport:
        if sum(len(line.plain) for line in medium.lines) < _LEGIBLE:
            raise NoTextLayer(seen.unseen) from None
        raise


def _medium(document: Document) -> Medium:
    if document.media_type not in _READERS:
        raise UnsupportedType("需要先转换")
    return _READERS[document.media_type](document.body)


def report_in(name: str, medium: Medium, witness: Witness | None = None) -> Report:
    """The report that the file `name` holds, whatever medium it is. Raises as `read` does.

    `witness` is what a second reader saw of a report in pictures.
    """
    who = identity_in(name, medium)
    if medium.again:
        other = identify(name, medium.again, medium.names, _decided_forms(medium), "")
        who = read_again(who, other, name, medium.lines)
    sections = find_sections(medium.lines)
    is_pictured = bool(medium.pictured) and (bool(who.title) or len(sections) >= _SECTIONS_OF_A_REPORT)
    if medium.is_scan and len(medium.tables) < 3 and not is_pictured:
        raise NoTextLayer
    if not is_pictured:
        _check_is_report(medium, who.title, len(sections))
    if who.year is not None and who.year < FIRST_YEAR and not who.is_year_in_doubt:
        raise UnsupportedYear(f"{who.year} 年")
    checked = check(medium, witness)
    forms = _forms(medium, who.year)
    return Report(
        title=who.title,
        agency=who.agency,
        year=who.year,
        published_on=find_date(medium.lines),
        forms=forms,
        cells=checked.cells,
        sections=sections,
        doubts=(*checked.doubts, *_form_doubts(forms, who.year, checked.doubts)),
        notes=(
            *who.notes,
            *section_notes(sections, medium.stream),
            *_picture_notes(medium),
            *_repair_notes(checked.repaired, forms),
        ),
        engine=medium.engine,
        second=(TESSERACT if witness.has_second else ANOTHER_CROP) if witness else medium.second,
        pictured=tuple(sorted({page for page in medium.pictured.values() if page} | set(medium.seen))),
        naming=naming_places(medium, who.title, who.agency, who.year),
        risks=medium.risks,
        claims=_claims(sections, find_sections(medium.again) if medium.again else sections, who.year),
    )


def identity_in(name: str, medium: Medium) -> Identity:
    """Who reports in the file `name`, and on which year."""
    return identify(name, medium.lines, medium.names, _decided_forms(medium), medium.stream.text)


def _claims(sections: Sequence[ReportSection], again: Sequence[ReportSection], year: int | None) -> tuple[Claim, ...]:
    """What section one says of the figures; of a text that was recognised twice, what both readings say."""
    first, other = (
        [claim for s in read if s.number == "一" for claim in find_claims(s.text, year)] for read in (sections, again)
    )
    said = {(claim.rule, claim.stated, claim.operands, claim.against) for claim in other}
    return tuple(claim for claim in first if (claim.rule, claim.stated, claim.operands, claim.against) in said)


def _repair_notes(repaired: Sequence[Cell], forms: dict[TableName, str]) -> Iterator[Finding]:
    """READ.REPAIRED, once for each cell of which the sums decided which of two readers is right."""
    for cell in repaired:
        message = messages.repaired(cell, forms.get("table3", max(FORMS)))
        yield Finding("READ.REPAIRED", "warning", "fail", cell.address, message, (cell,), fault="reading")


def _form_doubts(forms: dict[TableName, str], year: int | None, doubts: Sequence[Doubt]) -> Iterator[Doubt]:
    """Tables in doubt that look like the form of other years: what is not read for certain is not called wrong."""
    of_year = form_for(year) if year else None
    for name, form in forms.items():
        if of_year and form != of_year.code and any(doubt.where.startswith(name) for doubt in doubts):
            yield Doubt(name, f"{form} 年格式", "该表存疑，不能断定格式")


def _picture_notes(medium: Medium) -> Iterator[Finding]:
    """READ.PICTURE, once for each table that is a picture: our limit, not the report's fault."""
    for name, page in medium.pictured.items():
        yield Finding("READ.PICTURE", "critical", "fail", name, messages.pictured(name, page), fault="reading")


def _decoded(body: bytes) -> str:
    text = decode(body)
    if text is None:
        raise CorruptFile("文字编码无法识别")
    return text.translate(IDEOGRAPHS)


def _text(body: bytes) -> Medium:
    return read_plain_text(checked(_decoded(body)))


def _html(body: bytes) -> Medium:
    return read_html(_decoded(body))


def _xlsx(body: bytes) -> Medium:
    from tasks.read.xlsx import read_xlsx  # what openpyxl takes to be imported is for those who have a workbook

    return read_xlsx(body)


_READERS: dict[str, Callable[[bytes], Medium]] = {
    PDF: read_pdf,
    DOCX: read_docx,
    XLSX: _xlsx,
    HTML: _html,
    TEXT: _text,
    MARKDOWN: _text,
}


def _seen_pdf(body: bytes, seen: DocumentSeen) -> Medium:
    return read_pictured_pdf(body, seen.pictures)


def _seen_docx(body: bytes, seen: DocumentSeen) -> Medium:
    return read_docx(body, seen.pictures)


def _seen_html(body: bytes, seen: DocumentSeen) -> Medium:
    return read_html(_decoded(body), seen.pictures)


_PICTURED: dict[str, Callable[[bytes, DocumentSeen], Medium]] = {PDF: _seen_pdf, DOCX: _seen_docx, HTML: _seen_html}


def _check_is_report(medium: Medium, title: str, sections: int) -> None:
    """A report has at least a statutory table with a figure in it, or the title and text of one."""
    if title and sections >= _SECTIONS_OF_A_REPORT:
        return
    filled = any(cell.value is not None for table in medium.tables.values() for cell in table.cells)
    if not filled and (medium.tables or not title) and not any(medium.stream.announces(t) for t in TABLES[1:]):
        raise NotAnnualReport


def _forms(medium: Medium, year: int | None) -> dict[TableName, str]:
    """The form of each table; table 4 is the same in both and goes with the rest of the report.

    A table 3 of which no row was read that only one form has is held against the form of its year.
    """
    forms = {name: table.form for name, table in medium.tables.items()}
    of_year = form_for(year) if year else None
    if of_year and "table3" in forms and not _is_decided(medium.tables["table3"]):
        forms["table3"] = of_year.code
    if "table4" in forms:
        forms["table4"] = forms.get("table3") or forms.get("table2") or (of_year.code if of_year else forms["table4"])
    return forms


def _decided_forms(medium: Medium) -> frozenset[str]:
    """The forms that the tables have whatever the year is."""
    of_themselves = {"table2": True, "table3": "table3" in medium.tables and _is_decided(medium.tables["table3"])}
    return frozenset(table.form for name, table in medium.tables.items() if of_themselves.get(name))


def _is_decided(table: TableReading) -> bool:
    return any(code not in _COMMON for code, _ in table.labels)
