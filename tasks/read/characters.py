"""Characters in the form in which they are compared, in linear time whatever they are."""

from __future__ import annotations

import re
import unicodedata

from tasks.errors import TooLarge

BRACKETS = str.maketrans("〔〕[]【】", "()()()")
MOST = 1_000_000
"""Characters of a document's text; a report has a tenth of that at the very most."""
_MARKS = 30
"""Combining marks on one character; Unicode's own limit for text that is safe to stream (UAX #15)."""
_CROWD = re.compile(rf"[^\w\s\x00-\x7f]{{{_MARKS + 1},}}")


def nfkc(text: str) -> str:
    """`text` in NFKC; of a flood of combining marks, which takes the square of its length to sort, only the first."""
    if len(text) > _MARKS:
        text = _CROWD.sub(_thinned, text)
    return unicodedata.normalize("NFKC", text)


def _thinned(crowd: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in crowd[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS:
            kept.append(character)
    return "".join(kept)


def checked(text: str) -> str:
    """`text`, the whole of a document. Raises TooLarge if no report could be so long."""
    if len(text) > MOST or (len(text) > MOST // 10 and len(nfkc(text)) > MOST):
        raise TooLarge(f"文字超过 {MOST // 10_000} 万字")
    return text
