"""Rules on what section one says in words of the numbers in the tables."""

from __future__ import annotations

from expectations.rules.model import ARTICLE_50, Rule


def _text(code: str, title: str, formula: str, operands: str) -> Rule:
    advice = "请核对第一部分的文字与表格，以实际办理情况为准改正其中一处。"
    return Rule(f"TEXT.{code}", title, ARTICLE_50, formula, operands, advice, "warning")


TEXT_RULES = (
    _text("RECEIVED", "正文收到的申请数与表三不符",
          "收到申请 N 件：N = 新收申请总计（等于新收与上年结转之和时仅作提示）",
          "table3.new.total"),
    _text("CARRIED_OVER", "正文上年结转数与表三不符", "上年结转 N 件：N = 上年结转申请总计",
          "table3.carried_over.total"),
    _text("CARRIED_FORWARD", "正文结转下年数与表三不符", "结转下年 N 件：N = 结转下年度继续办理总计",
          "table3.carried_forward.total"),
    _text("HANDLED", "正文办结数与表三不符", "答复（办结）N 件：N = 办理结果总计", "table3.total.total"),
    _text("GRANTED", "正文予以公开数与表三不符", "予以公开 N 件：N =（一）予以公开总计", "table3.granted.total"),
    _text("PARTIAL", "正文部分公开数与表三不符", "部分公开 N 件：N =（二）部分公开总计", "table3.partial.total"),
    _text("DENIED", "正文不予公开数与表三不符", "不予公开 N 件：N =（三）不予公开各项总计之和",
          "table3.denied.*.total"),
    _text("REVIEW", "正文行政复议数与表四不符", "行政复议（各种结果）N 件：N = 表四行政复议的该项", "table4.review.*"),
    _text("LITIGATION", "正文行政诉讼数与表四不符", "行政诉讼（各种结果）N 件：N = 表四两组行政诉讼该项之和",
          "table4.litigation_*.*"),
    _text("ZERO", "正文说没有而表中有数", "未收到申请、未发生复议或诉讼：相应总计为 0",
          "table3.new.total、table4.*.total"),
    _text("ALL_DONE", "正文说全部办结而表中有结转", "全部（按时）办结：结转下年度继续办理为 0",
          "table3.carried_forward.total"),
    _text("PARTS", "正文自身的分项与总数不符", "同一句话中分项之和等于总数，百分比与件数相符", "第一部分的文字"),
)  # fmt: skip
