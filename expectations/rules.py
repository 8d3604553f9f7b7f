"""The rules: one registry of codes that findings, the lake, the documentation and the corpus share. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.evidence import Severity

_NOTICES = "国办公开办函〔2019〕60号、〔2021〕30号"
_FORM = f"年度报告格式（{_NOTICES}）"
_PRINTED = f"表三表头所印勾稽关系（{_NOTICES}）"
_ARTICLE_50 = "《政府信息公开条例》第五十条"
_OURS = "本系统的读取要求"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: `basis` is where it comes from, `formula` what must hold, `forms` the statutory forms it is for.

    `severity` is that of a failure; the reader notes the two DOC.NO_ rules as warnings where the file's name serves.
    """

    code: str
    title: str
    basis: str
    formula: str
    severity: Severity = "critical"
    forms: tuple[str, ...] = ("2019", "2021")


def _table_rules(code: str, name: str) -> tuple[Rule, ...]:
    return (
        Rule(f"{code}.MISSING_TABLE", f"缺少{name}", _FORM, f"{name}在报告中"),
        Rule(
            f"{code}.NOT_A_COUNT",
            f"{name}的数不是正常的数",
            _FORM,
            "每个数是小于 10 万亿的整数（金额可有至多六位小数）",
        ),
        Rule(f"{code}.NEGATIVE", f"{name}出现负数", _FORM, "每个数 ≥ 0（2019 年格式的“本年增/减”除外）"),
    )


def _rejections() -> tuple[Rule, ...]:
    return (
        Rule("DOC.EMPTY", "文件为空", _OURS, "文件有内容"),
        Rule("DOC.UNSUPPORTED_TYPE", "文件类型不支持", _OURS, "内容是 PDF、DOCX、HTML、纯文本或 Markdown"),
        Rule("DOC.TYPE_MISMATCH", "内容与扩展名不符", _OURS, "内容的类型与扩展名一致"),
        Rule("DOC.CORRUPT", "文件损坏或不完整", _OURS, "文件可以完整打开"),
        Rule("DOC.ENCRYPTED", "文件有打开密码", _OURS, "不用密码可以打开"),
        Rule("DOC.TOO_MANY_PAGES", "页数过多", _OURS, "不超过 200 页"),
        Rule("DOC.TOO_LARGE", "文件过大", _OURS, "不超过 50 MB，读取内存不超过 1 GiB"),
        Rule("DOC.TOO_SLOW", "读取过慢", _OURS, "读取不超过 60 秒 CPU 时间"),
        Rule("DOC.NO_TEXT_LAYER", "扫描件，没有文字层", _OURS, "页面上有文字"),
        Rule("DOC.NOT_ANNUAL_REPORT", "不是年度报告", _ARTICLE_50, "文件是填写了数据的年度报告"),
        Rule("FORMAT.UNSUPPORTED_YEAR", "2019 年以前的报告", _FORM, "报告年度 ≥ 2019"),
        Rule("DOC.DUPLICATE", "内容相同的文件已处理过", _OURS, "同样内容只处理一次"),
    )


_ALL = (
    *_rejections(),
    Rule("DOC.NO_AGENCY", "找不到发文机关", _ARTICLE_50, "报告写明机关（只有文件名写明时为提醒）"),
    Rule("DOC.NO_YEAR", "找不到报告年度", _ARTICLE_50, "报告写明年度（只有文件名写明时为提醒）"),
    Rule("DOC.YEAR_MISMATCH", "年度前后不一", _ARTICLE_50, "文件名、标题、正文、发布日期的年度相符", "warning"),
    Rule("DOC.SECTIONS", "六个部分不全或次序不符", _FORM, "六个部分齐全、依次、第五部分有内容", "warning"),
    *_table_rules("T2", "表二"),
    Rule("T2.MISSING_ROW", "表二缺行或重复", _FORM, "每个法定行恰好出现一次"),
    *_table_rules("T3", "表三"),
    Rule("T3.MISSING_ROW", "表三缺行或重复", _FORM, "每个法定行恰好出现一次"),
    Rule("T3.MISSING_COLUMN", "表三缺列", _FORM, "七个申请人列齐全"),
    Rule("T3.ROW_SUM", "表三横向合计不符", _FORM, "自然人 + 五类法人或其他组织 = 总计（每行）"),
    Rule("T3.COLUMN_SUM", "表三纵向合计不符", _FORM, "（一）至（六）各项之和 =（七）总计（每列）"),
    Rule("T3.BALANCE", "表三勾稽关系不符", _PRINTED, "第一项 + 第二项 =（七）总计 + 第四项（每列）"),
    Rule("T3.TOTAL_BLANK", "表三总计未填", _FORM, "各项之和不为 0 时总计也应填写", "warning"),
    *_table_rules("T4", "表四"),
    Rule("T4.MISSING_GROUP", "表四缺组或重复", _FORM, "三组各五个数，每个恰好出现一次"),
    Rule("T4.ROW_SUM", "表四合计不符", _FORM, "结果维持 + 结果纠正 + 其他结果 + 尚未审结 = 总计（每组）"),
    Rule("T4.TOTAL_BLANK", "表四总计未填", _FORM, "各项之和不为 0 时总计也应填写", "warning"),
    Rule("CELL.BLANK", "单元格空白或以斜线、横线代替", _FORM, "没有发生的填 0", "warning"),
    Rule("FORMAT.YEAR_MISMATCH", "表格格式与年度不符", _FORM, "2019、2020 年度用 2019 年格式，此后用 2021 年格式"),
    Rule("READ.DISAGREEMENT", "两种读法不一致", _OURS, "两种独立的读法读出同样的内容"),
)

RULES: dict[str, Rule] = {rule.code: rule for rule in _ALL}
