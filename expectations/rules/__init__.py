"""The rules: one registry of codes that findings, the lake, the documentation and the corpus share. Data only."""

from expectations.rules.documents import DOCUMENT_RULES, REJECTIONS
from expectations.rules.model import Rule
from expectations.rules.tables import TABLE_RULES
from expectations.rules.text import TEXT_RULES
from expectations.rules.years import YEAR_RULES

RULES: dict[str, Rule] = {
    rule.code: rule for rule in (*REJECTIONS, *DOCUMENT_RULES, *TABLE_RULES, *TEXT_RULES, *YEAR_RULES)
}

__all__ = ["REJECTIONS", "RULES", "TEXT_RULES", "YEAR_RULES", "Rule"]
