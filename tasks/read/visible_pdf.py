"""Which characters of a PDF page can be seen, by what the file itself says of them. What rendering says is ink.py's.

Not seen is what is drawn in an invisible mode (3, or 7: clip only), without any opacity, or under an opaque picture
that is drawn later: text that some other program guessed from a scan is no evidence.
"""

from __future__ import annotations

import ctypes
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox
from tasks.read.drawn import PageObject, as_object, fill_color, picture_box, places, quick, stroke_color
from tasks.read.radicals import IDEOGRAPHS

SMALLEST = 1.5
"""Points: characters that are less high cannot be read."""
_UNSEEN_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_STROKED_MODES = (raw.FPDF_TEXTRENDERMODE_STROKE, raw.FPDF_TEXTRENDERMODE_STROKE_CLIP)
_GAPS = ("\n", " ")
_COVERS = 0.03
"""Of the page: a smaller picture is not looked under."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The characters of a page in drawing order; `gaps` is what stands before each, `owners` the object it is of."""

    texts: list[str]
    gaps: list[str]
    corners: npt.NDArray[np.float64]
    radians: list[float]
    is_seen: list[bool]
    owners: list[int | None]


_loose_box = quick(raw.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_tight_box = quick(raw.FPDFText_GetCharBox, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, *(ctypes.c_void_p,) * 4)
_owner = quick(raw.FPDFText_GetTextObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_angle = quick(raw.FPDFText_GetCharAngle, ctypes.c_float, ctypes.c_void_p, ctypes.c_int)
_character_matrix = quick(raw.FPDFText_GetMatrix, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_TURNED = 0.1
"""The sine of twice an angle that is none of the right ones."""
_unicode = quick(raw.FPDFText_GetUnicode, ctypes.c_uint, ctypes.c_void_p, ctypes.c_int)
_has_transparency = quick(raw.FPDFPageObj_HasTransparency, ctypes.c_int, ctypes.c_void_p)
_mode = quick(raw.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ctypes.c_void_p)


def characters(text_page: pdfium.PdfTextPage) -> Drawn:
    """All characters of a page but white space, and whether each is seen."""
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    count = raw.FPDFText_CountChars(text_page.raw)
    codes = _codes(text_page, count)
    known = {code: _text(code) for code in set(codes)}
    all_texts = list(map(known.__getitem__, codes))
    if 0 in known:
        nameless = (index for index, code in enumerate(codes) if not code)
        for index in filter(partial(_has_shape, handle), nameless):
            all_texts[index] = "\ufffd"
    indices = [index for index, text in enumerate(all_texts) if text not in _GAPS]
    texts = [all_texts[index] for index in indices]
    gaps = ["" if index - last == 1 else _gap(all_texts[last + 1 : index]) for last, index in pairwise((-1, *indices))]
    rects = (raw.FS_RECTF * len(indices))()
    deque(map(_loose_box, repeat(handle), indices, places(rects)), maxlen=0)
    owners: list[int | None] = list(map(_owner, repeat(handle), indices))
    one_of = dict(zip(reversed(owners), reversed(indices), strict=True))
    angles = dict(zip(one_of, map(_angle, repeat(handle), one_of.values()), strict=True))
    for owner in [owner for owner, angle in angles.items() if angle and abs(math.sin(2 * angle)) >= _TURNED]:
        angles[owner] = _line_angle(handle, one_of[owner], angles[owner])
    drawn: dict[int | None, bool] = {None: True}
    drawn.update(_are_drawn([owner for owner in one_of if owner]).items())
    corners = np.frombuffer(rects, dtype=np.float32).reshape(-1, 4).astype(float)
    return Drawn(
        texts,
        gaps,
        corners,
        list(map(angles.__getitem__, owners)),
        list(map(drawn.__getitem__, owners)),
        owners,
    )


def _gap(blanks: Sequence[str]) -> str:
    return "\n" if "\n" in blanks else " "


_sides = (ctypes.c_double * 4)()
_side = tuple(places(_sides))
_matrix = raw.FS_MATRIX()


def _has_shape(handle: int | None, index: int) -> bool:
    """Whether a character that its font has no name for is more than a gap."""
    left, right, bottom, top = _sides if _tight_box(handle, index, *_side) else (0.0,) * 4
    return right > left and top > bottom


def _line_angle(handle: int | None, index: int, angle: float) -> float:
    """By how much a slanted character is turned, as programs draw italics: how its line runs."""
    if not _character_matrix(handle, index, ctypes.addressof(_matrix)):
        return angle
    return math.atan2(-_matrix.b, _matrix.a)


def _codes(text_page: pdfium.PdfTextPage, count: int) -> Sequence[int]:
    """The characters' code points: in one go, where each of them has one unit of UTF-16."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(text_page.raw, 0, count, buffer) == count + 1:
        return buffer[:count]
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    return [_unicode(handle, index) for index in range(count)]


@lru_cache(maxsize=8192)
def _text(code: int) -> str:
    """White space is a line break or a space."""
    text = (IDEOGRAPHS.get(code) or chr(code)) if 0 < code < 0x110000 else " "
    if text.isspace():
        return "\n" if text in "\r\n" else " "
    return "\ufffd" if "\ud800" <= text <= "\udfff" else text  # half of a character, which no text may hold


_colors = (ctypes.c_uint * 4)()
_rgba = tuple(places(_colors))


def _are_drawn(text_objects: Sequence[int]) -> dict[int, bool]:
    """Whether anything is seen of each text object: only where something is transparent, its alpha may be none."""
    modes = list(map(_mode, text_objects))
    is_sheer = list(map(_has_transparency, text_objects))
    drawn = {item: mode not in _UNSEEN_MODES for item, mode in zip(text_objects, modes, strict=True)}
    for item, mode, sheer in zip(text_objects, modes, is_sheer, strict=True):
        if sheer or mode in _STROKED_MODES:
            color = stroke_color if mode in _STROKED_MODES else fill_color
            drawn[item] = drawn[item] and (not color(item, *_rgba) or _colors[3] > 0)
    return drawn


def under_pictures(objects: Sequence[PageObject], drawn: Drawn, area: float) -> npt.NDArray[np.bool_]:
    """Whether each character lies under an opaque picture that is drawn after it; `area` is the page's."""
    covered = np.zeros(len(drawn.texts), dtype=bool)
    large = [o for o in objects if o.kind == raw.FPDF_PAGEOBJ_IMAGE and _area(picture_box(o)) > _COVERS * area]
    opaque = {o.item: picture_box(o) for o in large if not raw.FPDFPageObj_HasTransparency(as_object(o.item))}
    if not opaque:
        return covered
    order = {o.item: n for n, o in enumerate(objects)}
    drawn_at = np.array([order.get(owner or 0, math.inf) for owner in drawn.owners])
    x, y = (drawn.corners[:, 0] + drawn.corners[:, 2]) / 2, (drawn.corners[:, 1] + drawn.corners[:, 3]) / 2
    for address, (x0, y0, x1, y1) in opaque.items():
        covered |= (drawn_at < order[address]) & (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)
    return covered


def dropped_texts(objects: Sequence[PageObject], drawn: Drawn) -> list[BBox]:
    """Where text objects begin of which PDFium made no characters, for want of a font; blank ones are among them."""
    texts = [o for o in objects if o.kind == raw.FPDF_PAGEOBJ_TEXT]
    owners = set(drawn.owners)
    if len(texts) <= len(owners):
        return []
    others = [o for o in texts if o.item not in owners]
    drawn_so = _are_drawn([o.item for o in others])
    dropped = (o for o in others if drawn_so[o.item] and _height(o.item) and not _is_embedded(o.item))
    return [(x, y, x + 1, y + 1) for *_, x, y in (o.matrix for o in dropped)]


def _height(text_object: int) -> float:
    size = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(as_object(text_object), size)
    return size.value


def _is_embedded(text_object: int) -> bool:
    return bool(raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(as_object(text_object))))


def _area(box: BBox) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def without_font(page: pdfium.PdfPage) -> npt.NDArray[np.float64]:
    """Where the characters stand whose font the file does not hold: what they look like is up to the machine."""
    text_page = page.get_textpage()
    drawn = characters(text_page)
    held: dict[int | None, bool] = {}
    for owner in drawn.owners:
        if owner not in held:
            held[owner] = owner is None or _is_embedded(owner)
    text_page.close()
    return drawn.corners[[not held[owner] for owner in drawn.owners]]
