"""The catalogue of rules for people, made from the registry: `docs/rules.md`."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.forms import FORMS
from expectations.rules import RULES, Rule

_HEAD = """\
# 规则目录

本文由 `expectations/rules/` 生成，请勿手改（重新生成：`python -m expectations.catalogue > docs/rules.md`）。

规则代码是公开约定，出现在回执、数据湖的 `findings` 表和命令行输出中。

| 程度 | 含义 |
|---|---|
| critical 严重 | 报告进入隔离区 `quarantine`，不进入数据湖；根本不能作为报告读取的文件直接退回（`rejected`） |
| warning 提醒 | 报告照常进入数据湖，附带提醒 |
| info 提示 | 只作记录 |

| 结果 | 含义 |
|---|---|
| `pass` | 通过 |
| `fail` | 不符 |
| `not_applicable` | 不适用 |
| `insufficient_data` | 缺少运算数，不据此判错 |
| `error` | 规则无法执行：是本系统的故障，不归咎于报告，但报告也不会被判为有效 |

规则由 Great Expectations 执行：每种法定格式一个 suite（{suites}），年度之间一个（`between_years`），
机关之间一个（`between_agencies`），都由 `expectations/` 中的格式与规则数据生成；
每条规则是一个 `ExpectStatutoryRuleToHold`。`DOC.*` 和 `READ.*` 由读取程序给出。

空白及 `/`、`-`、`—`、`无` 在合计时按 0 计，数据中仍为空值。
"""

CHAPTERS = {
    "DOC": "文件",
    "FORMAT": "格式",
    "T2": "表二 主动公开政府信息情况",
    "T3": "表三 收到和处理政府信息公开申请情况",
    "T4": "表四 政府信息公开行政复议、行政诉讼情况",
    "CELL": "单元格",
    "READ": "读取",
    "TEXT": "第一部分的文字与表格",
    "YEAR": "与上一年度的报告",
    "PEER": "与其他机关的报告",
}


def catalogue_markdown() -> str:
    """Every rule with its formula, basis, severity, forms, operands and advice, as Markdown in Chinese."""
    head = _HEAD.replace("{suites}", "、".join(f"`form_{code}`" for code in FORMS))
    return "\n".join([head, *(line for prefix in CHAPTERS for line in _chapter(prefix))])


def _chapter(prefix: str) -> Iterator[str]:
    yield f"## {CHAPTERS[prefix]}\n"
    for rule in RULES.values():
        if rule.code.split(".")[0] == prefix:
            yield from _entry(rule)


def _entry(rule: Rule) -> Iterator[str]:
    yield f"### `{rule.code}` {rule.title}\n"
    yield f"- **要求**：{rule.formula}"
    yield f"- **依据**：{rule.basis}"
    yield f"- **程度**：{rule.severity}"
    yield f"- **适用格式**：{'、'.join(rule.forms)}"
    yield f"- **所涉**：{rule.operands}"
    yield f"- **怎么办**：{rule.advice}\n"


if __name__ == "__main__":
    print(catalogue_markdown(), end="")
