"""Claims that state a number: what is said before and after it, and the cells that it must be the sum of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from expectations.evidence import Claim
from tasks.read.claims.clauses import Clause, Sentence, Topic

_N = "([0-9]{1,9})(?:件|宗|份|起|例|条)"
_OF = (
    "(?:政府信息公开|信息公开|依申请公开|公开政府信息|政府信息|申请公开|申请|件|的|各类|答复|办结|完毕|共计|合计|总计|共"
    "|有|为|了|案件|人民法院|信息|事项|数量)*+"
)
_WHO = "(?:公民|法人|和|或者|或|及|其他|其它|组织|社会|公众|群众|提出|提交|、|各种|形式|的|到|了|全部)*+"
_NEXT_YEAR = "(?:下一?年度?|次年度?|明年|转年)"
_PARTIAL = re.compile(
    "其中|分别|网上|网络|互联网|在线|邮件|邮寄|信函|来函|当面|现场|窗口|电子|传真|书面|自然人|企业|个人|律师|科研|公益"
    "|法律服务|上半年|下半年|季度|[0-9]月|同比|同期|去年|增加|减少|增长|下降|乡镇|街道|各镇|占|平均|累计办|历年|以来"
)
_UNFINISHED = re.compile("未|没有|正在|尚在|待|继续|延期|逾期|超期|补正|撤回|撤销|顺延|结转|转入|下年|次年")
_HANDLED_ELSEWHERE = re.compile("办理|审理|受理|承办|应诉|代理|出庭|(?<!未)审结")
_DISCLOSURE = re.compile("信息公开|依申请|申请公开|政务公开")
_YEAR = re.compile(r"(20[0-9]{2})年")


@dataclass(frozen=True, slots=True)
class Statement:
    """One way of stating a number: `pattern` has one group, the number; `unless` must not stand before it."""

    rule: str
    pattern: re.Pattern[str]
    operands: tuple[str, ...]
    topics: tuple[Topic, ...] = ("applications",)
    unless: tuple[re.Pattern[str], ...] = (_PARTIAL,)


def _statement(rule: str, pattern: str, *operands: str, unless: tuple[re.Pattern[str], ...] = (_PARTIAL,)) -> Statement:
    return Statement(rule, re.compile(pattern), operands, ("applications",), unless)


_APPLICATIONS = (
    _statement("TEXT.RECEIVED", f"(?:收到|受理|新收|接收|接到|收悉){_WHO}{_OF}{_N}", "table3.new.total"),
    _statement("TEXT.HANDLED", f"(?:答复|办结|办理|办复|处理|回复){_OF}{_N}", "table3.total.total",
               unless=(_PARTIAL, _UNFINISHED)),
    _statement("TEXT.GRANTED", f"(?<!部分)(?<!不)(?:予以|同意|准予)公开{_OF}{_N}", "table3.granted.total", unless=()),
    _statement("TEXT.GRANTED", rf"\A(?:其中)?公开{_N}\Z", "table3.granted.total", unless=()),
    _statement("TEXT.PARTIAL", f"部分公开{_OF}{_N}", "table3.partial.total", unless=()),
    _statement("TEXT.DENIED", f"(?:不予以?|不同意)公开{_OF}{_N}", "table3.denied.*.total", unless=()),
    _statement("TEXT.CARRIED_OVER", f"上一?年度?结转(?:到|至)?(?:本年度?|今年)?{_OF}{_N}", "table3.carried_over.total",
               unless=()),
    _statement("TEXT.CARRIED_FORWARD",
               f"(?:结转|顺延|转入|转)(?:到|至|入)?{_NEXT_YEAR}(?:继续|度|办理)*{_OF}{_N}",
               "table3.carried_forward.total", unless=()),
    _statement("TEXT.CARRIED_FORWARD",
               f"{_N}(?:申请|需|将)*(?:结转|顺延|转入|转)(?:到|至|入)?{_NEXT_YEAR}(?!度|{_OF}(?:继续|办理)*[0-9])",
               "table3.carried_forward.total", unless=()),
)  # fmt: skip

_OUTCOMES = {
    "upheld": "(?:结果)?维持",
    "corrected": "(?:结果)?(?:被)?纠正",
    "other": "其他结果",
    "pending": "(?:尚未审结|未审结|尚在审理中?|正在审理中?)",
}
_DISPUTES: tuple[tuple[str, Topic, str, str], ...] = (
    ("TEXT.REVIEW", "review", "行政复议", "table4.review"),
    ("TEXT.LITIGATION", "litigation", "行政诉讼", "table4.litigation_*"),
)


def _dispute_statements() -> Iterator[Statement]:
    for rule, topic, name, group in _DISPUTES:
        pattern = re.compile(f"{name}(?:案件|案|申请)?(?:共计|共|的|为|有|发生)?{_N}")
        yield Statement(rule, pattern, (f"{group}.total",), (topic,))
        for code, words in _OUTCOMES.items():
            outcome = re.compile(rf"\A(?:其中)?{words}(?:的|案件|共)?{_N}\Z")
            yield Statement(rule, outcome, (f"{group}.{code}",), (topic,), ())


STATEMENTS = (*_APPLICATIONS, *_dispute_statements())


def counts(sentence: Sentence, year: int | None) -> Iterator[Claim]:
    """Every number that `sentence` states for the year and the whole agency."""
    for clause in sentence.clauses:
        if clause.topic in (None, "other") or _is_of_another_year(clause, year):
            continue
        if clause.topic in ("review", "litigation") and not _is_about_disclosure(sentence, clause):
            continue
        for statement in STATEMENTS:
            if clause.topic in statement.topics and not (_is_total(statement) and sentence.tells_of_others):
                yield from _claims(statement, clause)


def _is_total(statement: Statement) -> bool:
    return statement.rule in ("TEXT.RECEIVED", "TEXT.HANDLED")


def _claims(statement: Statement, clause: Clause) -> Iterator[Claim]:
    for found in statement.pattern.finditer(clause.text):
        before = clause.text[: found.start(1)]
        if not any(pattern.search(before) for pattern in statement.unless):
            yield Claim(statement.rule, int(found[1]), statement.operands, clause.text)


def _is_of_another_year(clause: Clause, year: int | None) -> bool:
    years = {int(found) for found in _YEAR.findall(clause.text)}
    return bool(years - {year})


def _is_about_disclosure(sentence: Sentence, clause: Clause) -> bool:
    """An agency of justice handles reviews of others all year: those are not in table 4."""
    if _DISCLOSURE.search(clause.text):
        return True
    return not _HANDLED_ELSEWHERE.search(clause.text) and bool(_DISCLOSURE.search(sentence.text))
