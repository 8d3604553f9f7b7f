"""The lists of codes, from the forms and the rules, and the sums that hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from expectations.forms import FORMS, Form, Identity, identities
from expectations.forms.model import Measure
from expectations.rules import RULES
from tasks.analysis.dictionary import texts
from tasks.analysis.dictionary.markdown import code, table


def code_chapters() -> Iterator[str]:
    """Every list of codes."""
    yield "## 法定格式\n"
    yield from table(("代码", "通知", "报告年度"), ((code(f.code), f.notice, _years(f)) for f in FORMS.values()))
    yield f"## 单元格地址 `address`\n\n{texts.ADDRESSES}"
    yield "## 表二的事项与指标 `disclosures.item`、`measure`\n"
    for form in FORMS.values():
        yield f"### {form.code} 式\n"
        yield from table(("事项", "标签", "条例依据", "指标", "标签", "单位", "数值"), _measures(form))
    yield from _table3()
    yield from _table4()
    yield "## 报告的部分 `sections.number`\n"
    yield from table(("代码", *_form_names("标题")), _sections())
    yield from _ours()
    yield from _sums()


def _years(form: Form) -> str:
    return f"{form.first_year} 至 {form.last_year}" if form.last_year else f"{form.first_year} 起"


def _form_names(what: str) -> tuple[str, ...]:
    return tuple(f"{code} 式{what}" for code in FORMS)


def _measures(form: Form) -> Iterator[tuple[str, ...]]:
    for item in form.items:
        for m in item.measures:
            yield (code(item.code), item.label, item.article, code(m.code), m.label, m.unit, _may_be(m))


def _may_be(measure: Measure) -> str:
    if measure.kind == "amount":
        return "不小于 0 的小数"
    return "整数，可为负" if measure.signed else "不小于 0 的整数"


def _table3() -> Iterator[str]:
    for form in FORMS.values():
        yield f"## 表三的行 `applications.row`：{form.code} 式（{len(form.rows)} 行）\n"
        yield from table(("代码", "标签", "分组"), ((code(row.code), row.label, row.group) for row in form.rows))
    yield "## 表三的列：申请人\n"
    columns = dict.fromkeys(column for form in FORMS.values() for column in form.applicants)
    yield from table(("代码", "标签", "分组"), ((code(c.code), c.label, c.group) for c in columns))


def _table4() -> Iterator[str]:
    yield "## 表四的组 `disputes.proceeding`\n"
    groups = dict.fromkeys(group for form in FORMS.values() for group in form.groups)
    yield from table(("代码", "标签"), ((code(group.code), group.full_label) for group in groups))
    yield "## 表四的列：结果\n"
    results = dict.fromkeys(column for form in FORMS.values() for column in form.results)
    yield from table(("代码", "标签"), ((code(column.code), column.label) for column in results))


def _sections() -> Iterator[tuple[str, ...]]:
    for sections in zip(*(form.sections for form in FORMS.values()), strict=True):
        yield (code(sections[0].number), *(section.heading for section in sections))


def _ours() -> Iterator[str]:
    lists: Mapping[str, Mapping[str, str]] = {
        "处理结果 `reports.outcome`": texts.OUTCOMES,
        "严重程度 `severity`": texts.SEVERITIES,
        "判定 `findings.outcome`": texts.RULE_OUTCOMES,
        "归因 `findings.fault`": texts.FAULTS,
        "读取方法 `cells.engine`": texts.ENGINES | texts.SEEN,
        "决定 `decisions.action`": texts.ACTIONS,
    }
    for title, meanings in lists.items():
        yield f"## {title}\n"
        yield from table(("代码", "含义"), ((code(one), meaning) for one, meaning in meanings.items()))
    yield "## 规则代码 `rule`\n\n要求、依据和建议见 [rules.md](rules.md)。\n"
    rules = ((code(rule.code), rule.title, code(rule.severity)) for rule in RULES.values())
    yield from table(("代码", "名称", "程度"), rules)


def _sums() -> Iterator[str]:
    yield "## 有效数据中成立的等式\n"
    yield "空白按 0 计；合计为空白而各部分都有数时，按各部分之和计。经人接受的例外记在 `findings.accepted_by`。\n"
    rows = ((code(form.code), *row) for form in FORMS.values() for row in _patterns(identities(form)))
    yield from table(("格式", "规则", "等式", "适用"), rows)
    yield "表二没有合计，也没有等式。其余规则见 [rules.md](rules.md)。"


def _patterns(sums: Iterable[Identity]) -> Iterator[tuple[str, ...]]:
    """Each sum once, with the number of lines that it is of."""
    for (rule, sides, where), times in Counter((one.rule, _sides(one), _line_of(one)) for one in sums).items():
        yield (code(rule), code(sides), f"{where}（{times}）")


def _line_of(one: Identity) -> str:
    name, _, row = one.where.partition(".")
    return f"`{name}` 每列" if row.startswith("*") else f"`{name}` 每行"


def _sides(one: Identity) -> str:
    """The sum without what is the same in all its addresses: the row, or table and column."""
    before, _, after = one.where.partition("*.")
    prefix, suffix = (before, f".{after}") if after else (f"{one.where}.", "")
    return " = ".join(
        " + ".join(address.removeprefix(prefix).removesuffix(suffix) for address in side)
        for side in (one.left, one.right)
    )
