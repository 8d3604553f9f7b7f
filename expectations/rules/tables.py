"""Rules on the cells of the three tables."""

from __future__ import annotations

from expectations.rules.model import FORM, PRINTED, Rule

_CORRECT = "请对照原文核对所列单元格，改正后重新上传。"
_COMPLETE = "请按法定格式补全后重新上传。"


def _of_table(code: str, name: str) -> tuple[Rule, ...]:
    every = f"{name}全部单元格"
    return (
        Rule(f"{code}.MISSING_TABLE", f"缺少{name}", FORM, f"{name}在报告中", name, _COMPLETE),
        Rule(f"{code}.NOT_A_COUNT", f"{name}的数不是正常的数", FORM,
             "每个数是小于 10 万亿的整数（金额可有至多六位小数）", every, _CORRECT),
        Rule(f"{code}.NEGATIVE", f"{name}出现负数", FORM, "每个数 ≥ 0（2019 年格式的“本年增/减”除外）",
             every, _CORRECT),
    )  # fmt: skip


def _total_blank(code: str, name: str, totals: str) -> Rule:
    advice = "请补填总计；核对时按分项之和计算。"
    return Rule(
        f"{code}.TOTAL_BLANK", f"{name}总计未填", FORM, "各项之和不为 0 时总计也应填写", totals, advice, "warning"
    )


TABLE_RULES = (
    *_of_table("T2", "表二"),
    Rule("T2.MISSING_ROW", "表二缺行或重复", FORM, "每个法定行恰好出现一次", "表二各行", _COMPLETE),
    *_of_table("T3", "表三"),
    Rule("T3.MISSING_ROW", "表三缺行或重复", FORM, "每个法定行恰好出现一次", "表三各行", _COMPLETE),
    Rule("T3.MISSING_COLUMN", "表三缺列", FORM, "七个申请人列齐全", "表三各列", _COMPLETE),
    Rule("T3.ROW_SUM", "表三横向合计不符", FORM, "自然人 + 五类法人或其他组织 = 总计（每行）", "该行七个单元格",
         _CORRECT),
    Rule("T3.COLUMN_SUM", "表三纵向合计不符", FORM, "（一）至（六）各项之和 =（七）总计（每列）",
         "该列第三项下全部单元格", _CORRECT),
    Rule("T3.BALANCE", "表三勾稽关系不符", PRINTED, "第一项 + 第二项 =（七）总计 + 第四项（每列）", "该列四个单元格",
         _CORRECT),
    _total_blank("T3", "表三", "表三总计行、总计列"),
    *_of_table("T4", "表四"),
    Rule("T4.MISSING_GROUP", "表四缺组或重复", FORM, "三组各五个数，每个恰好出现一次", "表四各组", _COMPLETE),
    Rule("T4.ROW_SUM", "表四合计不符", FORM, "结果维持 + 结果纠正 + 其他结果 + 尚未审结 = 总计（每组）",
         "该组五个单元格", _CORRECT),
    _total_blank("T4", "表四", "表四各组总计"),
    Rule("CELL.BLANK", "单元格空白或以斜线、横线代替", FORM, "没有发生的填 0", "该表空白的单元格", "没有发生的请填 0。",
         "warning"),
)  # fmt: skip
