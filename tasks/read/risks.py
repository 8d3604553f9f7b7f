"""What in a PDF makes it likelier that its characters are not what its pages show."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence

import pypdfium2.raw as raw

from tasks.read.drawn import quick
from tasks.read.page import Page
from tasks.read.pictured import SCANNED
from tasks.read.visible_pdf import Drawn

FIELDS = "有表单或批注的内容"
INVISIBLE = "有不显示的文字"
PICTURE = "页面上有大幅图片"
FONT = "有未嵌入的字体"
UNMAPPED = "有无法识别的字符"

_font_of = quick(raw.FPDFTextObj_GetFont, ctypes.c_void_p, ctypes.c_void_p)
_is_embedded = quick(raw.FPDFFont_GetIsEmbedded, ctypes.c_int, ctypes.c_void_p)


def signs_in_text(drawn: Drawn) -> Iterator[str]:
    """Those that the characters of one page have."""
    if not all(drawn.is_seen):
        yield INVISIBLE
    owners = filter(None, set(drawn.owners))
    if any(not font or _is_embedded(font) != 1 for font in set(map(_font_of, owners))):
        yield FONT
    if any(text == "\ufffd" or "\ue000" <= text <= "\uf8ff" for text in set(drawn.texts)):
        yield UNMAPPED


def risk_signs(pages: Sequence[Page]) -> tuple[str, ...]:
    """Those of all pages, each once."""
    return tuple(dict.fromkeys(_signs(pages)))


def _signs(pages: Iterable[Page]) -> Iterator[str]:
    for page in pages:
        yield from page.signs
        if page.notes:
            yield FIELDS
        if page.image_cover > SCANNED:
            yield PICTURE
