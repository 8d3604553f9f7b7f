"""Claims that a sentence makes about itself: its parts add up, its percentages fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from expectations.evidence import Claim
from tasks.read.claims.clauses import Clause, Sentence
from tasks.read.claims.counts import counts

_PART = re.compile(
    r"\A(?:其中)?(?:通过)?(网上|网络|互联网|在线|平台|电子邮件|邮件|信函|邮寄|当面|现场|窗口|传真|书面|其他方式|其他渠道"
    r"|自然人|法人或其他组织|法人和其他组织)(?:提交|提出|的|渠道|方式)*(?:申请|受理|收到)*(?:的|共)?([0-9]{1,9})件\Z"
)
_NUMBER = re.compile(r"([0-9]{1,9})件\Z")
_SHARE = re.compile(r"\A占(?:比|总数|总量|申请总数|申请总量|的)*(?:为)?([0-9]{1,3}(?:\.[0-9]+)?)%\Z")
_TOTALS = ("TEXT.RECEIVED", "TEXT.HANDLED")
_OUTCOMES = 4


def parts(sentence: Sentence, year: int | None) -> Iterator[Claim]:
    """TEXT.PARTS: ways of applying that exceed what was received, outcomes of disputes, and percentages."""
    stated = list(counts(sentence, year))
    received = [claim.stated for claim in stated if claim.rule == "TEXT.RECEIVED"]
    ways = [int(found[2]) for clause in sentence.clauses if (found := _PART.match(clause.text))]
    if received and ways:
        shares = _shares(sentence)
        is_whole = len(shares) == len(ways) and abs(sum(shares, Decimal(0)) - 100) <= 1
        total = sum(ways)
        yield _parts(total, received[0] if is_whole or total > received[0] else total, sentence.text)
    yield from _outcomes(stated, sentence)
    totals = [claim.stated for claim in stated if claim.rule in _TOTALS and claim.stated]
    if totals:
        yield from _percentages(sentence, totals)


def _parts(stated: int, against: int, quote: str) -> Claim:
    return Claim("TEXT.PARTS", stated, (), quote, against)


def _shares(sentence: Sentence) -> list[Decimal]:
    return [Decimal(found[1]) for clause in sentence.clauses if (found := _SHARE.match(clause.text))]


def _outcomes(stated: list[Claim], sentence: Sentence) -> Iterator[Claim]:
    for rule in ("TEXT.REVIEW", "TEXT.LITIGATION"):
        totals = [c.stated for c in stated if c.rule == rule and c.operands[0].endswith(".total")]
        outcomes = [c for c in stated if c.rule == rule and not c.operands[0].endswith(".total")]
        if len(totals) == 1 and len({c.operands for c in outcomes}) == len(outcomes) == _OUTCOMES:
            yield _parts(sum(c.stated for c in outcomes), totals[0], sentence.text)


def _percentages(sentence: Sentence, totals: list[int]) -> Iterator[Claim]:
    """A share must be that of the number just before it, of any total that the sentence names."""
    for before, clause in zip(sentence.clauses, sentence.clauses[1:], strict=False):
        number, share = _NUMBER.search(before.text), _SHARE.match(clause.text)
        if number and share:
            fits = any(_fits(int(number[1]), total, Decimal(share[1])) for total in totals)
            yield _percentage(before, int(number[1]), max(totals), Decimal(share[1]), fits)


def _fits(part: int, total: int, share: Decimal) -> bool:
    step = Decimal(1).scaleb(-len(str(share).partition(".")[2]))
    return abs(Decimal(100 * part) / total - share) <= step


def _percentage(clause: Clause, part: int, total: int, share: Decimal, fits: bool) -> Claim:
    implied = part if fits else int((share * total / 100).to_integral_value())
    return _parts(part, implied, f"{clause.text},占{share}%")
