"""Pictures of pages and of tables, put into the files that offices publish."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2
import docx
import numpy as np
import pypdfium2 as pdfium
from docx.shared import Cm
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.scans.paper import Pixels

FONT = "STSong-Light"
Lines = Sequence[str]


def encoded(image: Pixels, quality: int | None) -> bytes:
    """As JPEG of that quality; None: as PNG."""
    kind, options = (".png", []) if quality is None else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imencode(kind, image, options)[1].tobytes()


def scanned_pdf(
    images: Sequence[Pixels],
    dpi: float,
    quality: int | None = 75,
    *,
    strips: int = 1,
    hidden: Lines = (),
    under: bool = False,
    is_bilevel: bool = False,
    unsized: bool = False,
) -> bytes:
    """A PDF with one picture a page, or strips of it; with text that nobody sees over or under it.

    `unsized`: a pixel is a point, as programs make it of a picture without a resolution.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for image in images:
        height, width = image.shape[:2]
        scale = 1.0 if unsized else 72 / dpi
        canvas.setPageSize((width * scale, height * scale))
        if under:
            _text(canvas, hidden, 0, height * scale)
        edges = np.linspace(0, height, strips + 1).astype(int)
        for top, bottom in pairwise(edges.tolist()):
            part = image[top:bottom]
            if is_bilevel:
                reader = ImageReader(Image.fromarray(part[:, :, 0]).convert("1"))
            else:
                reader = ImageReader(io.BytesIO(encoded(part, quality)))
            canvas.drawImage(reader, 0, (height - bottom) * scale, width * scale, (bottom - top) * scale)
        if hidden and not under:
            _text(canvas, hidden, 3, height * scale)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _text(canvas: Canvas, lines: Lines, mode: int, height: float) -> None:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    for n, line in enumerate(lines):
        text = canvas.beginText(50, height - 50 - 13 * n)
        text.setTextRenderMode(mode)
        text.setFont(FONT, 9)
        text.textOut(line)
        canvas.drawText(text)


def mixed_pdf(body: bytes, pictured: Callable[[int], bool], image_of: Callable[[int], bytes]) -> bytes:
    """The PDF with some of its pages (by their index) as pictures."""
    source, out = pdfium.PdfDocument(body), pdfium.PdfDocument.new()
    for index in range(len(source)):
        if pictured(index):
            page = pdfium.PdfDocument(image_of(index))
            out.import_pages(page, [0])
        else:
            out.import_pages(source, [index])
    buffer = io.BytesIO()
    out.save(buffer)
    return buffer.getvalue()


Block = str | Pixels
"""A line of text, or a picture."""


def docx_of(blocks: Sequence[Block], quality: int | None) -> bytes:
    """A Word document of lines and pictures."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
        else:
            document.add_picture(io.BytesIO(encoded(block, quality)), width=Cm(15))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def html_of(blocks: Sequence[Block], quality: int | None) -> bytes:
    """A web page of lines and pictures in `data:` URIs."""
    parts = ["<html><head><meta charset='utf-8'></head><body>"]
    for block in blocks:
        if isinstance(block, str):
            parts.append(f"<p>{block}</p>")
        else:
            kind = "png" if quality is None else "jpeg"
            data = base64.b64encode(encoded(block, quality)).decode()
            parts.append(f'<p><img src="data:image/{kind};base64,{data}" width="600"></p>')
    return "\n".join([*parts, "</body></html>"]).encode()


def pdf_of(blocks: Sequence[Block], quality: int | None) -> bytes:
    """A PDF of lines of text and pictures."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    top = 790.0
    for n, block in enumerate(blocks):
        is_text = isinstance(block, str)
        size = 18 if n == 0 else 10.5
        wide = 480.0
        high = size * 1.8 if is_text else wide * block.shape[0] / block.shape[1]  # type: ignore[union-attr]
        if top - high < 40:
            canvas.showPage()
            top = 790.0
        if isinstance(block, str):
            canvas.setFont(FONT, size)
            canvas.drawString(60, top - size, block)
        else:
            high = min(high, 740)
            canvas.drawImage(ImageReader(io.BytesIO(encoded(block, quality))), 57, top - high, wide, high)
        top -= high + 4
    canvas.save()
    return buffer.getvalue()
