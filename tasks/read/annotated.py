"""What annotations write on a PDF page: values of form fields, free text; and what they strike out."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox

_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_WRITES = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX)
_WIDE = 0.5
"""Of its height: the width of a character in a field, where the field has room."""


class Written(NamedTuple):
    """What a visible annotation writes, and its rectangle in the page's user space; `struck` strikes what is there."""

    text: str
    box: BBox
    struck: bool = False


def written(page: pdfium.PdfPage) -> list[Written]:
    """The annotations of a page that say something about its text, as a viewer shows them."""
    return [found for n in range(raw.FPDFPage_GetAnnotCount(page.raw)) for found in _annotation(page, n)]


def _annotation(page: pdfium.PdfPage, number: int) -> Iterator[Written]:
    annotation = raw.FPDFPage_GetAnnot(page.raw, number)
    if not annotation:
        return
    try:
        if not raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
            yield from _shown(page, annotation)
    finally:
        raw.FPDFPage_CloseAnnot(annotation)


def _shown(page: pdfium.PdfPage, annotation: object) -> Iterator[Written]:
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, rect)
    box = rect.left, rect.bottom, rect.right, rect.top
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_STRIKEOUT:
        yield from _struck(annotation, box)
    elif kind == raw.FPDF_ANNOT_FREETEXT:
        yield Written(_contents(annotation), box)
    elif kind == raw.FPDF_ANNOT_WIDGET and page.formenv:
        form = page.formenv.raw
        if raw.FPDFAnnot_GetFormFieldType(form, annotation) in _WRITES:
            yield Written(_value(form, annotation), box)


def _struck(annotation: object, box: BBox) -> Iterator[Written]:
    """Each stretch that the annotation strikes; its rectangle, where it names none."""
    quad = raw.FS_QUADPOINTSF()
    count = raw.FPDFAnnot_CountAttachmentPoints(annotation)
    for n in range(count):
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, n, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield Written("", (min(xs), min(ys), max(xs), max(ys)), struck=True)
    if not count:
        yield Written("", box, struck=True)


def _value(form: object, annotation: object) -> str:
    size = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
    buffer = (ctypes.c_ushort * (size // 2))()
    raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size)
    return _decoded(buffer)


def _contents(annotation: object) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    buffer = (ctypes.c_ushort * (size // 2))()
    raw.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size)
    return _decoded(buffer)


def _decoded(buffer: ctypes.Array[ctypes.c_ushort]) -> str:
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def spread(text: str, box: BBox) -> list[tuple[str, BBox]]:
    """The characters of `text`, upright in `box`: lines from the top, each from the left, as wide as there is room."""
    lines: Sequence[str] = [line for line in text.splitlines() if line.strip()]
    x0, top, x1, bottom = box
    placed: list[tuple[str, BBox]] = []
    for n, line in enumerate(lines):
        height = (bottom - top) / len(lines)
        width = min(height * _WIDE, (x1 - x0) / len(line))
        y = top + n * height
        placed += [
            (char, (x0 + i * width, y, x0 + (i + 1) * width, y + height))
            for i, char in enumerate(line)
            if not char.isspace()
        ]
    return placed
