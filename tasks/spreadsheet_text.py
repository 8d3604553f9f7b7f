"""Text that stays text in a spreadsheet.

Excel takes text that begins with = + - @ (or the full-width form of these, a tab or a carriage return) for a formula.
Such text gets an apostrophe in front, Excel's own sign for text; signed numbers and dashes alone are left as they are.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")
_HARMLESS = re.compile(r"[+\-＋－]+|[+\-]?\d[\d,]*(\.\d+)?%?")


def text_only(text: str) -> str:
    """The text in a form that Excel does not take for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _HARMLESS.fullmatch(text) else text
