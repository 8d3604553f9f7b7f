"""What a report prints for 'nothing'."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[(（]?(?:空白?|N/?A|n/?a|[暂尚]?[无未没不][\u4e00-\u9fff]{0,5})[)）]?")
"""无, 暂无, 未发生, 没有, 不适用, 不涉及 and their like."""
_STROKES = frozenset("一ー丨丿丶~`^+=<>|～〜＾｀￣｜＋＝＜＞\u00af\u02c9\u02d7∕∖⁄╱╲∼") | {
    chr(code) for code in (*range(0x2500, 0x2580), *range(0x2212, 0x2217))
}
"""What is not punctuation to Unicode, but a line, a stroke or a tilde to the eye (一 too)."""
_HIDING = frozenset("#@?%&＃＠？％＆")
"""Punctuation that stands for what is not shown: a column too narrow (####), lost to an encoding (??)."""
_MASKED = re.compile(r"[*＊]{2,}")
_LONGEST = 20


@lru_cache(maxsize=1024)
def is_blank_mark(text: str) -> bool:
    """Whether `text` stands for none: nothing, punctuation and lines alone, or a word that says so."""
    if len(text) > 10 * _LONGEST:
        return not text.strip()
    marks = "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    if _MASKED.fullmatch(marks):
        return False
    return bool(_WORD.fullmatch(marks)) or (len(marks) <= _LONGEST and all(_is_stroke(c) for c in marks))


def _is_stroke(char: str) -> bool:
    return char in _STROKES or (unicodedata.category(char)[0] in "PZ" and char not in _HIDING)
