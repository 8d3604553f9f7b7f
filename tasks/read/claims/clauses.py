"""Section one as sentences of clauses, each with what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tasks.read.characters import nfkc

Topic = Literal["applications", "review", "litigation", "disputes", "other"]

_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_SENTENCE_END = re.compile(r"[。!?]")
_LONGEST = 3000
"""Characters of a sentence; one that has more states nothing plainly."""
_CLAUSE_END = re.compile(r"[,;:()]")
_HEADING = re.compile(r"(?=\([一二三四五六七八九十]{1,2}\)(?!项|款|条))")
_ON_REQUEST = re.compile(r"\A\([一二三四五六七八九十]{1,2}\)[^,。0-9]{0,12}依申请公开")
_OTHER = re.compile(
    "信访|热线|12345|留言|咨询|来信|来电|建议|提案|投诉|举报|互动|信箱|许可|登记|审批|仲裁|救助|信息处理费"
    "|政策|文件|解读|信息[^公开]{0,4}[0-9]+条"
)
_OF_OTHERS = re.compile(
    "近[一二三四五两几0-9]{1,2}年|各镇|各乡|乡镇|镇街|街道|各县|各区|县区|区县|分局|基层|下属|所属|直属|局机关|机关本级"
)
"""Words by which a sentence tells of other bodies too, or of more than a year."""
_BOTH = re.compile(r"复议(?:案件|申请)?[、和及与或以]+(?:以及)?(?:被?提起)?(?:行政)?(?:诉讼|应诉)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two marks, and what its numbers are about; None where nothing says it."""

    text: str
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: NFKC, without spaces."""

    text: str
    clauses: tuple[Clause, ...]

    @property
    def tells_of_others(self) -> bool:
        """Whether its totals may be those of other bodies too, or of more than a year."""
        return bool(_OF_OTHERS.search(self.text))


def sentences(text: str) -> Iterator[Sentence]:
    """Every sentence; a paragraph headed 依申请公开 is about applications, and 其中 goes on with what was before."""
    plain = _THOUSANDS.sub("", "".join(nfkc(text).split()))
    for paragraph in _HEADING.split(plain):
        base: Topic | None = "applications" if _ON_REQUEST.match(paragraph) else None
        last: Topic | None = base
        for part in _SENTENCE_END.split(paragraph):
            if part and len(part) <= _LONGEST:
                start = last if part.startswith("其中") else base
                sentence = Sentence(part, tuple(_clauses(part, start)))
                last = sentence.clauses[-1].topic if sentence.clauses else base
                yield sentence


def _clauses(text: str, topic: Topic | None) -> Iterator[Clause]:
    for part in _CLAUSE_END.split(text):
        if part:
            topic = _topic(part) or topic
            yield Clause(part, topic)


def _topic(text: str) -> Topic | None:
    if _OTHER.search(text):
        return "other"
    if _BOTH.search(text):
        return "disputes"
    if "诉讼" in text:
        return "litigation"
    if "复议" in text:
        return "review"
    return "applications" if "申请" in text else None
