"""Claims that nothing happened, and that everything was done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expectations.evidence import Claim
from tasks.read.claims.clauses import Sentence

_NO = "(?:未曾|从未|均未|未|没有|无)"
_NOTHING_RECEIVED = re.compile(
    f"{_NO}(?:收到|接到|接收到?|受理|收悉|产生|发生)?"
    "(?:过|任何|相关|有关|公民|法人|和|或者|或|及|其他|其它|组织|群众|社会|公众|提出|关于|要求|的|、)*"
    "(?:(?:依申请公开|政府信息公开|信息公开|公开政府信息|政府信息|依申请)?(?:政府信息|信息)?的?(?:申请公开|申请)|依申请公开)"
    "(?:政府信息|信息|诉求|事项|案件|件|办理|情况|要求|的)*\\Z"
)
_CAUSES = (
    "(?:因|由|任何|有关|相关|涉及|与|针对|关于|对|政府|政务|信息|公开|依|申请|答复|办理|工作|问题|引起|引发|产生|导致|造成"
    "|发生|收到|提起|被|而|所|的|本机关|本单位|我局|本局|我办|我镇|我县|我市|我区|或|及|、)*"
)
_DISPUTE = "(?:被?(?:提起|申请)?(?:行政)?(?:复议|诉讼))"
_NO_DISPUTE = re.compile(
    f"{_NO}(?:发生|出现|产生|收到|引发|引起|涉及|有)?{_CAUSES}"
    f"(?P<what>{_DISPUTE}(?:(?:申请|案件)?(?:以及|或者|、|和|及|与|或){_DISPUTE})*)(?:申请|案件|事项|情况|情形|事件|现象|等|的)*\\Z"
)
_ALL_DONE = re.compile(
    "(?:已?全部(?:按时|按期|依法|及时|如期)*(?:办结|办理完毕)|均已(?:按时|按期|依法|及时|如期)*(?:办结|办理完毕))(?!率)"
)
_REMAINING = re.compile("结转|顺延|下年|次年|尚未|正在")


def zeros(sentence: Sentence) -> Iterator[Claim]:
    """TEXT.ZERO and TEXT.ALL_DONE."""
    for clause in sentence.clauses:
        if clause.topic != "other":
            found = _NO_DISPUTE.search(clause.text)
            if found:
                yield from _no_disputes(found["what"], clause.text)
            elif _NOTHING_RECEIVED.search(clause.text):
                yield Claim("TEXT.ZERO", 0, ("table3.new.total",), clause.text)
        is_open = _REMAINING.search(sentence.text) or sentence.tells_of_others
        if clause.topic == "applications" and _ALL_DONE.search(clause.text) and not is_open:
            yield Claim("TEXT.ALL_DONE", 0, ("table3.carried_forward.total",), clause.text)


def _no_disputes(what: str, quote: str) -> Iterator[Claim]:
    """One claim for all that did not happen: the sum of the totals is 0."""
    groups = [group for word, group in (("复议", "review"), ("诉讼", "litigation_*")) if word in what]
    yield Claim("TEXT.ZERO", 0, tuple(f"table4.{group}.total" for group in groups), quote)
