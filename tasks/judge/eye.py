"""What the pages of a PDF show, held against what was read, before any rule is: the eye is a third witness.

It looks in a guarded process of its own (`tasks.read.guard.place.EYE`). Where it sees something else there is a doubt;
where it sees nothing clearly, the evidence says so, and there is a doubt only if the file has a sign of risk.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from expectations import messages
from expectations.evidence import Cell, Doubt, Finding
from expectations.forms import TABLES
from expectations.rules import RULES
from expectations.rules.documents import IDENTITY_DOUBTS
from tasks.errors import Rejected
from tasks.read import guard
from tasks.read.eye.look import look
from tasks.read.eye.values import NOTHING, Asked, Looked
from tasks.read.guard import guarded
from tasks.read.guard.place import EYE
from tasks.read.naming import YEAR
from tasks.read.ocr.engine import is_installed
from tasks.read.recognise import PDF
from tasks.read.risks import FONT
from tasks.settings import settings
from tasks.values import Document, Report

_BY_CHARACTERS = ("lines", "words")
"""Engines that read what a page draws as text: pictures were looked at already."""

SEEN, UNSEEN = "+eye", "+unseen"
"""What is added to the way in which a cell was read, if the page shows the same, or shows it not clearly."""
_UNCLEAR = "图像看不清，且文件{}"
_NO_EYE = "没有安装图像识别，无法核对，而文件{}"

logger = logging.getLogger(__name__)


def get_ready(keys: Iterable[str]) -> None:
    """Start the eye's process while files of these names are fetched and read: its models take longer than that."""
    if settings().eye == "always" and is_installed() and any(key.lower().endswith(".pdf") for key in keys):
        guard.get_ready(EYE)


def seen(document: Document, report: Report) -> Report:
    """`report` with what the eye says of it, as the setting `eye` has it."""
    mode = settings().eye
    if document.media_type != PDF or mode == "never" or (mode == "risk" and not report.risks):
        return report
    if not is_installed():
        return replace(report, doubts=(*report.doubts, *_risky(report)))
    return with_eye(report, _looked(document, report))


def _looked(document: Document, report: Report) -> Looked:
    asked = tuple(
        Asked(cell.address, cell.page, cell.bbox, cell.raw, cell.engine != "words")
        for cell in report.cells
        if cell.page and cell.bbox and cell.engine in _BY_CHARACTERS
    )
    if not asked and not report.naming:
        return Looked()
    try:
        return guarded(look, document.body, asked, report.naming, where=EYE)
    except Rejected as rejected:
        logger.info("%s: the eye gave up: %s", document.name, rejected)
        return Looked(silent=frozenset(cell.address for cell in asked))


def with_eye(report: Report, looked: Looked) -> Report:
    """`report` with what was seen: doubts, remarks on its name, and how each cell was seen."""
    undrawn = _undrawn(report, looked)
    differs = tuple(one for one in looked.differs if one.where not in undrawn)
    looked = replace(looked, silent=looked.silent | undrawn, differs=differs)
    cells = tuple(_marked(cell, looked) for cell in report.cells)
    unclear = _unclear(report, [cell for cell in cells if cell.address not in undrawn], looked)
    doubts = (*report.doubts, *_differing(cells, looked), *unclear, *_title(report, looked))
    return replace(report, cells=cells, doubts=doubts, notes=(*report.notes, *_names(report, looked)))


def _undrawn(report: Report, looked: Looked) -> frozenset[str]:
    """Cells in fonts that the machine has to lend, of which it draws nothing, or no point by itself."""
    if report.risks != (FONT,):
        return frozenset()
    raw = {cell.address: _plain(cell.raw) for cell in report.cells}
    return frozenset(one.where for one in looked.differs if one.seen in (NOTHING, raw.get(one.where)))


def _marked(cell: Cell, looked: Looked) -> Cell:
    mark = SEEN if cell.address in looked.agreed else UNSEEN if cell.address in looked.silent else ""
    return replace(cell, engine=cell.engine + mark) if mark else cell


def _differing(cells: tuple[Cell, ...], looked: Looked) -> Iterator[Doubt]:
    seen = {one.where: one.seen for one in looked.differs}
    for cell in cells:
        if cell.address in seen:
            yield Doubt(cell.address, cell.raw, f"{seen[cell.address]}（页面图像）", (cell,))


def _unclear(report: Report, cells: Sequence[Cell], looked: Looked) -> Iterator[Doubt]:
    """Cells that show nothing clear in a file with a sign of risk.

    A font that is not embedded is replaced by whatever the machine has, in which a mark for none may look like
    anything: there it makes no doubt.
    """
    if not report.risks:
        return
    why = _UNCLEAR.format("、".join(report.risks))
    is_font_alone = report.risks == (FONT,)
    for cell in cells:
        if cell.address in looked.silent and not (cell.is_blank and is_font_alone):
            yield Doubt(cell.address, cell.raw, why, (cell,))


def _risky(report: Report) -> Iterator[Doubt]:
    """A doubt about every table of a file with a sign of risk."""
    if report.risks:
        why = _NO_EYE.format("、".join(report.risks))
        yield from (Doubt(name, "表格", why) for name in TABLES if name in report.forms)


def _names(report: Report, looked: Looked) -> Iterator[Finding]:
    """DOC.AGENCY_DOUBT and DOC.YEAR_DOUBT, where the page shows another name or year."""
    read, shown = _texts(looked)
    if read == shown:
        return
    agency = _plain(report.agency or "")
    if agency and report.agency and agency in read and agency not in shown:
        yield _doubt("agency", report.agency, shown)
    years = [found[0] if (found := YEAR.search(text)) else "" for text in (read, shown)]
    if years[0] != years[1]:
        yield _doubt("year", years[0], years[1] or shown)


def _title(report: Report, looked: Looked) -> Iterator[Doubt]:
    """Where the page shows another title in another way."""
    read, shown = _texts(looked)
    if read != shown and not list(_names(report, looked)):
        yield Doubt("title", read, f"{shown}（页面图像）")


def _texts(looked: Looked) -> tuple[str, str]:
    """All that names the report as it was read, and as it is seen where that is surely something else."""
    pairs = [
        (_plain(line.read), _plain(line.seen or "") if line.differs else _plain(line.read)) for line in looked.naming
    ]
    return "".join(read for read, _ in pairs), "".join(shown for _, shown in pairs)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum() or c in "〇○")


def _doubt(what: str, read: str, shown: str) -> Finding:
    rule = RULES[IDENTITY_DOUBTS[what]]
    message = messages.identity_doubt(what, (("题目的文字", read), ("题目的图像", shown)))
    return Finding(rule.code, rule.severity, "fail", what, message, candidates=(read, shown), fault="reading")
