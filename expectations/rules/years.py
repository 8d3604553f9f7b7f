"""Rules between the reports of one agency's neighbouring years, and between agencies of one year."""

from __future__ import annotations

from expectations.rules.model import ARTICLE_49, FORM, OURS, Rule

_BOTH = "请核对两个年度的报告，以实际情况为准。"

YEAR_RULES = (
    Rule("YEAR.CARRY", "上年结转与上一年度报告不符", FORM, "本年“上年结转”= 上一年度“结转下年度继续办理”（每列）",
         "table3.carried_over.*、上一年度 table3.carried_forward.*", _BOTH, "warning"),
    Rule("YEAR.IN_FORCE", "现行有效件数与上一年度报告不符", FORM,
         "本年现行有效 = 上一年度现行有效 + 本年制发 - 本年废止", "table2 规章、行政规范性文件，两个年度",
         _BOTH, "warning",
         ("2021",)),
    Rule("YEAR.ITEMS", "上一年项目数量与上一年度报告不符", FORM,
         "本年“上一年项目数量”= 上一年度“上一年项目数量”+ 上一年度“本年增/减”", "table2 各项目数量，两个年度", _BOTH,
         "warning", ("2019",)),
    Rule("YEAR.OUTLIER", "新收申请数与上一年度相差悬殊",
         OURS, "新收申请总计为上一年度的 0.2 至 5 倍（上一年度不少于 20 件）",
         "table3.new.total，两个年度", "不一定有误，请确认。", "info"),
    Rule("PEER.SAME", "与另一机关同一年度的表格完全相同", ARTICLE_49, "两个机关不为零的表格不应完全相同",
         "表三、表四全部单元格", "不一定有误，请确认没有误用他人的报告。", "info"),
)  # fmt: skip
