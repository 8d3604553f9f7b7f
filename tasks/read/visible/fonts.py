"""Fonts whose letters are pictures, and single symbols taken from them."""

from __future__ import annotations

import re

from tasks.read.visible.marks import GLYPH

_PICTURES = re.compile(r"wingdings|webdings|zapf|dingbats", re.IGNORECASE)
_SYMBOL = {0xF000 + ord(c): c for c in "0123456789+.,/%() "} | {0xF02D: "-", 0xF0B4: "×"}
"""The font Symbol has these where other fonts do."""
_PRIVATE = range(0xE000, 0xF900)


def shown_letters(text: str, font: str) -> str:
    """`text` in `font`: a picture font shows something else for each letter."""
    return re.sub(r"[!-~]", GLYPH, text) if _PICTURES.search(font) else text


def shown_symbol(font: str, char: str) -> str:
    """The character that a symbol element shows; a mark where that is not certain."""
    try:
        code = int(char, 16)
    except ValueError:
        return GLYPH
    if font.lower() == "symbol":
        return _SYMBOL.get(code if code in _PRIVATE else 0xF000 + code, GLYPH)
    if _PICTURES.search(font) or code in _PRIVATE or not 0x20 <= code <= 0x10FFFF:
        return GLYPH
    return chr(code)
