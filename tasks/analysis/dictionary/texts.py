"""What the data dictionary says beyond the schemas and the forms: layout, rows, nulls, codes of ours."""

from __future__ import annotations

HEAD = """\
# 数据字典

本文由 `tasks/analysis/dictionary/` 依据 `tasks/lake/schemas.py` 和 `expectations/forms/` 生成，请勿手改
（重新生成：`python -m tasks.analysis.dictionary > docs/data-dictionary.md`）。数据湖约定版本：{version}。
读取方法见 [downstream.md](downstream.md)，规则见 [rules.md](rules.md)。

## 存放

| 位置 | 内容 |
|---|---|
| `s3://lake/marts/<table>/year=<YYYY>/part-<NN>.parquet` | 汇总：一年之内全部有效报告，按报告标识分为若干份 |
| `s3://lake/versions/year=<YYYY>/<report_id>-<hash>.parquet` | 报告版本：一个文件，一行，不再更改 |
| `s3://quarantine/versions/year=<YYYY>/<report_id>-<hash>.parquet` | 隔离区：未通过校验的报告版本，列都相同 |

汇总文件内按机关排列，同一报告内按法定格式的行序。一份报告只在其中一份（`nianbao.parts` 是该年度的份数，序号是
`report_id` 末四位十六进制数除以份数的余数），变更时只重写这一份。元数据键 `nianbao.generation` 标明由哪一次汇总产生，
同一年度同一序号的各表相同。汇总之后几秒内才入湖或变更的报告只在报告版本中，`nianbao query` 和 `nianbao export`
把两者合在一起。

报告版本名称中的 `<hash>` 由原文件的对象键和 ETag 得出。
其列是 `reports` 的列，以及与其他各表（`relations` 除外）同名的结构列表，代码列是普通字符串。同一报告可能有几个
版本，以账本为准；没有账本时取 `landed_at`、`source_etag` 最大的一个。

`year` 在路径和文件中都有，值相同。同一机关同一年度的新版报告替换旧版。隔离区没有 `relations`。
每列的中文标签、单位、出处也写在汇总文件的 Arrow 元数据中（`nianbao.label`、`nianbao.unit`、`nianbao.source`），
汇总文件都有 `nianbao.table`、`nianbao.label`、`nianbao.source`、`nianbao.lake_version`。

**空值**：报告留空或填 `/`、`-`、`—`、`无` 的单元格为空值（null），不是 0；合计时按 0 计。原样文字在 `raw` 中。
代码列是字典编码的字符串；时间为 UTC，精确到微秒；数额为四位小数的十进制数，更细的四舍五入，原样在 `raw` 中。
版本 3 把是 SQL 关键字的列改了名（`disputes.group` 为 `proceeding`，`applications.group` 为 `section`，
`findings`、`relations` 的 `left`、`right`、`where` 为 `left_value`、`right_value`、`place`）；以后只增不改。
"""

ROW_OF = {
    "reports": "一份报告",
    "disclosures": "表二的一个数值（事项 × 指标）",
    "applications": "表三的一行",
    "disputes": "表四的一组",
    "cells": "三张表中的一个单元格及其出处",
    "findings": "一项未通过的规则（有效报告只有提醒、提示和经人接受的严重问题）",
    "sections": "报告的一个部分",
    "decisions": "对这份报告有效的一项人工决定（接受的一项问题、更正的一个值、退回维持、撤回）",
    "relations": "与另一份报告（同一机关上一年度，或数字相同的其他机关）相比的一项问题",
}

NEVER = "不为空"
_FIGURE = "报告留空，所填不是数，或数值过大"
COUNT_NULL = "报告留空，所填不是整数，或没有读到"
_NO_PAGES = "原文件没有页面（DOCX、HTML、文本），或位置不明"
_ACCEPTED = "无人接受"
_SIDE = "规则不是两边相比"

NULL_MEANS = {
    "year": "不为空；年度不明为 0（只在隔离区）",
    "agency": "不为空；机关不明为空字符串（只在隔离区）",
    "disclosures.value": _FIGURE,
    "applications.section": "不为空；不属于任何分组为空字符串",
    "cells.value": _FIGURE,
    **{f"cells.{name}": _NO_PAGES for name in ("page", "x0", "top", "x1", "bottom")},
    "cells.printed_value": "未经更正，或原文不是数",
    "findings.left_value": _SIDE,
    "findings.right_value": _SIDE,
    "findings.suspect": "没有唯一能解释的单元格",
    "findings.suspect_value": "没有唯一能解释的单元格",
    "findings.candidates": "不为空；没有时为空列表",
    "findings.fault": "无法归因，或不适用",
    **{f"findings.accepted_{name}": _ACCEPTED for name in ("by", "at", "note")},
    "relations.left_value": _SIDE,
    "relations.right_value": _SIDE,
    "decisions.address": "不涉及位置（维持隔离、撤回）",
    "decisions.rule": "不是接受规则的问题",
    "decisions.printed_value": "不是更正，或原来没有读到",
    "decisions.value": "不是更正",
    "reports.form": "没有找到法定表格（只在隔离区）",
    "reports.published_on": "报告没有写明",
    "reports.pages": "原文件没有页面",
    "reports.landed_at": "上传时间不明",
}
"""What null means, by column or `table.column`; the statutory counts are `COUNT_NULL`, all else is never null."""

OUTCOMES = {
    "validated": "有效：严重规则全部通过，或经人接受；在数据湖",
    "quarantined": "隔离：有严重规则未通过，或读取存疑；在隔离区",
    "rejected": "退回：不能作为报告读取；只有回执，没有数据",
    "failed": "故障：是本系统的问题，不归咎于文件；只有回执，可以重来",
    "duplicate": "重复：同样的内容已经处理过；回执指向先前的一份",
}
SEVERITIES = {"critical": "严重：报告进入隔离区", "warning": "提醒：照常入湖，附带提醒", "info": "提示：只作记录"}
RULE_OUTCOMES = {
    "pass": "通过（只在回执中）",
    "fail": "不符",
    "not_applicable": "不适用（只在回执中）",
    "insufficient_data": "缺少运算数，不据此判错",
    "error": "规则无法执行：是本系统的故障",
}
FAULTS = {"source": "原文有误：两次独立的读取一致", "reading": "读取存疑：两次独立的读取不一致"}
ACTIONS = {
    "accept": "接受：一项严重问题经人核对，照常入湖",
    "correct": "更正：以人工核对的值代替读取的值",
    "reject": "维持：维持隔离",
    "retract": "撤回：已入湖的报告移出数据湖",
    "undo": "撤销：上一项决定不再有效（表中只有有效的决定，没有这一项）",
}
ENGINES = {
    "lines": "PDF：按表格线划分的单元格",
    "words": "PDF：没有可用的表格线，按文字的位置对齐；排成版面的纯文本亦同",
    "cells": "DOCX、HTML、XLSX：文件自身的表格单元格",
    "converted": "DOC、WPS、RTF：由 LibreOffice 转换为 DOCX 后的表格单元格，与其印成的 PDF 核对过",
    "fields": "纯文本、Markdown：以制表符、竖线或空格分隔的字段",
    "ocr": "图片：按表格线划分的单元格，辨认而得",
    "ocr+sums": "图片：几种读法不同，由表内合计断定（`READ.REPAIRED`）",
    "person": "没有读出，由人在核对时补上；位置是人所指的，没有指出则为空",
}
SEEN = {
    "lines+eye": "同 `lines`；又把页面画成图像识别，所见相同",
    "words+eye": "同 `words`；又把页面画成图像识别，所见相同",
    "lines+unseen": "同 `lines`；页面画成的图像上这一格看不清",
    "words+unseen": "同 `words`；页面画成的图像上这一格看不清",
}
ADDRESSES = """\
地址由表、行、列组成，以 `.` 相连；行代码本身可以带 `.`，所以第一段是表，最后一段是列，其余都是行：

```text
地址 = 表 "." 行 "." 列
表   = "table2" | "table3" | "table4"
行   = 代码 { "." 代码 }
列   = 代码
```

例：`table3.denied.state_secret.enterprise` 是表三“不予公开·属于国家秘密”行的“商业企业”列；
`table2.fees.amount_wan`、`table4.review.total` 类推。`findings.place` 还可以是整表 `table3`、整行 `table3.new`、
整列 `table3.*.enterprise`。
"""
