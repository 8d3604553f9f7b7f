"""Names of public bodies: what looks like one, and which two are plainly one body's."""

from __future__ import annotations

import re

from tasks.read.characters import nfkc

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
"""Characters that names are spelled with, rare ones too."""
UNREAD = "\ufffd\ue000-\uf8ff"
"""What stands for a character that no reader of text can know: a font's own, or none."""
BODY = rf"[{HAN}()·、]{{2,40}}"
"""What may spell the name of a body; `is_body` tells whether it does."""

_PLACES = "省市县区州盟旗镇乡"
_ENDINGS = (
    "政府|局|委员会|委|办公室|办|厅|院|中心|办事处|管委会|街道|部|署|会|社|公司|集团|大队|支队|总队|所|站|馆|处|队|校|学院|大学|医院|银行|"
    "电视台|林场|农场|幼儿园|产业园|小学|中学|兵团|开发区|新区|园区|管理区|示范区|度假区|保税区"
)
_BODY = re.compile(
    rf"(?!我|[本该各全](?:局|委|办|厅|院|中心|机关|单位|部门|级|系统|省|市|县|区|州|镇|乡|街道|年|报)|有关)[{HAN}·、]{{1,38}}(?:{_ENDINGS}|[{_PLACES}])(?:\({BODY}\))?\Z"
)
_NEVER = re.compile(
    r"关于|报告|年报|信息公开(?!办|领导|工作领导)|首页|栏目|专栏|目录|年度|网站|门户|通知|主办|承办|来源|发布|打印|关闭|下载|附件|搜索|联系|"
    r"动态|公告|公示|资讯|互动|走进|要闻|概况|新闻(?!出版|办|中心|宣传)|政务公开(?!办|工作|领导)|"
    r"单位|按照|根据|认真|落实|情况|工作(?!委员会|委|领导|办|站|部|局|中心)|进行|社会(?!$|保|工|组|事|主|科|信|管|治|发|福|救|化)|"
    r"全部|内部|场所|条例|规定|问题|以及|我[局委办厅院镇乡县市区]"
)
_PLACED = re.compile(rf"(?!城市|社区|城乡|城区|住房|市场)[{HAN}]{{2,7}}?[省市县区州旗镇乡]")
_STEM = re.compile(rf"(?:{_ENDINGS})\Z")
_TWO = re.compile(
    r"(?P<one>(?P<place>[\u4e00-\u9fff]{2,6}?[省市县区州]).*?(?:政府|局|委员会|委|办公室|厅|院|中心|办事处))(?P<two>(?P=place).+)"
)
"""Two names on end, each of which begins with the same place."""
_LOOSE = re.compile(r"和|与|及|、|·|\s")
_SHORT = (
    ("人民政府", "政府"),
    ("政府办公", "政府办"),
    ("办公室", "办"),
    ("办公厅", "办"),
    ("办厅", "办"),
    ("办室", "办"),
    ("街道办事处", "街道"),
    ("街道办", "街道"),
    ("管理委员会", "管委"),
    ("管委会", "管委"),
    ("委员会", "委"),
    ("机构编制委办", "编办"),
    ("发展改革", "发改"),
    ("人力资源社会保障", "人社"),
    ("住房城乡建设", "住建"),
    ("自然资源规划", "资规"),
    ("市场监督管理", "市监"),
    ("市场监管", "市监"),
    ("卫生健康", "卫健"),
    ("退役军人事务", "退役军人"),
    ("城市管理综合执法", "城管"),
    ("城市管理综合行政执法", "城管"),
    ("城市管理行政执法", "城管"),
    ("城市管理", "城管"),
    ("医疗保障", "医保"),
    ("应急管理", "应急"),
    ("交通运输", "交通"),
    ("科学技术", "科技"),
    ("民族宗教事务", "民宗"),
    ("民族宗教", "民宗"),
    ("国有资产监督管理", "国资"),
    ("工业信息化", "工信"),
    ("文化广电旅游体育", "文广旅体"),
    ("文化广电旅游", "文广旅"),
    ("文化旅游", "文旅"),
    ("教育体育", "教体"),
)
"""Long and short forms of one body, once 和 and 、 are gone; what is not here is in doubt rather than the same."""
_WHOLE = re.compile(r"\((?:本级|汇总|本级汇总|盖章|公章|章)\)")
_WITHIN = re.compile(
    r"\A(?:政务公开|政府信息公开|信息公开|综合|秘书|行政|法规|政策法规|宣传)?(?:办|科|处|室|股|组|中心|(?:工作)?领导小组办)\Z"
)

_OFFICE = re.compile(r"\A[\u4e00-\u9fff]{0,14}(?:办|科|处|室|股|组|中心)\Z")


def normal(name: str) -> str:
    """`name` in NFKC without spaces and without marks such as （本级）."""
    plain = _WHOLE.sub("", "".join(nfkc(name).split()))
    return re.sub(rf"(?<=[{_PLACES}])本级\Z", "", plain)


def is_body(text: str) -> bool:
    """Whether `text` as a whole looks like the name of one public body, or of several that are joined by 、."""
    plain = normal(text)
    outer = plain.split("(")[0]
    return bool(_BODY.match(plain)) and not _NEVER.search(outer) and len(_STEM.sub("", outer).removesuffix("人民")) >= 2


def bodies(name: str) -> tuple[str, ...]:
    """The bodies that a joint name is made of; the name itself where it is one body's."""
    twice = _TWO.fullmatch(normal(name))
    if twice and is_body(twice["one"]) and is_body(twice["two"]):
        return twice["one"], twice["two"]
    parts = [part for part in re.split(r"、|和|与|及", normal(name)) if part]
    ends = re.compile(r"(?:政府|局|委员会|委|办公室|厅|院|中心|办事处|管委会)\Z")
    return tuple(parts) if len(parts) > 1 and all(ends.search(p) and is_body(p) for p in parts) else (name,)


def same_body(first: str, second: str) -> bool:
    """Whether two names are plainly one body's: equal, or one of them short of its place, or a usual short form."""
    return any(_same(a, b) for a in _readings(first) for b in _readings(second))


def is_exactly(first: str, second: str) -> bool:
    """Whether two names differ in nothing but print."""
    return normal(first) == normal(second)


def is_part_of(other: str, body: str, any_office: bool = False) -> bool:
    """Whether `other` is an office within `body`, such as its 办公室, which is a body of its own for a government.

    With `any_office` also one that might be a body of its own: it is only named as the one to ask.
    """
    kind = _OFFICE if any_office else _WITHIN
    pairs = ((_canonical(body), _canonical(other)), (normal(body), normal(other).replace("办公室", "办")))
    return any(part.startswith(whole) and kind.match(part[len(whole) :]) for whole, part in pairs)


def is_place(name: str) -> bool:
    """Whether a name is that of a place alone."""
    return name.endswith((*_PLACES, "街道"))


def is_placed(name: str) -> bool:
    """Whether a name begins with that of a place."""
    return bool(_PLACED.match(name))


def is_government(name: str) -> bool:
    """Whether the name is that of a government, or of a place alone, which stands for its government."""
    return _canonical(name).endswith("政府")


def loosely_within(short: str, name: str) -> bool:
    """Whether all characters of `short` stand in `name` in this order: what people call files."""
    rest = iter(_canonical(name) + _LOOSE.sub("", normal(name)))
    return all(character in rest for character in _LOOSE.sub("", normal(short)))


def _readings(name: str) -> tuple[str, ...]:
    """The canonical name, and where a second one stands in brackets, both."""
    outer, _, inner = normal(name).partition("(")
    return tuple(_canonical(part) for part in (outer, inner.rstrip(")")) if part)


def _canonical(name: str) -> str:
    short = _LOOSE.sub("", normal(name)).removeprefix("中共")
    for long, abbreviated in _SHORT:
        short = short.replace(long, abbreviated)
    short = re.sub(r"(?<=区)管委\Z", "", re.sub(rf"(?<=[{_PLACES}])府办\Z", "政府办", short))
    return short + "政府" if (short and short[-1] in _PLACES) or short.endswith("街道") else short


def _same(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    if short == long:
        return True
    prefix = long[: -len(short)]
    if not long.endswith(short) or (len(short) < 3 and short != "政府"):
        return False
    return prefix[-1] in _PLACES + "道" or prefix.endswith("总局") or (short[0] in _PLACES and len(short) > 2)
