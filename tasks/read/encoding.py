"""Bytes to text, for the encodings that Chinese reports come in."""

from __future__ import annotations

import codecs
import re

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w-]+)", re.IGNORECASE)
_BIG5 = frozenset({b"big5", b"big5-hkscs", b"cn-big5", b"csbig5", b"x-x-big5"})
"""What pages call Big5. No other name is believed: Python knows many that are no encoding of text, and Chinese text
that is neither Big5 nor Unicode is GB 18030, which contains gb2312 and gbk, that pages declare and then overstep."""
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(body: bytes, *, partial: bool = False) -> str | None:
    """`body` as text, or None if it is none. With `partial`, a character cut off at the end is no obstacle."""
    for encoding in _candidates(body):
        try:
            text = codecs.getincrementaldecoder(encoding)("strict").decode(body, final=not partial)
        except UnicodeDecodeError:
            continue
        return None if _NOT_TEXT.search(text) else text
    return None


def _candidates(body: bytes) -> list[str]:
    marked = [encoding for bom, encoding in _BOMS.items() if body.startswith(bom)]
    if marked:
        return marked
    declared = _CHARSET.search(body[:4096])
    is_big5 = declared is not None and declared[1].lower() in _BIG5
    return ["utf-8", *(["big5hkscs"] if is_big5 else []), "gb18030"]
