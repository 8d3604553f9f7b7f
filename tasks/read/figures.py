"""From what a cell prints to the number it means; what cannot be told for certain is said, never guessed.

Only digits of the usual and of the full width are digits: a superscript, a circled number or a fraction is none, though
Unicode normalisation (NFKC) would make one of it.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from expectations.blanks import is_blank_mark
from expectations.evidence import Number
from expectations.forms import Figure

_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFE63: "-", 0xFE50: ","}
_MINUS = dict.fromkeys(map(ord, "‐‑–−"), "-")
_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?P<unit>[万亿千百]*(?:元|美元)|[%‰％]|[万亿千]+|件次|人次|[件项个宗条次份部人起例户家篇批])?"
    r"(?P<remark>(?:\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕)*)\Z"
)
FIGURE = re.compile(
    r"[-+－﹣−]?[0-9０-９][0-9０-９,，.．]*(?:万?元|[件项条个宗次份部人起例户家篇批])?(?:[（(][^（）()]*[）)])?\Z|[-—–－﹣−─/／＼～]{1,2}\Z"
)
"""A token that is a number, perhaps with unit and remark, or a dash that stands for none."""
_NOTE = re.compile(r"(?<=[0-9])(?:注\s*[0-9一二三四五]{0,2}|[*＊※†‡#﹡①-⑳⑴-⒇⓪❶-❿⓵-⓾㊀-㊉¹²³⁰⁴-⁹]+)\Z")
"""A mark that sends to a note, behind a number."""
_EXPLAINS = re.compile(r"[(\[【〔](?:其中|含|包括|不含|注|同比|见)")
_UNITS = re.compile(
    r"[百千万亿]*美元|[百千万亿]*元|[百千万亿]+[件项条]|[¥￥$]|(?i:RMB|CNY|USD|HKD)|(?<=[(/:])[角分](?=[)]|\Z)"
)
_SPACED_UNIT = re.compile(r"(?<=[百千万亿]) +(?=[百千万亿元])")
_MEANT = (
    (re.compile(r"(?i)\A(?:nan|null|none|nil|nat|undefined|#[A-Z/0]+[!?]?)\Z"), "转换程序在空格里留下的记号"),
    (re.compile(r"\A[^\w\s]+\Z"), "含有无法识别的符号"),
    (re.compile(r"\A[〇零一二两三四五六七八九十百千万]+[件项个宗]?\Z"), "用汉字写的数"),
    (re.compile(r"\A[0-9](?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}\Z"), "用科学计数法写的数"),
    (re.compile(r"\A[0-9,.]+(?:[+/→\-~～至][0-9,.]+)+\Z"), "一格中有几个数"),
    (re.compile(r"\A[(\[][0-9,.]+[)\]]\Z"), "括号中的数"),
    (re.compile(r"\A[¥￥$]|[¥￥$]\Z"), "货币符号"),
    (re.compile(r"\A[0-9]+[。·’'`、]+[0-9]+\Z"), "分隔符不明"),
    (re.compile(r"\A[0-9,.]+[,。;]?[(\[]?(?:其中|含|包括|不含|另有?)"), "附注中另有数字"),
)
"""What is no plain number and may yet mean one, and why it is not read."""
_CHANGE = re.compile(r"\A\s*(?:净?增加?|新增|净?减少?|\+)\s*(?=[0-9])")
"""How a change may say in words which way it goes."""
_OTHER_SEPARATORS = re.compile(r"[0-9]{1,3}(?:[、。·’'`.][0-9]{3})+\Z")
_SEPARATOR_UNCLEAR = "千分位的分隔符不是通常的"
_STOP = re.compile(r"(?<=[0-9])[.。、；;,]\Z")
_LOOKALIKES = frozenset("OoQDUlI|〇○零")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u061c]")
_GAP = re.compile(r"(?<=[0-9,.])\s+(?=[0-9,.])")
_LONGEST = 14
"""What has more digits is no number of a report, and would be too long for the lake."""
_LONGEST_PRINT = 1000
"""What has more characters prints no number."""


class FigureRead(NamedTuple):
    """What a cell prints: its number, None for a blank and for what is no number; `unclear` says (in Chinese) why
    it cannot be told what is meant, and is empty if it can."""

    value: Number | None
    unclear: str = ""


@lru_cache(maxsize=2048)
def read_figure(raw: str, figure: Figure) -> FigureRead:
    """The number that `raw` prints: an int for a whole count, else a Decimal; None for a blank and for no number.

    Full-width digits, thousands separators, a unit of counting, a note's mark and a remark in brackets after the
    number are fine. An amount in another unit than the form's is not converted: ten thousand times wrong is worse than
    unread. Only of 政府集中采购, for which the form prints no unit, 元 in the cell itself is taken as printed.
    """
    if len(raw) > _LONGEST_PRINT:
        return FigureRead(None)
    if _BIDI.search(raw):
        return FigureRead(None, "含有改变书写方向的控制字符")
    text = plain(raw)
    if not text or is_blank_mark(text):
        return FigureRead(None)
    text = _NOTE.sub("", _STOP.sub("", _GAP.sub("", text)))
    if figure.signed:
        text = _CHANGE.sub(lambda m: "-" if "减" in m[0] else "", text)
    match = _NUMBER.match("".join(text.split()))
    if match is None:
        return FigureRead(None, _why_unclear(text))
    if sum(map(str.isdigit, match["number"])) > _LONGEST:
        return FigureRead(None)
    if figure.kind == "count" and _OTHER_SEPARATORS.match(match["number"]):
        return FigureRead(None, _SEPARATOR_UNCLEAR)
    number = Decimal(match["number"].replace(",", ""))
    value = int(number) if figure.kind == "count" and "." not in match["number"] else number
    return FigureRead(value, _unit_doubt(match["unit"] or "", match["remark"], figure))


def closed_up(text: str) -> str:
    """`text` with the units of money in it in one word, however widely they are set."""
    return _SPACED_UNIT.sub("", text)


def unit_conflict(text: str, figure: Figure) -> str:
    """Why `text`, the head or label of a figure, makes another unit of it than the form's; empty if it does not."""
    named = set(_UNITS.findall(closed_up(plain(text))))
    other = sorted(named - {figure.unit}) if figure.kind == "amount" else sorted(named)
    return f"表头或行名中的单位“{'、'.join(other)}”不是{figure.unit}" if other else ""


def parse_figure(raw: str, figure: Figure) -> Number | None:
    """The number that `raw` prints; None also where it is not clear."""
    if figure.kind == "count" and len(raw) <= _LONGEST and raw.isascii() and raw.isdecimal():
        return int(raw)
    read = read_figure(raw, figure)
    return None if read.unclear else read.value


def plain(raw: str) -> str:
    """`raw` without what has no width, digits and punctuation of the usual width, one kind of minus."""
    seen = "".join(c for c in raw if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")
    return seen.translate(_WIDTH).translate(_MINUS).strip()


def has_gap(raw: str) -> bool:
    """Whether white space or a line break parts digits that were read as one number."""
    return len(raw.split()) > 1 and bool(_GAP.search(plain(raw)))


def _why_unclear(text: str) -> str:
    """Why `text`, which is no number and not blank, may yet mean one; empty if it plainly does not."""
    fields = text.split()
    if len(fields) > 1 and all(is_blank_mark(field) or FIGURE.match(field) for field in fields):
        return "一格中有几个数"
    marks = "".join(fields)
    meant = next((reason for pattern, reason in _MEANT if pattern.search(marks)), "")
    if meant:
        return meant
    kinds = {unicodedata.category(c) for c in marks if not c.isascii()}
    if kinds & {"No", "Nl", "Nd"}:
        return "含有不是普通数字的数字符号"
    if kinds & {"So", "Sm", "Sk", "Co", "Cn", "Cc", "Lm", "Mn"}:
        return "含有无法识别的符号"
    digits = sum(c.isdigit() for c in marks)
    if _LOOKALIKES.issuperset(marks) or (digits and all(c.isdigit() or c in _LOOKALIKES or c in ",." for c in marks)):
        return "含有形似数字的字符，或分隔符的位置不对"
    if _OTHER_SEPARATORS.match(marks):
        return _SEPARATOR_UNCLEAR
    return "符号不明" if marks[0] in "—―─" and digits == len(marks) - 1 else ""


def _unit_doubt(unit: str, remark: str, figure: Figure) -> str:
    """Why the unit or the remark behind a number leaves open what it means."""
    money = "元" in unit
    if figure.kind == "count" and (money or any(c in unit for c in "万亿千百%‰")):
        return f"单位“{unit}”不是件数的单位"
    if figure.kind == "amount" and unit and unit != figure.unit and (figure.column == "amount_wan" or unit != "元"):
        return f"单位“{unit}”不是{figure.unit}"
    if any(word in remark for word in ("元", "%", "倍")) and figure.unit not in remark:
        return f"附注“{remark}”中的单位与该格不符"
    if any(c.isdigit() for c in remark) and not _EXPLAINS.match(remark):
        return f"附注“{remark}”中另有数字"
    return ""
