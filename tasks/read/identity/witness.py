"""A place that names the body or the year; where such places are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from tasks.read.characters import nfkc
from tasks.read.identity.title import title_in
from tasks.read.lines import Line

Weight = Literal["states", "labels"]
"""`states`: the report's own words; `labels`: what is put on it, and may be older or another's furniture."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Witness(Generic[T]):
    """One place that names the body or the year: `values` are the ways to read it, the likeliest first."""

    where: str
    values: tuple[T, ...]
    weight: Weight = "states"

    @property
    def value(self) -> T:
        return self.values[0]


COMPILED, SIGNED, CONTACT, FILE_NAME, SITE = "引言（编制单位）", "落款", "引言（联系方式）", "文件名", "网站名称"
PERIOD, PAGE_TITLE, PARTICULARS, NEARBY = "统计期限", "网页标题", "页面信息（发布机构）", "题目附近"
LETTERHEAD, NICKNAME, OPENING = "红头", "文件名（简称）", "正文（开头）"
"""What a file's name says less formally than a title does: no name to publish under."""
NAMES = {"page": PAGE_TITLE, "head": "页眉页脚", "meta": PARTICULARS}

_SEPARATORS = re.compile(r"\s*[-_|–—>»·]+\s*|\s{2,}")


def pieces(line: Line) -> list[str]:
    """What a page's title or a running head is put together of: the report's title and the name of the site."""
    parts = [part for part in _SEPARATORS.split(nfkc(line.text.strip())) if part]
    return [piece for part in parts for piece in ([part] if title_in(part) else part.split())]
