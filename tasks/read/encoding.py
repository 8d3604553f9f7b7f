"""Bytes to text, for the encodings that Chinese reports come in."""

from __future__ import annotations

import codecs
import re

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(body: bytes, *, partial: bool = False) -> str | None:
    """`body` as text, or None if it is none. With `partial`, a character cut off at the end is no obstacle."""
    for encoding in _candidates(body):
        try:
            decoder = codecs.getincrementaldecoder(encoding)("strict")
            text = decoder.decode(body, final=not partial)
        except (UnicodeDecodeError, LookupError):
            continue
        return None if _NOT_TEXT.search(text) else text
    return None


def _candidates(body: bytes) -> list[str]:
    marked = [encoding for bom, encoding in _BOMS.items() if body.startswith(bom)]
    if marked:
        return marked
    declared = _CHARSET.search(body[:4096])
    named = [declared[1].decode("ascii")] if declared else []
    # gb18030 contains gb2312 and gbk, which pages declare and then overstep
    return ["utf-8", *(n for n in named if not n.lower().startswith("gb")), "gb18030"]
