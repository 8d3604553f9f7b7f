"""The picture of the place that a figure was read from: a part of the page as the source prints it, the cell boxed."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from expectations.evidence import BBox
from tasks.analysis.trace import Trace
from tasks.errors import Mistaken, Rejected
from tasks.fetch import ObjectGoneError, fetch
from tasks.read.guard import guarded
from tasks.read.recognise import PDF
from tasks.storage import S3Client

COLOR = (220, 38, 38)
SCALE = 2.0
"""Pixels to a point."""
CONTEXT = 90.0
"""Points above and below the cell: some lines."""
_EDGE = 0.04
"""Of the page's width: the blank edges, which are left out."""
_LINE = 3
_ROOM = 1.0
"""Points between the cell and the line around it."""


class NoPictureError(Mistaken):
    """There is no page to show; the message says why, in Chinese."""

    code = "TRACE.NO_PICTURE"


def place_picture(s3: S3Client, found: Trace) -> bytes:
    """The place on the page of the very object that the figure was read from, as PNG. Raises NoPictureError."""
    if found.media_type != PDF:
        raise NoPictureError(f"原文件不是 PDF（{found.media_type}），没有页面可以显示。")
    page, box = found.cell.page, found.cell.bbox
    if page is None or box is None:
        raise NoPictureError("没有这个单元格在页面上的位置。")
    try:
        source = fetch(s3, found.bucket, found.key, found.etag)
        if source.sha256 != found.sha256:
            raise NoPictureError(f"s3://{found.bucket}/{found.key} 的内容与入库时不同（SHA-256 不符），不予显示。")
        return guarded(draw_place, source.body, page, box)
    except ObjectGoneError as gone:
        raise NoPictureError(f"原文件不在了：{gone}。") from gone
    except Rejected as rejected:
        raise NoPictureError(f"页面无法画出：{rejected}") from rejected


def draw_place(body: bytes, number: int, box: BBox) -> bytes:
    """The part of page `number` (from 1) around `box`, as wide as the page and with the lines above and below."""
    with pdfium.PdfDocument(body) as document:
        page = document[number - 1]
        width, height = page.get_size()
        image = page.render(scale=SCALE, draw_annots=True).to_pil().convert("RGB")
    ImageDraw.Draw(image).rectangle(_line(box), outline=COLOR, width=_LINE)
    return _png(image.crop(_pixels(part_of(box, width, height))))


def part_of(box: BBox, width: float, height: float) -> BBox:
    """The part of a page of this size that is shown, in points."""
    x0, top, x1, bottom = box
    return (
        max(0.0, min(_EDGE * width, x0 - CONTEXT)),
        max(0.0, top - CONTEXT),
        min(width, max((1 - _EDGE) * width, x1 + CONTEXT)),
        min(height, bottom + CONTEXT),
    )


def _line(box: BBox) -> tuple[int, int, int, int]:
    """Around the cell, so that the line hides nothing of it."""
    x0, top, x1, bottom = _pixels((box[0] - _ROOM, box[1] - _ROOM, box[2] + _ROOM, box[3] + _ROOM))
    return (x0 - _LINE, top - _LINE, x1 + _LINE, bottom + _LINE)


def _pixels(box: BBox) -> tuple[int, int, int, int]:
    x0, top, x1, bottom = (round(value * SCALE) for value in box)
    return (x0, top, x1, bottom)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
