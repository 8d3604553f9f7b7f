"""What a rule is, and the sources that rules cite."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.evidence import Severity
from expectations.forms import FORMS

NOTICES = "、".join(form.notice for form in FORMS.values())
FORM = f"年度报告格式（{NOTICES}）"
PRINTED = f"表三表头所印勾稽关系（{NOTICES}）"
ARTICLE_49 = "《政府信息公开条例》第四十九条"
ARTICLE_50 = "《政府信息公开条例》第五十条"
OURS = "本系统的读取要求"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: `basis` is where it comes from, `formula` what must hold, `forms` the statutory forms it is for.

    `operands` names the cells or the part of the report that it judges, `advice` says what to do when it fails.
    `severity` is that of a failure; the reader notes the two DOC.NO_ rules as warnings where the file's name serves.
    """

    code: str
    title: str
    basis: str
    formula: str
    operands: str
    advice: str
    severity: Severity = "critical"
    forms: tuple[str, ...] = tuple(FORMS)
