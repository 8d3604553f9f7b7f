"""What a finding says to the people who must act on it, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from expectations.evidence import Cell, Claim, DecisionKind, Doubt, Number, Severity, Suspect
from expectations.forms import Identity
from expectations.places import TABLE_NAMES, column_label, place_label

SEVERITY_NAMES: dict[Severity, str] = {"critical": "严重", "warning": "提醒", "info": "提示"}

_SIDES = {
    "T3.ROW_SUM": ("各类申请人之和", "总计"),
    "T3.COLUMN_SUM": ("各项办理结果之和", "总计"),
    "T3.BALANCE": ("第一项、第二项之和", "第三项总计、第四项之和"),
    "T4.ROW_SUM": ("各种结果之和", "总计"),
}
_DISAGREEMENT = re.compile("（一为“(.*)”，一为“(.*)”），这是本系统", re.DOTALL)
_MOST_CANDIDATES = 4
_MEASURE_WORDS = {"table2": "一行", "table3": "一行", "table4": "一组"}


def missing_table(where: str, form: str) -> str:
    """T?.MISSING_TABLE"""
    return f"报告中没有{place_label(where, form)}。"


def missing_line(where: str, form: str, figures: int, missing: Sequence[str], repeated: Sequence[Cell]) -> str:
    """T2/T3.MISSING_ROW and T4.MISSING_GROUP: a line that is not there, or not whole, or there more than once."""
    name = place_label(where, form) + _MEASURE_WORDS[where.split(".")[0]]
    if len(missing) == figures:
        return f"缺少{name}。"
    faults = []
    if missing:
        faults.append(f"缺 {len(missing)} 个数（{'、'.join(column_label(a, form) for a in missing)}）")
    if repeated:
        faults.append(f"有重复的数（{'；'.join(_repetitions(repeated, form))}）")
    return f"{name}不完整或重复：应有 {figures} 个数，{'，'.join(faults)}。"


def missing_column(where: str, form: str) -> str:
    """T3.MISSING_COLUMN"""
    return f"缺少{place_label(where, form)}。"


def not_a_count(where: str, form: str, raw: str, amount: bool) -> str:
    """T?.NOT_A_COUNT"""
    kind = "金额（应为小于 10 万亿、至多六位小数的数）" if amount else "件数（应为小于 10 万亿的整数）"
    return f"{place_label(where, form)}印的是“{_short(raw)}”，不是正常的{kind}。"


def negative(where: str, form: str, raw: str) -> str:
    """T?.NEGATIVE"""
    return f"{place_label(where, form)}印的是“{_short(raw)}”，不应为负数。"


def unequal(identity: Identity, form: str, left: Number, right: Number, derived: bool) -> str:
    """The four sums; `derived` if the right side rests on a total that the report leaves blank."""
    first, second = _SIDES[identity.rule]
    line = "行" if identity.rule == "T3.ROW_SUM" else ""
    note = "（总计未填，按其余各数推算）" if derived else ""
    name = place_label(identity.where, form)
    return f"{name}{line}：{first}为 {left}，{second}为 {right}{note}，相差 {abs(left - right)}。"


def suspected(suspect: Suspect, form: str, raw: str) -> str:
    """The one cell that explains all failed sums of table 3."""
    printed = _short(raw.strip()) or "空白"
    name = place_label(suspect.address, form)
    return f"只要{name}由 {printed} 改为 {suspect.balancing_value}，表内各项合计即全部平衡，请先核对这一格。"


def candidates(addresses: Sequence[str], form: str) -> str:
    """The cells of one sum that may be wrong, where more than one cell of table 3 is."""
    names = "、".join(place_label(address, form) for address in addresses[:_MOST_CANDIDATES])
    more = f"等 {len(addresses)} 格之一" if len(addresses) > _MOST_CANDIDATES else ""
    which = f"可能是{names}{more}" if names else "请逐格核对"
    return f"表三不止一格有误，无法断定是哪一格，{which}。"


def confirmed() -> str:
    """A second, independent reading of the accused cells agrees with the first."""
    return "所涉单元格经两种方法独立读取，结果一致，系原文有误。"


def with_corrected() -> str:
    """A person gave one of the values that a rule does not hold for."""
    return "其中有人工更正的数值，不是原文所印；更正有误的，请用 nianbao review undo 撤销。"


def claimed(claim: Claim, form: str, right: Number, with_old: bool) -> str:
    """TEXT.*: what section one says, and what the cells hold."""
    said = f"第一部分写道“{_short(claim.quote)}”"
    if not claim.operands:
        return f"{said}，其中的数 {claim.stated} 与按同一句推算的 {right} 不符。"
    if with_old:
        return f"{said}，{claim.stated} 件是新收与上年结转之和，表中新收为 {right} 件。"
    names = "、".join(_operand_label(operand, form) for operand in claim.operands)
    return f"{said}，即 {claim.stated}，而{names}为 {right}，相差 {abs(claim.stated - right)}。"


def total_blank(where: str, form: str) -> str:
    """T?.TOTAL_BLANK"""
    return f"{place_label(where, form)}未填，而各分项已填；核对时按分项之和计算，数据中仍留空。"


def blank(where: str, form: str, count: int) -> str:
    """CELL.BLANK"""
    return f"{place_label(where, form)}有 {count} 处空白或以斜线、横线、“无”代替；合计时按 0 计，数据中仍留空。"


def wrong_form(where: str, form: str, year: int | None) -> str:
    """FORMAT.YEAR_MISMATCH"""
    return f"{place_label(where, form)}用的是 {form} 年格式，不是 {year} 年度报告应当使用的格式。"


_DOUBTS = {
    "READ.DISAGREEMENT": "两种独立读法不一致（一为“{first}”，一为“{second}”）",
    "READ.ROWS_MISSING": "{second}（{first}）",
    "READ.CELL_UNREAD": "图片中的这一格没有读清（第一种读法“{first}”，其他读法“{second}”）",
    "READ.SUM_DISPUTED": "图片中的数合计不符，而几种读法不一致（第一种读法“{first}”，其他读法“{second}”）",
    "READ.UNCONFIRMED": "图片中的数没有得到证实（第一种读法“{first}”，其他读法“{second}”）",
    "READ.LOW_RESOLUTION": "{first}的图片{second}",
}
"""By rule what is in doubt."""


def disagreement(doubt: Doubt, form: str) -> str:
    """READ.DISAGREEMENT, and the other doubts about what was read."""
    what = _DOUBTS[doubt.rule].format(first=doubt.first, second=doubt.second)
    return f"{place_label(doubt.where, form)}：{what}，这是本系统读取存疑，不代表报告有误，请人工核对原文。"


def repaired(cell: Cell, form: str) -> str:
    """READ.REPAIRED"""
    return (
        f"{place_label(cell.address, form)}：图片中两种读法不同（“{cell.second_raw}”与“{cell.raw}”），"
        f"只有取“{cell.raw}”时表内各项合计全部平衡，已取后者。"
    )


def readings_in(message: str) -> tuple[str, str] | None:
    """The two readings that a `disagreement` tells of."""
    found = _DISAGREEMENT.search(message)
    return (found[1], found[2]) if found else None


SETTLED: dict[DecisionKind, str] = {
    "accept": "接受",
    "correct": "更正",
    "reject": "维持",
    "retract": "撤回",
    "undo": "撤销",
}
"""What a person's decision did with a finding."""
NAMES = {"agency": "发文机关", "year": "报告年度"}
"""What names a report, and can be corrected besides its cells."""


def identity_doubt(what: str, readings: Sequence[tuple[str, str]]) -> str:
    """DOC.AGENCY_DOUBT and DOC.YEAR_DOUBT: who or when (`what`), as each place says."""
    said = "，".join(f"{place}为“{value}”" for place, value in readings)
    why = "各处读出的不一致" if len(readings) > 1 else "没有别处可以印证，也不像完整的名称"
    return f"{NAMES[what]}存疑：{said}，{why}。这是本系统读取存疑，不代表报告有误，请人工核对原文。"


def not_recognised(what: str) -> str:
    """DOC.AGENCY_DOUBT and DOC.YEAR_DOUBT where pictures may show what was not read in them."""
    why = f"报告有图片页，图片中没有辨认出{NAMES[what]}"
    return f"{NAMES[what]}存疑：{why}。这是本系统读取存疑，不代表报告有误，请人工核对原文。"


def from_file_name(what: str, value: str) -> str:
    """DOC.NO_AGENCY and DOC.NO_YEAR where the file's name serves."""
    return f"报告中找不到{NAMES[what]}，取自文件名：{value}{' 年' if what == 'year' else ''}"


def pictured(table: str, page: int | None) -> str:
    """READ.PICTURE"""
    where = f"（第 {page} 页）" if page else ""
    return f"{TABLE_NAMES[table]}在原文中是图片{where}，本系统没有读取图片中的数字，不代表报告有误。"


def rule_error(rule: str, why: str) -> str:
    """A rule that could not be evaluated."""
    return f"规则 {rule} 无法执行，是本系统的故障，不是报告的问题：{why[:200]}"


_WILD = {
    "table3.denied.*.total": "表三“（三）不予公开”各项总计之和",
    "table4.litigation_*": "表四两组行政诉讼",
}


def _operand_label(operand: str, form: str) -> str:
    """A cell's name, or that of the sum of those that an address with `*` stands for."""
    if operand in _WILD:
        return _WILD[operand]
    group, _, column = operand.rpartition(".")
    if group in _WILD:
        return f"{_WILD[group]}的“{column_label(f'table4.litigation_direct.{column}', form)}”之和"
    return place_label(operand, form)


def _short(raw: str) -> str:
    return raw if len(raw) <= 60 else f"{raw[:60]}……"


def _repetitions(cells: Sequence[Cell], form: str) -> list[str]:
    ordered = sorted(cells, key=lambda cell: cell.address)
    return [
        f"{column_label(address, form)}：{'、'.join(_short(cell.raw.strip()) or '空白' for cell in same)}"
        for address, same in groupby(ordered, key=lambda cell: cell.address)
    ]


def related(rule: str, where: str, form: str, agency: str, year: int, sides: tuple[object, object]) -> str:
    """YEAR.* and PEER.*: this report beside that of `agency` on `year`."""
    place = place_label(where, form)
    left, right = sides
    match rule:
        case "YEAR.CARRY":
            return f"{place}为 {left}，而 {year} 年度报告“结转下年度继续办理”为 {right}。"
        case "YEAR.IN_FORCE":
            return f"{place}为 {left}，而按 {year} 年度报告的现行有效件数加本年制发、减本年废止应为 {right}。"
        case "YEAR.ITEMS":
            return f"{place}为 {left}，而按 {year} 年度报告的项目数量与增减应为 {right}。"
        case "YEAR.OUTLIER":
            return f"{place}为 {left}，而 {year} 年度为 {right}，相差悬殊，请确认。"
        case "PEER.SAME":
            return f"表三、表四与{agency} {year} 年度的完全相同，请确认没有误用他人的报告。"
    raise LookupError(rule)
