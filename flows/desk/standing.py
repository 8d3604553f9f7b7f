"""How an object stands, in a word for a badge and one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from expectations.evidence import DecisionKind
from tasks.ledger import ObjectRow
from tasks.values import ENDING_NAMES, Outcome, ending


@dataclass(frozen=True, slots=True)
class Stand:
    """`kind` is a class of the style sheet; `is_final`: it stays so unless somebody does something."""

    kind: str
    label: str
    sentence: str
    is_final: bool


_SENDING = Stand("sending", "没有传完", "文件没有传完；请重新上传。", False)
_BY_ENDING = {"retracted": "quarantined", "upheld": "quarantined"}


def stand(row: ObjectRow | None) -> Stand:
    """Of what landed; None: nothing has."""
    if row is None:
        return _SENDING
    if row.is_open:
        return _on_the_way(row)
    if row.outcome == "gone" or row.outcome is None:
        return Stand("gone", "没有读取", "文件在读取之前已被删除或取代。", True)
    ended = ending(cast(Outcome, row.outcome), cast("DecisionKind | None", row.review))
    return Stand(_BY_ENDING.get(ended, ended), ENDING_NAMES[ended], _sentence(row), True)


def _sentence(row: ObjectRow) -> str:
    who = " ".join(filter(None, [row.agency, f"{row.year} 年度" if row.year else ""]))
    return "：".join(filter(None, [who, row.message]))


def _on_the_way(row: ObjectRow) -> Stand:
    if row.lease_owner is not None:
        return Stand("reading", "读取中", "正在读取和校验……", False)
    again = "等待重新处理。" if row.outcome else "等待读取。"
    return Stand("waiting", "等待", again, False)
