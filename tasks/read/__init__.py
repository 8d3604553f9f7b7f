"""Reading is pure: a document in, a report out. Where two independent readings differ, there is a doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from expectations import messages
from expectations.evidence import Doubt, Finding
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
from tasks.read.identity import Identity, identify
from tasks.read.medium import Medium
from tasks.read.naming import naming_places
from tasks.read.notes import section_notes
from tasks.read.pdf_medium import read_pdf
from tasks.read.plain_text import read_plain_text
from tasks.read.radicals import IDEOGRAPHS
from tasks.read.rows import TableReading
from tasks.read.sections import find_sections
from tasks.values import Document, Report

_SECTIONS_OF_A_REPORT = 3
"""So many of the six sections show that a document without a title is a report."""
_COMMON = frozenset.intersection(*(frozenset(row.code for row in form.rows) for form in FORMS.values()))
"""The rows of table 3 that all forms have."""


def read(document: Document) -> Report:
    """The report in `document`. Raises NoTextLayer, NotAnnualReport or UnsupportedYear if there is none to read.

    Raises UnsupportedType for an old office file, which somebody has to convert first.
    """
    if document.media_type not in _READERS:
        raise UnsupportedType("需要先转换")
    return report_in(document.name, _READERS[document.media_type](document.body))


def report_in(name: str, medium: Medium) -> Report:
    """The report that the file `name` holds, whatever medium it is. Raises as `read` does."""
    who = identity_in(name, medium)
    sections = find_sections(medium.lines)
    is_pictured = bool(medium.pictured) and (bool(who.title) or len(sections) >= _SECTIONS_OF_A_REPORT)
    if medium.is_scan and len(medium.tables) < 3 and not is_pictured:
        raise NoTextLayer
    if not is_pictured:
        _check_is_report(medium, who.title, len(sections))
    if who.year is not None and who.year < FIRST_YEAR and not who.is_year_in_doubt:
        raise UnsupportedYear(f"{who.year} 年")
    checked = check(medium)
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
        notes=(*who.notes, *section_notes(sections, medium.stream), *_picture_notes(medium)),
        engine=medium.engine,
        second=medium.second,
        pictured=tuple(sorted({page for page in medium.pictured.values() if page})),
        naming=naming_places(medium, who.title, who.agency, who.year),
        risks=medium.risks,
        claims=tuple(claim for s in sections if s.number == "一" for claim in find_claims(s.text, who.year)),
    )


def identity_in(name: str, medium: Medium) -> Identity:
    """Who reports in the file `name`, and on which year."""
    return identify(name, medium.lines, medium.names, _decided_forms(medium), medium.stream.text)


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
    "application/pdf": read_pdf,
    DOCX: read_docx,
    XLSX: _xlsx,
    "text/html": _html,
    "text/plain": _text,
    "text/markdown": _text,
}


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
