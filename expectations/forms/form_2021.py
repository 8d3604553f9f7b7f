"""The 2021 form: 国办公开办函〔2021〕30号, for the report years 2021 and later."""

from expectations.forms import common
from expectations.forms.model import Form, Item, Measure, Row

_DOCUMENTS = (
    Measure("issued", "本年制发件数"),
    Measure("repealed", "本年废止件数"),
    Measure("in_force", "现行有效件数"),
)
_DECISIONS = (Measure("decisions", "本年处理决定数量"),)
_FEES = (Measure("amount_wan", "本年收费金额（单位：万元）", kind="amount", unit="万元"),)

FORM_2021 = Form(
    code="2021",
    notice="国办公开办函〔2021〕30号",
    first_year=2021,
    last_year=None,
    items=(
        Item("regulations", "规章", "第二十条第（一）项", _DOCUMENTS),
        Item("normative_documents", "行政规范性文件", "第二十条第（一）项", _DOCUMENTS),
        Item("licensing", "行政许可", "第二十条第（五）项", _DECISIONS),
        Item("penalties", "行政处罚", "第二十条第（六）项", _DECISIONS),
        Item("coercion", "行政强制", "第二十条第（六）项", _DECISIONS),
        Item("fees", "行政事业性收费", "第二十条第（八）项", _FEES),
    ),
    rows=(
        *common.RECEIVED_ROWS,
        *common.RESULT_ROWS,
        Row(
            "other.no_correction",
            "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
            common.OTHER,
            ("1.申请人无正当理由逾期不补正", "1.逾期不补正"),
        ),
        Row(
            "other.no_payment",
            "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
            common.OTHER,
            ("2.申请人逾期未按收费通知要求缴纳费用", "2.逾期不缴费", "2.逾期未缴费"),
        ),
        Row("other.misc", "3.其他", common.OTHER),
        *common.CLOSING_ROWS,
    ),
    applicants=common.APPLICANTS,
    groups=common.DISPUTE_GROUPS,
    results=common.DISPUTE_RESULTS,
    sections=common.sections(common.PROBLEMS, common.PROBLEMS_2019),
)
