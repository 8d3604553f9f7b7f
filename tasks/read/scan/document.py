"""The pictures of a document, found and looked at: pages that are pictures, and pictures on pages, in Word, on the web.

Runs in the process that is for it. What a file asks for is bounded: so many pictures, so many pixels each.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from expectations.evidence import BBox
from tasks.read.containers import DOCX
from tasks.read.docx import StoredPicture, stored_pictures
from tasks.read.drawn import as_object, page_objects, picture_box
from tasks.read.encoding import decode
from tasks.read.html import picture_sources
from tasks.read.page import Page
from tasks.read.pdf import pdf_pages
from tasks.read.pdf_file import opened_pages
from tasks.read.pictured import is_picture
from tasks.read.recognise import HTML, PDF
from tasks.read.scan.look import look
from tasks.read.scan.picture import Matrix, Pixels, picture_of
from tasks.read.scan.print import sheet_of
from tasks.read.scan.seen import DocumentSeen, PictureSeen
from tasks.read.view import View

MOST_PICTURES = 30
"""Pages of a document that are looked at, or pictures in it."""
_LEAST_DPI, _MOST_DPI = 200.0, 300.0
_MOST_PIXELS = 14_000_000
"""Of a picture that is worked at: A3 at 200 dpi, and A4 at 300."""
_MOST_STORED = 60_000_000
"""Of a picture as it is stored: a larger one is not unpacked."""
_PAPER = 500.0, 900.0
"""Points: the shorter side of a page that is as large as the paper; any other stands for A4."""
_A4 = 595.0
_LEAST_PART = 0.25, 0.02
"""Of a page's width and height: a smaller picture holds no table."""
_LEAST_SIDES = 200, 60
"""Pixels: the same for a picture without a page."""
_TOUCHING = 4.0
_USUAL = 21.0
"""Pixels: the height of usual print at 200 dpi."""
_TOO_MANY = f"图片超过 {MOST_PICTURES} 页，只看了前 {MOST_PICTURES} 页"
_DATA = re.compile(r"\s*data:image/[\w.+-]+;base64,", re.IGNORECASE)


class Region(NamedTuple):
    """A part of a page, as displayed, that is a picture; and how many pixels it has for an inch of that."""

    box: BBox
    pixels_per_inch: float
    is_page: bool


def look_at(media_type: str, body: bytes) -> DocumentSeen:
    """What the pictures of a document show."""
    if media_type == PDF:
        return _look_at_pages(body)
    pictures = _stored(media_type, body)
    found = [look_at_picture(one, n) for n, one in enumerate(pictures[:MOST_PICTURES], start=1)]
    unseen = _TOO_MANY if len(pictures) > MOST_PICTURES else ""
    return DocumentSeen(tuple(one for one in found if one), unseen)


def _stored(media_type: str, body: bytes) -> list[StoredPicture]:
    if media_type == DOCX:
        return stored_pictures(body)
    if media_type == HTML:
        return [StoredPicture(_data_of(source)) for source in picture_sources(decode(body) or "")]
    return []


def _look_at_pages(body: bytes) -> DocumentSeen:
    seen: list[PictureSeen] = []
    with opened_pages(body) as drawn:
        pages = pdf_pages(drawn)
        for page, upright in zip(drawn, pages, strict=True):
            for region in regions(page, upright):
                if len(seen) >= MOST_PICTURES:
                    return DocumentSeen(tuple(seen), _TOO_MANY)
                seen.append(_look_at_region(page, upright.number, region))
    return DocumentSeen(tuple(seen))


def regions(page: pdfium.PdfPage, upright: Page) -> list[Region]:
    """The parts of a page that are pictures large enough for a table: all of it, or some."""
    view = View(page)
    pictures = [(o, picture_box(o)) for o in page_objects(page) if o.kind == raw.FPDF_PAGEOBJ_IMAGE]
    if not pictures:
        return []
    boxes: list[BBox] = list(map(tuple, view.boxes([box for _, box in pictures]).T.tolist()))
    densities = [_density(item.item, box) for (item, _), box in zip(pictures, boxes, strict=True)]
    if is_picture(upright):
        return [Region((0.0, 0.0, view.width, view.height), max(densities), is_page=True)]
    parts = [
        (box, density)
        for box, density in zip(boxes, densities, strict=True)
        if box[2] - box[0] > _LEAST_PART[0] * view.width
    ]
    merged = [
        Region(_cut(box, view), density, is_page=False)
        for box, density in _joined(parts)
        if box[3] - box[1] > _LEAST_PART[1] * view.height
    ]
    return [r for r in merged if r.box[2] - r.box[0] > 1 and r.box[3] - r.box[1] > 1]


def _density(item: int, box: BBox) -> float:
    import ctypes

    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(as_object(item), ctypes.byref(width), ctypes.byref(height)):
        return 0.0
    area = max(1e-6, (box[2] - box[0]) * (box[3] - box[1]))
    return 72 * math.sqrt(width.value * height.value / area)


def _joined(parts: Sequence[tuple[BBox, float]]) -> list[tuple[BBox, float]]:
    """Pictures that touch are one: strips of a scan."""
    found: list[tuple[BBox, float]] = []
    for box, density in sorted(parts, key=lambda part: part[0][1]):
        for n, (other, dense) in enumerate(found):
            if _touch(other, box):
                found[n] = (
                    (min(other[0], box[0]), min(other[1], box[1]), max(other[2], box[2]), max(other[3], box[3])),
                    max(dense, density),
                )
                break
        else:
            found.append((box, density))
    return found


def _touch(a: BBox, b: BBox) -> bool:
    return a[0] - _TOUCHING < b[2] and b[0] - _TOUCHING < a[2] and a[1] - _TOUCHING < b[3] and b[1] - _TOUCHING < a[3]


def _cut(box: BBox, view: View) -> BBox:
    return max(0.0, box[0]), max(0.0, box[1]), min(view.width, box[2]), min(view.height, box[3])


def _look_at_region(page: pdfium.PdfPage, number: int, region: Region) -> PictureSeen:
    x0, top, x1, bottom = region.box
    width, height = page.get_size()
    shorter = min(width, height)
    zoom = 1.0 if not region.is_page or _PAPER[0] <= shorter <= _PAPER[1] else _A4 / shorter
    native = region.pixels_per_inch / zoom
    dpi = min(max(native, _LEAST_DPI), _MOST_DPI)
    scale = dpi * zoom / 72
    scale *= min(1.0, math.sqrt(_MOST_PIXELS / max(1.0, (x1 - x0) * (bottom - top) * scale * scale)))
    image = page.render(
        scale=scale, crop=(x0, height - bottom, width - x1, top), draw_annots=True, may_draw_forms=True
    ).to_numpy()
    to_page = np.array([[1 / scale, 0, x0], [0, 1 / scale, top], [0, 0, 1]])
    pixels = _bgr(np.asarray(image, np.uint8))
    if region.is_page:
        return look(pixels, to_page, scale * 72 / zoom, native, number, is_page=True)
    return _look_at_part(pixels, to_page, number, native / dpi)


def _bgr(image: Pixels) -> Pixels:
    if image.ndim == 3 and image.shape[2] == 1:
        return image[:, :, 0]
    return np.ascontiguousarray(image[:, :, :3]) if image.ndim == 3 else image


def _look_at_part(image: Pixels, to_page: Matrix, number: int, detail: float) -> PictureSeen:
    """A picture whose scale only its print tells; `detail` is how many pixels were taken for one of its own."""
    most = math.sqrt(_MOST_PIXELS / (image.shape[0] * image.shape[1]))
    factor = min(max(_USUAL / _print_height(image), 0.4), 3.0, most)
    if abs(factor - 1) > 0.15:
        method = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
        image = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=method), np.uint8)
        to_page = to_page @ np.diag([1 / factor, 1 / factor, 1])
    else:
        factor = 1.0
    return look(image, to_page, 200.0, 200.0 * detail / factor, number)


def _print_height(image: Pixels) -> float:
    """How high the characters of a picture are, in pixels: most of the higher ones of its pieces of ink."""
    picture = picture_of(image, np.eye(3), 200.0, 200.0)
    sheet = sheet_of(picture)
    _, _, stats, _ = cv2.connectedComponentsWithStats(sheet.print, connectivity=8)
    high, wide = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    glyphs = high[(high >= 5) & (high <= 120) & (wide <= 2 * high) & (wide >= 0.2 * high)]
    return float(np.percentile(glyphs, 80)) if len(glyphs) >= 12 else _USUAL


def look_at_picture(stored: StoredPicture, number: int) -> PictureSeen | None:
    """A picture as a document stores it; None for what is no picture, too small or too large."""
    image = unpacked(stored.data)
    if image is None:
        return None
    image = _shown_part(image, stored)
    height, width = image.shape[:2]
    if width < _LEAST_SIDES[0] or height < _LEAST_SIDES[1]:
        return None
    return _look_at_part(image, np.diag([0.75, 0.75, 1.0]), number, 1.0)


def _shown_part(image: Pixels, stored: StoredPicture) -> Pixels:
    height, width = image.shape[:2]
    left, top, right, bottom = (max(0, side) / 100_000 for side in stored.cut)
    return image[int(top * height) : height - int(bottom * height), int(left * width) : width - int(right * width)]


def unpacked(data: bytes) -> Pixels | None:
    """The pixels (BGR) of a stored picture, as a viewer shows it."""
    from PIL import ImageOps

    try:
        with Image.open(io.BytesIO(data)) as stored:
            if stored.width * stored.height > _MOST_STORED:
                return None
            if stored.width * stored.height > _MOST_PIXELS:
                stored.draft("RGB", (stored.width // 2, stored.height // 2))
            shown = ImageOps.exif_transpose(stored)
            if shown.mode in ("RGBA", "LA", "PA", "P"):
                shown = shown.convert("RGBA")
                shown = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)
            rgb = np.asarray(shown.convert("RGB"), np.uint8)
    except MemoryError:
        raise
    except Exception:  # what the library has no error for: a truncated or hostile picture is none
        return None
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _data_of(source: str) -> bytes:
    """The bytes in a `data:` URI of a picture; none where it has none that can be told."""
    found = _DATA.match(source)
    if not found:
        return b""
    try:
        return base64.b64decode(re.sub(r"\s", "", unquote(source[found.end() :])))
    except (binascii.Error, ValueError):
        return b""
