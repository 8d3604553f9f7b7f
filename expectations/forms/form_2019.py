"""The 2019 form: 国办公开办函〔2019〕60号, for the report years 2019 and 2020."""

from expectations.forms import common
from expectations.forms.model import Form, Item, Measure, Row

_DOCUMENTS = (
    Measure("made", "本年新制作数量"),
    Measure("published", "本年新公开数量"),
    Measure("published_total", "对外公开总数量"),
)
_ITEMS = (
    Measure("items_last_year", "上一年项目数量", unit="项"),
    Measure("change", "本年增/减", signed=True, unit="项"),
)
_HANDLED = (*_ITEMS, Measure("decisions", "处理决定数量"))
_PROCUREMENT = (
    Measure("projects", "采购项目数量", unit="项"),
    Measure("amount", "采购总金额", kind="amount", unit="万元"),
)

FORM_2019 = Form(
    code="2019",
    notice="国办公开办函〔2019〕60号",
    first_year=2019,
    last_year=2020,
    items=(
        Item("regulations", "规章", "第二十条第（一）项", _DOCUMENTS),
        Item("normative_documents", "规范性文件", "第二十条第（一）项", _DOCUMENTS),
        Item("licensing", "行政许可", "第二十条第（五）项", _HANDLED),
        Item("other_services", "其他对外管理服务事项", "第二十条第（五）项", _HANDLED),
        Item("penalties", "行政处罚", "第二十条第（六）项", _HANDLED),
        Item("coercion", "行政强制", "第二十条第（六）项", _HANDLED),
        Item("fees", "行政事业性收费", "第二十条第（八）项", _ITEMS),
        Item("procurement", "政府集中采购", "第二十条第（九）项", _PROCUREMENT),
    ),
    rows=(
        *common.RECEIVED_ROWS,
        *common.RESULT_ROWS,
        Row("other", common.OTHER, common.RESULTS_OF_YEAR),
        *common.CLOSING_ROWS,
    ),
    applicants=common.APPLICANTS,
    groups=common.DISPUTE_GROUPS,
    results=common.DISPUTE_RESULTS,
    sections=common.sections(common.PROBLEMS_2019, common.PROBLEMS),
)
