"""The lake's tables as Arrow schemas, made from the statutory forms: both forms share one schema per table."""

from __future__ import annotations

import pyarrow as pa

from expectations.forms import FORMS, TABLES, TableName
from expectations.forms.model import Column
from tasks.values import LAKE_VERSION

CODE = pa.dictionary(pa.int32(), pa.string())
AMOUNT = pa.decimal128(18, 4)
TEXTS = pa.list_(pa.field("element", pa.string()))
INSTANT = pa.timestamp("us", tz="UTC")
YEAR = pa.int32()
"""What readers infer from `year=2024` in a path: any other type would clash with the column in the file."""

_NOTICES = "、".join(form.notice for form in FORMS.values())
_SECTION_OF: dict[TableName, str] = dict(zip(TABLES, "二三四", strict=True))


def _field(name: str, kind: pa.DataType, label: str, unit: str = "", source: str = "") -> pa.Field:
    described = {"nianbao.label": label, "nianbao.unit": unit, "nianbao.source": source}
    return pa.field(name, kind, metadata={key: text for key, text in described.items() if text})


def _key_fields() -> list[pa.Field]:
    return [
        _field("report_id", pa.string(), "报告标识", source="发布机关与年度的 SHA-256 前 16 位"),
        _field("year", YEAR, "报告年度", "年", "报告正文"),
        _field("agency", pa.string(), "发布机关", source="报告正文"),
    ]


def _heading(table: TableName) -> str:
    form = next(reversed(FORMS.values()))
    return next(section.heading for section in form.sections if section.number == _SECTION_OF[table])


def _statutory(table: TableName) -> str:
    return f"{_heading(table)}（{_NOTICES}）"


def _columns(name: str) -> dict[str, Column]:
    """The columns of table 3 (`applicants`) or table 4 (`results`) in any form, in the form's order."""
    return {column.code: column for form in FORMS.values() for column in getattr(form, name)}


def _count_fields(name: str, source: str) -> list[pa.Field]:
    return [
        _field(c.code, pa.int64(), f"{c.group}·{c.label}" if c.group else c.label, "件", source)
        for c in _columns(name).values()
    ]


APPLICANTS = tuple(_columns("applicants"))
RESULTS = tuple(_columns("results"))


def _reports() -> list[pa.Field]:
    return [
        _field("title", pa.string(), "标题", source="报告正文"),
        _field("form", CODE, "法定格式（通知年份）", source=_NOTICES),
        _field("outcome", CODE, "处理结果", source="校验规则"),
        _field("published_on", pa.date32(), "发布日期", source="报告正文"),
        _field("source_bucket", pa.string(), "原文件存储桶"),
        _field("source_key", pa.string(), "原文件对象键"),
        _field("source_etag", pa.string(), "原文件 ETag"),
        _field("source_sha256", pa.string(), "原文件 SHA-256"),
        _field("media_type", CODE, "原文件类型", source="文件内容"),
        _field("pages", pa.int32(), "页数", "页", "原文件"),
        _field("landed_at", INSTANT, "上传时间（UTC）"),
        _field("processed_at", INSTANT, "处理时间（UTC）"),
        _field("reader_version", CODE, "读取程序版本"),
        _field("rules_version", CODE, "规则版本"),
        _field("findings_critical", pa.int32(), "严重问题数", "个", "校验规则"),
        _field("findings_warning", pa.int32(), "警告数", "个", "校验规则"),
        _field("exceptions", TEXTS, "经人接受的规则代码", source="人工决定"),
        _field("corrected_cells", pa.int32(), "经人工更正的单元格数", "个", "人工决定"),
        _field("lake_version", CODE, "数据湖约定版本"),
    ]


def _disclosures() -> list[pa.Field]:
    source = _statutory("table2")
    return [
        _field("item", CODE, "事项代码", source=source),
        _field("label", pa.string(), "事项", source=source),
        _field("article", pa.string(), "条例依据", source="《政府信息公开条例》"),
        _field("measure", CODE, "指标代码", source=source),
        _field("measure_label", pa.string(), "指标", source=source),
        _field("value", AMOUNT, "数值（空白为空值，四舍五入至小数点后四位）", "件、项或万元，见指标", source),
        _field("raw", pa.string(), "原文", source="报告正文"),
    ]


def _applications() -> list[pa.Field]:
    source = _statutory("table3")
    return [
        _field("row", CODE, "行代码", source=source),
        _field("label", pa.string(), "行", source=source),
        _field("section", pa.string(), "所属分组", source=source),
        *_count_fields("applicants", source),
    ]


def _disputes() -> list[pa.Field]:
    source = _statutory("table4")
    return [
        _field("proceeding", CODE, "组代码", source=source),
        _field("label", pa.string(), "组", source=source),
        *_count_fields("results", source),
    ]


def _cells() -> list[pa.Field]:
    return [
        _field("address", pa.string(), "单元格地址"),
        _field("value", AMOUNT, "数值（空白为空值）"),
        _field("raw", pa.string(), "原文", source="报告正文"),
        _field("page", pa.int32(), "页码（从 1 起）", "页"),
        *(_field(name, pa.float64(), f"位置 {name}（自页面左上角）", "点") for name in ("x0", "top", "x1", "bottom")),
        _field("engine", CODE, "读取方法"),
        _field("is_corrected", pa.bool_(), "数值经人工更正"),
        _field("printed_value", AMOUNT, "原文数值（仅人工更正的单元格）"),
    ]


def _findings() -> list[pa.Field]:
    return [
        _field("rule", CODE, "规则代码", source="校验规则"),
        _field("severity", CODE, "严重程度", source="校验规则"),
        _field("outcome", CODE, "判定", source="校验规则"),
        _field("place", pa.string(), "位置（单元格、行、列或表）"),
        _field("message", pa.string(), "说明"),
        _field("left_value", AMOUNT, "左边"),
        _field("right_value", AMOUNT, "右边"),
        _field("suspect", pa.string(), "可疑单元格地址"),
        _field("suspect_value", AMOUNT, "使其平衡的数值"),
        _field("candidates", TEXTS, "可能有误的单元格地址"),
        _field("fault", CODE, "归因（source 原文有误，reading 读取存疑）"),
        _field("accepted_by", pa.string(), "由何人接受"),
        _field("accepted_at", INSTANT, "接受时间（UTC）"),
        _field("accepted_note", pa.string(), "接受理由"),
    ]


def _relations() -> list[pa.Field]:
    return [
        _field("other_report_id", pa.string(), "相比的报告"),
        _field("other_year", YEAR, "相比报告的年度", "年"),
        _field("other_agency", pa.string(), "相比报告的机关"),
        _field("rule", CODE, "规则代码", source="校验规则"),
        _field("severity", CODE, "严重程度", source="校验规则"),
        _field("place", pa.string(), "位置（单元格或表）"),
        _field("message", pa.string(), "说明"),
        _field("left_value", AMOUNT, "左边（本报告）"),
        _field("right_value", AMOUNT, "右边（按相比的报告）"),
    ]


def _sections() -> list[pa.Field]:
    return [
        _field("number", CODE, "章节序号", source=_NOTICES),
        _field("heading", pa.string(), "章节标题", source="报告正文"),
        _field("text", pa.string(), "章节正文", source="报告正文"),
    ]


def _decisions() -> list[pa.Field]:
    return [
        _field("address", pa.string(), "所决定的位置（单元格、行、表，或 agency、year）"),
        _field("rule", CODE, "所接受的规则代码", source="校验规则"),
        _field("action", CODE, "决定", source="人工决定"),
        _field("printed_value", pa.string(), "更正前的原文", source="报告正文"),
        _field("value", pa.string(), "更正后的值", source="人工决定"),
        _field("note", pa.string(), "理由", source="人工决定"),
        _field("by", pa.string(), "由何人决定", source="人工决定"),
        _field("at", INSTANT, "决定时间（UTC）", source="人工决定"),
    ]


def _schema(table: str, label: str, fields: list[pa.Field]) -> pa.Schema:
    described = {"nianbao.table": table, "nianbao.label": label, "nianbao.source": _NOTICES}
    return pa.schema([*_key_fields(), *fields], metadata={**described, "nianbao.lake_version": LAKE_VERSION})


KEY = ("report_id", "year", "agency")
"""The columns that every table begins with."""

SCHEMAS: dict[str, pa.Schema] = {
    table: _schema(table, label, fields)
    for table, label, fields in (
        ("disclosures", _heading("table2"), _disclosures()),
        ("applications", _heading("table3"), _applications()),
        ("disputes", _heading("table4"), _disputes()),
        ("cells", "单元格及其出处", _cells()),
        ("findings", "未通过的规则", _findings()),
        ("sections", "报告章节", _sections()),
        ("decisions", "人工决定", _decisions()),
        ("reports", "报告", _reports()),
    )
}
"""One schema per table of a report; `reports`, the last, has one row for each."""

RELATIONS = _schema("relations", "与其他报告的比较", _relations())
"""What stands between a report and that of the year before, or another agency's: of no report by itself."""

LAKE_TABLES: dict[str, pa.Schema] = SCHEMAS | {"relations": RELATIONS}
