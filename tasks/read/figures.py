"""From what a cell prints to the number it means."""

from __future__ import annotations

import re
from decimal import Decimal

from expectations.evidence import Number
from expectations.forms import Figure
from tasks.read.characters import nfkc

_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
    r"(?P<unit>件|项|个|宗|条|次|份|部|人次|人|万元|元)?"
    r"(?:\([^()]*\))?\Z"
)
FIGURE = re.compile(r"[-+－]?[0-9０-９][0-9０-９,，.．]*(?:万?元|件|项)?(?:[（(][^（）()]*[）)])?\Z|[-—–－/／]{1,2}\Z")
"""A token that is a number, perhaps with unit and remark, or a dash that stands for none."""
_DASHES = str.maketrans(dict.fromkeys("‐‑–—―−", "-"))
_INSIDE = re.compile(r"\s+")
_LONGEST = 14
"""What has more digits is no number of a report, and would be too long for the lake."""
_LONGEST_PRINT = 1000
"""What has more characters prints no number."""


def parse_figure(raw: str, figure: Figure) -> Number | None:
    """The number that `raw` prints: an int for a whole count, else a Decimal; None for a blank and for no number.

    Full-width digits, thousands separators, a unit and a remark in brackets after the number are fine. An amount
    printed in 元 where the form asks for 万元 is no number here: ten thousand times wrong is worse than unread.
    """
    match = _NUMBER.match(_INSIDE.sub("", half_width(raw))) if len(raw) <= _LONGEST_PRINT else None
    if match is None or ("." in match["number"] and re.search(r"\d\s+\d", raw)):
        return None
    if sum(map(str.isdigit, match["number"])) > _LONGEST:
        return None
    if figure.column == "amount_wan" and match["unit"] == "元":
        return None
    number = Decimal(match["number"].replace(",", ""))
    if figure.kind == "count" and number == number.to_integral_value() and "." not in match["number"]:
        return int(number)
    return number


def half_width(text: str) -> str:
    """`text` with digits and punctuation of the usual width, and one kind of dash."""
    return nfkc(text).translate(_DASHES)
