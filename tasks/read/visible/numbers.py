"""What a spreadsheet prints of a number in its format. Where that is not the number itself, it is a doubt."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from tasks.read.visible.marks import UNSURE

_SECTIONS = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
_COLOUR = re.compile(r"\[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]", re.IGNORECASE)
_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f,]+)?\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
"""Text in quotes or after a backslash; room of a character's width; a character that fills the cell."""
_DIGITS = re.compile(r"(?P<whole>[#0?,]*)(?:(?P<point>\.)(?P<part>[#0?]*))?(?P<percent>%?)")
_DATE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_PLAIN = frozenset({"", "general", "@", "g/通用格式"})
_MOST_DIGITS = 11
"""Of a number without a format; more are rounded, or printed as powers of ten."""
_LARGEST = 15
"""Power of ten; what is larger has more digits than a spreadsheet keeps."""
_NOISE = Decimal("1e-9")
"""What a sum of binary fractions may be off."""
_EPOCH = datetime(1899, 12, 30)
_LATEST = 2_958_465
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)", 41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)), "yyyy-mm-dd"),
}  # fmt: skip
"""The formats that a file names by number alone; those of dates are all one to us."""


class _Pattern(NamedTuple):
    """A section of a format: text before and after the digits, and how these are set."""

    before: str
    after: str
    whole: str
    has_point: bool
    part: str
    is_percent: bool


def is_date(code: str) -> bool:
    """Whether a number in this format is printed as a date or a time."""
    bare = _LITERAL.sub("", _LOCALE.sub("", _COLOUR.sub("", code.split(";")[0])))
    return code.lower() not in _PLAIN and bool(_DATE.search(bare))


def date_shown(serial: Decimal) -> str:
    """A date as text; it is no figure, whichever way its format would print it."""
    if not 0 <= serial < _LATEST:
        return UNSURE
    return day_shown(_EPOCH + timedelta(days=float(serial)))


def day_shown(day: datetime) -> str:
    """As `date_shown`, for a date."""
    return f"{day.year}年{day.month}月{day.day}日{UNSURE}"


def number_shown(number: Decimal, code: str) -> str:
    """What is printed of `number` in the format `code`; with a mark, where that may be another number or is unknown."""
    if not number.is_finite() or number.adjusted() > _LARGEST:
        return f"{number}{UNSURE}"
    pattern, is_own_sign = _section(number, code)
    if pattern is None:
        return f"{_general(number).rstrip(UNSURE)}{UNSURE}"
    if not pattern.whole and not pattern.has_point and not pattern.part and not pattern.is_percent:
        return pattern.before + (UNSURE if number else "")
    if pattern.whole == "@":
        return pattern.before + _general(number) + pattern.after
    text = _set(abs(number), pattern)
    sign = "-" if number < 0 and not is_own_sign else ""
    hides_sign = number < 0 and is_own_sign and not re.search(r"[-－(（]", pattern.before)
    scaled = abs(number) * (100 if pattern.is_percent else 1)
    is_rounded = abs(Decimal(text.replace(",", "").strip(".") or 0) - scaled) > _NOISE * max(scaled, Decimal(1))
    shown = f"{sign}{pattern.before}{text}{'%' if pattern.is_percent else ''}{pattern.after}".strip()
    return shown + (UNSURE if is_rounded or hides_sign else "")


def _general(number: Decimal) -> str:
    if number == 0:
        return "0"
    digits = _MOST_DIGITS - max(number.adjusted() + 1, 1)
    if digits < 0:
        return f"{number.normalize():f}{UNSURE}"
    rounded = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if abs(rounded - number) <= _NOISE * max(abs(number), Decimal(1)) and rounded else f"{text}{UNSURE}"


def _set(number: Decimal, pattern: _Pattern) -> str:
    """The digits of a number that is not negative, as the pattern sets them."""
    number = number * 100 if pattern.is_percent else number
    rounded = number.quantize(Decimal(1).scaleb(-len(pattern.part)), ROUND_HALF_UP)
    whole, _, part = f"{rounded:f}".partition(".")
    whole = whole.lstrip("0").rjust(pattern.whole.count("0"), "0")
    if "," in pattern.whole and whole:
        whole = f"{int(whole):,}".rjust(len(whole), "0")
    least = len(pattern.part.rstrip("#?"))
    while len(part) > least and part.endswith("0"):
        part = part[:-1]
    return whole + ("." if pattern.has_point and (part or whole) else "") + part


def _section(number: Decimal, code: str) -> tuple[_Pattern | None, bool]:
    """The section of the format that serves for `number`, and whether it has its own sign for a negative one."""
    sections = _sections(code)
    if number < 0 and len(sections) > 1:
        return _pattern(sections[1]), True
    if number == 0 and len(sections) > 2:
        return _pattern(sections[2]), False
    return _pattern(sections[0]), False


@lru_cache(maxsize=256)
def _sections(code: str) -> list[str]:
    found, at = [], 0
    while at <= len(code):
        match = _SECTIONS.match(code, at)
        assert match
        found.append(match[0])
        at = match.end() + 1
    return found


def hides_text(code: str) -> bool:
    """Whether a format prints text otherwise than as it is."""
    sections = _sections(code)
    return len(sections) > 3 and _LITERAL.sub("", sections[3]).strip() != "@"


@lru_cache(maxsize=256)
def _pattern(section: str) -> _Pattern | None:
    """A section taken apart; None if it is none that is understood."""
    section = _LOCALE.sub(lambda found: f'"{found[1]}"' if found[1] else "", _COLOUR.sub("", section))
    if _LITERAL.sub("", section).strip().lower() in _PLAIN - {""}:
        before, after = _around(section)
        return _Pattern(before, after, "@", False, "", False)
    bare = ""
    texts: dict[int, str] = {}
    at = 0
    for literal in _LITERAL.finditer(section):
        bare += section[at : literal.start()]
        texts[len(bare)] = texts.get(len(bare), "") + (literal[1] or literal[2] or "")
        at = literal.end()
    bare += section[at:]
    lead = len(bare) - len(bare.lstrip(" -+()（）"))
    end = len(bare.rstrip(" -+()（）"))
    core = bare[lead:end] if end > lead else ""
    digits = _DIGITS.fullmatch(core)
    is_scaled = digits is not None and (digits["whole"].endswith(",") or (digits["part"] or "").endswith(","))
    if digits is None or is_scaled or any(lead < place < end for place in texts):
        return None
    before = "".join(texts.get(n, "") + (bare[n] if n < lead else "") for n in range(lead + 1))
    after = "".join(texts.get(n, "") + bare[n : n + 1] for n in range(end, len(bare) + 1)) if core else ""
    return _Pattern(
        before, after, digits["whole"], bool(digits["point"]), digits["part"] or "", bool(digits["percent"])
    )


def _around(section: str) -> tuple[str, str]:
    """The text before and after what stands for the value as it is."""
    place = re.search(r"(?i)general|@|g/通用格式", section)
    assert place
    return tuple(  # type: ignore[return-value]
        "".join(a or b for a, b in _LITERAL.findall(part))
        for part in (section[: place.start()], section[place.end() :])
    )
