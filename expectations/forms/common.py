"""What the 2019 and the 2021 form have in common."""

from expectations.forms.model import Column, Group, Row, Section

RESULTS_OF_YEAR = "三、本年度办理结果"
DENIED = "（三）不予公开"
UNABLE = "（四）无法提供"
REJECTED = "（五）不予处理"
OTHER = "（六）其他处理"
ORGANISATIONS = "法人或其他组织"

RECEIVED_ROWS = (
    Row("new", "一、本年新收政府信息公开申请数量"),
    Row("carried_over", "二、上年结转政府信息公开申请数量"),
)

RESULT_ROWS = (
    Row("granted", "（一）予以公开", RESULTS_OF_YEAR),
    Row("partial", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", RESULTS_OF_YEAR),
    Row("denied.state_secret", "1.属于国家秘密", DENIED),
    Row("denied.law_prohibited", "2.其他法律行政法规禁止公开", DENIED),
    Row("denied.safety_stability", "3.危及“三安全一稳定”", DENIED),
    Row("denied.third_party", "4.保护第三方合法权益", DENIED),
    Row("denied.internal_affairs", "5.属于三类内部事务信息", DENIED),
    Row("denied.process_info", "6.属于四类过程性信息", DENIED),
    Row("denied.enforcement_file", "7.属于行政执法案卷", DENIED),
    Row("denied.query_matter", "8.属于行政查询事项", DENIED),
    Row("unable.not_held", "1.本机关不掌握相关政府信息", UNABLE),
    Row("unable.needs_creation", "2.没有现成信息需要另行制作", UNABLE),
    Row("unable.still_unclear", "3.补正后申请内容仍不明确", UNABLE),
    Row("rejected.petition", "1.信访举报投诉类申请", REJECTED),
    Row("rejected.duplicate", "2.重复申请", REJECTED),
    Row("rejected.publication", "3.要求提供公开出版物", REJECTED),
    Row("rejected.excessive", "4.无正当理由大量反复申请", REJECTED),
    Row("rejected.reissue", "5.要求行政机关确认或重新出具已获取信息", REJECTED, ("5.要求确认或重新出具已获取信息",)),
)

CLOSING_ROWS = (
    Row("total", "（七）总计", RESULTS_OF_YEAR),
    Row("carried_forward", "四、结转下年度继续办理"),
)

APPLICANTS = (
    Column("natural_person", "自然人"),
    Column("enterprise", "商业企业", ORGANISATIONS),
    Column("research", "科研机构", ORGANISATIONS),
    Column("public_welfare", "社会公益组织", ORGANISATIONS),
    Column("legal_service", "法律服务机构", ORGANISATIONS),
    Column("other_org", "其他", ORGANISATIONS, ("其它",)),
    Column("total", "总计", aliases=("合计", "总数")),
)

DISPUTE_GROUPS = (
    Group("review", "行政复议"),
    Group("litigation_direct", "未经复议直接起诉", "行政诉讼"),
    Group("litigation_after_review", "复议后起诉", "行政诉讼"),
)

DISPUTE_RESULTS = (
    Column("upheld", "结果维持"),
    Column("corrected", "结果纠正"),
    Column("other", "其他结果"),
    Column("pending", "尚未审结"),
    Column("total", "总计", aliases=("合计", "总数")),
)

DISPUTES_ALIAS = "因政府信息公开工作被申请行政复议、提起行政诉讼情况"
PROBLEMS = "存在的主要问题及改进情况"
PROBLEMS_2019 = "政府信息公开工作存在的主要问题及改进情况"


def sections(problems: str, problems_alias: str) -> tuple[Section, ...]:
    """The six sections; only the heading of the fifth differs between the forms."""
    return (
        Section("一", "总体情况"),
        Section("二", "主动公开政府信息情况"),
        Section("三", "收到和处理政府信息公开申请情况"),
        Section("四", "政府信息公开行政复议、行政诉讼情况", (DISPUTES_ALIAS,)),
        Section("五", problems, (problems_alias,)),
        Section("六", "其他需要报告的事项"),
    )
